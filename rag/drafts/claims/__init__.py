"""Claims: which sentences make them, what is read for each, and the verdict."""
