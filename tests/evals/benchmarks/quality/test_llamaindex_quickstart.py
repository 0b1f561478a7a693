"""LlamaIndex's quickstart in memory."""

from evals.benchmarks.quality.llamaindex_quickstart import InMemoryQuickstart
from evals.metrics.spans import merge_spans, total_length
from rag.embedding.bundled import BundledEncoder


def test_chunks_have_their_own_span_even_when_a_text_is_repeated(encoder: BundledEncoder) -> None:
    verse = "The harvest failed and bread was dear. " * 8
    text = verse + "\n\nA rule on exports kept the newest chips away from the laboratories.\n\n" + verse
    quickstart = InMemoryQuickstart({"poem": text}, encoder, size=40, overlap=0)

    chunks = quickstart.search("Which rule kept chips away?", k=50)

    assert "newest chips" in text[chunks[0].start : chunks[0].end]
    covered = merge_spans([(chunk.start, chunk.end) for chunk in chunks])
    assert total_length(covered) > 0.95 * len(text)
    assert quickstart.chunks == len(chunks)
