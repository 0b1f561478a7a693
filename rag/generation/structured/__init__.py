"""A language model's answer as JSON, where its server can hold the model to a schema."""
