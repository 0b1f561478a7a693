"""What /v1 is, as an OpenAPI document."""
