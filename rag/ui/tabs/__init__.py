"""The tabs of the page beside the conversation."""
