"""Adds the trained reader's logits to the scores of retrieved passages.

The reader (rag.reading) reads the question together with each of the best passages. Further passages are ranked without
it.
"""

from collections.abc import Sequence
from dataclasses import replace

from rag.reading.passage_reader import PassageReader, ReadablePassage
from rag.retrieval.results import Retrieval, ScoredSentence
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage


def read_passages(reader: PassageReader, retrieval: Retrieval, max_passages: int) -> Retrieval:
    """`retrieval` with the reader's logits for its first `max_passages` passages.

    Returns it as it is if the reader reads as many questions as it may already. Raises EncoderError when the model is
    missing.
    """
    with reader.admission() as is_admitted:
        return _read(reader, retrieval, retrieval.passages[:max_passages]) if is_admitted else retrieval


def _read(reader: PassageReader, retrieval: Retrieval, passages: Sequence[RankedPassage]) -> Retrieval:
    if not passages:
        return retrieval
    readable = [
        ReadablePassage(heading(passage.article), tuple(sentence.text for sentence in sentences))
        for passage, sentences in zip(passages, retrieval.sentences, strict=False)
    ]
    readings = reader.read("question", retrieval.question, readable)
    scored = [
        _with_logits(sentences, reading.sentences)
        for sentences, reading in zip(retrieval.sentences, readings, strict=False)
    ]
    return replace(
        retrieval,
        sentences=(*scored, *retrieval.sentences[len(scored) :]),
        best_reading=max(reading.passage for reading in readings),
    )


def heading(article: ArticleRef) -> str:
    """The heading of a passage for the reader: title, author and date."""
    parts = (article.title, article.author, article.published and article.published.isoformat())
    return ", ".join(part for part in parts if part)


def _with_logits(sentences: Sequence[ScoredSentence], logits: Sequence[float]) -> tuple[ScoredSentence, ...]:
    """The sentences with their logits; a sentence that did not fit has none."""
    read = [replace(sentence, logit=logit) for sentence, logit in zip(sentences, logits, strict=False)]
    return (*read, *sentences[len(read) :])
