"""Chooses the sentences that bear most on a question, for a language model.

They are the quotes that would answer without a model, and further sentences of the same passages, best first. A
sentence brings the neighbours that it needs to be understood.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from rag.answering.answer_type import answer_type
from rag.answering.evidence import DEPENDENT_OPENING, Quote, answer_scores, is_same_point, sentence_terms
from rag.answering.kinds.selection import Selection, distinct_passages, restrict
from rag.answering.prose.citation_resolver import usable_sentences
from rag.generation.prompt_context import EvidencePoint, PromptSource
from rag.reading.passage_reader import PassageReader
from rag.retrieval.passage_readings import read_passages
from rag.retrieval.results import Retrieval, ScoredSentence
from rag.types.passage import RankedPassage

# With these sentences and the names of their articles a prompt has 400 to 700 tokens of evidence.
MAX_TELLING_SENTENCES = 10
# Sentences before a telling sentence that it may need.
MAX_NEEDED_SENTENCES = 2
# Passages of each author whose view is asked for. The quote of a view is chosen for its subject; the sentence that
# answers the question may be in the author's next passages.
MAX_PASSAGES_OF_A_VIEW = 3


def with_views_read(selection: Selection, question: str, reader: PassageReader) -> Selection:
    """Adds the best passages of each author to a selection of views.

    The trained reader has read them. Any other selection is returned as it is: its passages have been read. Raises
    EncoderError when the reader's model is missing.
    """
    if selection.kind != "views":
        return selection
    retrieval = selection.retrieval
    of_author: dict[str, list[int]] = {_author(quote.passage): [] for quote in selection.quotes}
    for position, passage in enumerate(retrieval.passages):
        positions = of_author.get(_author(passage))
        if positions is not None and len(positions) < MAX_PASSAGES_OF_A_VIEW:
            positions.append(position)
    quoted = {quote.passage.id for quote in selection.quotes}
    chosen = [position for positions in of_author.values() for position in positions]
    chosen += [
        position
        for position, passage in enumerate(retrieval.passages)
        if passage.id in quoted and position not in chosen
    ]
    wider = replace(restrict(retrieval, chosen), question=question)
    read = read_passages(reader, wider, len(chosen))
    return replace(selection, retrieval=read, passages=distinct_passages(selection.quotes, read.passages))


def telling_points(selection: Selection) -> list[EvidencePoint]:
    """The points of the evidence, best first.

    They are the selection's quotes in their order, then further sentences. Sentences with instructions to a model are
    left out.
    """
    retrieval = selection.retrieval
    points = [point for quote in selection.quotes if (point := _of_quote(quote, retrieval))]
    seen = {(source.passage.id, source.start) for point in points for source in point}
    words = [
        sentence_terms(sentence)
        for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True)
        for sentence in sentences
        if (passage.id, sentence.start) in seen
    ]
    for position, index in _ranked(selection):
        passage, sentences = retrieval.passages[position], retrieval.sentences[position]
        terms = sentence_terms(sentences[index])
        if (passage.id, sentences[index].start) in seen or not terms or any(is_same_point(terms, w) for w in words):
            continue
        if len(seen) >= MAX_TELLING_SENTENCES:
            break
        point = _with_needed(passage, sentences, index)
        points.append(point)
        words.append(terms)
        seen |= {(source.passage.id, source.start) for source in point}
    return points


def _of_quote(quote: Quote, retrieval: Retrieval) -> EvidencePoint:
    """The sentences of a quote."""
    for passage, sentences in zip(retrieval.passages, retrieval.sentences, strict=True):
        if passage.id == quote.passage.id:
            usable = usable_sentences(passage, sentences)
            return tuple(
                PromptSource(passage, sentence.start, sentence.end)
                for sentence, is_usable in zip(sentences, usable, strict=True)
                if is_usable and quote.start <= sentence.start < quote.end
            )
    return ()


def _ranked(selection: Selection) -> list[tuple[int, int]]:
    """The usable sentences of the passages that a model may read, best first.

    Each is the passage's position in the retrieval and the sentence's index in the passage.
    """
    retrieval = selection.retrieval
    expected = answer_type(retrieval.question)
    shown = {passage.id for passage in selection.passages}
    ranked: list[tuple[float, int, int]] = []
    for position, (passage, sentences) in enumerate(zip(retrieval.passages, retrieval.sentences, strict=True)):
        if passage.id in shown:
            scores = answer_scores(sentences, retrieval, expected)
            usable = usable_sentences(passage, sentences)
            ranked += [(-score, position, index) for index, score in enumerate(scores) if usable[index] and score > 0]
    best = [(position, index) for _, position, index in sorted(ranked)]
    return _in_turns(best, retrieval) if selection.kind == "views" else best


def _in_turns(ranked: Sequence[tuple[int, int]], retrieval: Retrieval) -> list[tuple[int, int]]:
    """The best sentence of each author, then the second of each, and so on."""
    of_author: dict[str, list[tuple[int, int]]] = {}
    for position, index in ranked:
        of_author.setdefault(_author(retrieval.passages[position]), []).append((position, index))
    return [sentence for row in zip_longest(*of_author.values()) for sentence in row if sentence is not None]


def _author(passage: RankedPassage) -> str:
    return passage.article.author or passage.article.title


def _with_needed(passage: RankedPassage, sentences: Sequence[ScoredSentence], index: int) -> EvidencePoint:
    """The sentence, after those that it depends on or that ask what it answers."""
    first = index
    while first > 0 and index - first < MAX_NEEDED_SENTENCES and _depends(sentences, first):
        first -= 1
    return tuple(PromptSource(passage, each.start, each.end) for each in sentences[first : index + 1])


def _depends(sentences: Sequence[ScoredSentence], index: int) -> bool:
    is_reply = sentences[index - 1].text.rstrip("”’\"')").endswith("?")
    return is_reply or bool(DEPENDENT_OPENING.match(sentences[index].text))
