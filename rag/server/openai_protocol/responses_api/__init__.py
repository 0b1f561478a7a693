"""OpenAI's Responses: requests, replies, and what is kept of them."""
