"""The pipeline: retrieve, decide whether to answer, write, cite, check."""
