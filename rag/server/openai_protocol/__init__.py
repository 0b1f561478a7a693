"""OpenAI's protocol over the engine: any OpenAI client can ask the corpus."""
