"""RAGTruth: statements that language models wrote, with evidence."""
