"""Several questions in one: divided, answered apart, put together."""
