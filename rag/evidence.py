"""From retrieved passages to the sentences that answer: which ones, in what order, and whether they answer at all.

A quote is a run of whole sentences of one passage, word for word. Whether to answer is one calibrated score against one
threshold, and a refusal says why in words that a reader understands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import RankedPassage
from rag.answerability import answerability, features_of, unknown_words
from rag.article import ArticleRef
from rag.expected import Kind, has, kind_of
from rag.retriever import Retrieval, Sentence
from rag.terms import STOP_TERMS

# A sentence that begins so leans on the one before it.
_LEANING = re.compile(
    r"[“\"'‘(]*(?:(?:And|But|So|Yet|Nor|Or|Still|Thus|Hence|Instead|Rather|Moreover|Furthermore|Therefore|However|"
    r"Then|Indeed|Meanwhile|Similarly|Likewise|Otherwise|Nevertheless|Nonetheless|Consequently|Accordingly|Also|"
    r"Even so|In (?:addition|contrast|turn|short|other words|that|this)|As a result|"
    r"For (?:example|instance|that|this|these)|By contrast|On the other hand|Of course|That said)\b"
    r"|(?:It|This|That|These|Those|He|She|They|His|Her|Their|Its|Both|Neither|Such|One|Some|Others|"
    r"The (?:former|latter|same|result|reason|answer|first|second|third))\b(?! of the\b))"
)
# Swept first on every second XQuAD question (python -m evals bench answers), then on the dev split of the golden
# questions (rag eval run --split dev): one sentence a quote and a floor of 0.75 cover 59% of the gold's groups, as
# they stand 73%; on all of XQuAD the answer is then in any quote for 95.2% instead of 92.7%.
MOST_SENTENCES = 4
LONGEST_QUOTE = 600
# Sentences that follow the telling one where an explanation is asked for, that one included.
EXPLAINING = 3
# A sentence this much weaker than the best one does not answer beside it; where one fact is asked for, fewer do.
RELATIVE_FLOOR = 0.65
FACT_FLOOR = 0.7
# Two sentences that share this much of the shorter one's content words make the same point.
SAME_POINT = 0.6
# What holding a number, date, name or reason is worth where one is asked for.
KIND_BONUS = 0.1


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words that bear on a question: `text` is the article's text from `start` to `end`."""

    passage: RankedPassage
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer can be made of, best first; `answerability` in [0, 1] says how surely it answers."""

    quotes: tuple[Quote, ...]
    answerability: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why a question is declined, and the articles that come nearest."""

    reason: str
    nearest: tuple[ArticleRef, ...]
    answerability: float


def weigh(found: Retrieval, most: int, abstain_below: float) -> Evidence | Abstention:
    """The evidence for the question among what was found, at most `most` quotes, or why there is none."""
    nearest = tuple({passage.article.id: passage.article for passage in found.passages}.values())[:3]
    if found.scope.is_empty or (found.filters and not found.passages):
        return Abstention(_nothing_admitted(found), (), 0.0)
    if not found.passages:
        return Abstention("the library holds no articles yet; add some with: rag add PATH", (), 0.0)
    if not found.idf:
        return Abstention("the question has no word that could be looked for", (), 0.0)
    sure = answerability(features_of(found))
    if sure < abstain_below:
        return Abstention(_reason(found), nearest, sure)
    return Evidence(tuple(quotes_from(found, most)), sure)


