"""A language model's answer as JSON of a schema, where its server knows one."""