def quotes_from(found: Retrieval, most: int) -> list[Quote]:
    """The quotes that bear most on the question, best first, none making a point that one before it makes."""
    kind = kind_of(found.question)
    scores = [_scores(sentences, found, kind) for sentences in found.sentences]
    ranked = sorted(
        ((score, at, index) for at, one in enumerate(scores) for index, score in enumerate(one)),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    floor = ranked[0][0] * (FACT_FLOOR if kind in ("number", "date", "name") else RELATIVE_FLOOR)
    chosen: list[tuple[float, int, int, int]] = []
    said: list[set[str]] = []
    for score, at, index in ranked:
        if score < floor or len(chosen) == most:
            break
        sentences = found.sentences[at]
        words = _content(sentences[index])
        if any(at == other and first <= index < last for _, other, first, last in chosen):
            continue
        if not words or any(len(words & before) >= SAME_POINT * min(len(words), len(before)) for before in said):
            continue
        first, last = _run(sentences, index, scores[at], floor, explain=kind in ("reason", "any"))
        if not any(has(kind, sentence.text, found.question) for sentence in sentences[first:last]):
            # "Units reached the region. The ministry put the number at ten thousand."
            last += last < len(sentences) and has(kind, sentences[last].text, found.question)
        first = max([first, *(end for _, other, _, end in chosen if other == at and end <= index)])
        last = min([last, *(start for _, other, start, _ in chosen if other == at and start > index)])
        chosen.append((score, at, first, last))
        said.append(set().union(*(_content(sentence) for sentence in sentences[first:last])))
    return [_quote(found, *one) for one in chosen]


def _scores(sentences: Sequence[Sentence], found: Retrieval, kind: Kind) -> list[float]:
    """How well each sentence would do as an answer.

    To its bearing on the question comes a little for holding the kind of thing that is asked for; a sentence that only
    asks hands its bearing on to the one behind it, which answers.
    """
    scores: list[float] = []
    handed_on = 0.0
    for sentence in sentences:
        score = max(sentence.score, handed_on) + (KIND_BONUS if has(kind, sentence.text, found.question) else 0.0)
        asks = sentence.text.rstrip("”’\"')").endswith("?")
        handed_on = sentence.score if asks else 0.0
        scores.append(0.0 if asks else score)
    return scores


def _run(
    sentences: Sequence[Sentence], index: int, scores: Sequence[float], floor: float, *, explain: bool
) -> tuple[int, int]:
    """First and last + 1 of the sentences quoted around `index`: those it leans on, and those that carry it on.

    Where an explanation is asked for, the sentence behind it comes along when it is of the same paragraph.
    """
    first, last = index, index + 1
    while first > 0 and index - first < 2 and _LEANING.match(sentences[first].text):
        first -= 1
    while last < len(sentences) and last - first < MOST_SENTENCES:
        if sentences[last].end - sentences[first].start > LONGEST_QUOTE or scores[last] == 0.0:
            break
        follows = sentences[last].start - sentences[last - 1].end <= 1
        if not (scores[last] >= floor or (explain and follows and last - index < EXPLAINING)):
            break
        last += 1
    return first, last


def _quote(found: Retrieval, score: float, at: int, first: int, last: int) -> Quote:
    passage, sentences = found.passages[at], found.sentences[at]
    start, end = sentences[first].start, sentences[last - 1].end
    text = passage.text[start - passage.start : end - passage.start]
    return Quote(passage, start, end, text, round(min(1.0, max(0.0, score)), 4))


def _content(sentence: Sentence) -> set[str]:
    return set(sentence.terms) - STOP_TERMS


def _nothing_admitted(found: Retrieval) -> str:
    filters, scope = found.filters, found.scope
    for name, asked, values in (
        ("by the author", filters.author, scope.authors),
        ("of the publication", filters.source, scope.sources),
        ("on the topic", filters.topic, scope.topics),
    ):
        if values == ():
            return f"no article is {name} “{asked}”"
    return "no article passes the filters; widen the dates, author, publication or topic"


def _reason(found: Retrieval) -> str:
    """Which name or word no article mentions, or that what there is does not answer."""
    missing = list(features_of(found).unknown_names)
    if not missing and 2 * len(found.unknown) >= len(found.idf):
        # One plain word in a synonym ("respond") is no subject; half of all that is asked about is.
        missing = sorted(unknown_words(found), key=len, reverse=True)
    if missing:
        plain = (re.sub(r"[’']s$", "", word) for word in missing[:3])
        said = " or ".join(f"“{word}”" for word in plain)
        return f"no article mentions {said}"
    return "related articles do not answer it"
