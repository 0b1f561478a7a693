"""Formats evidence and conversation history for a prompt, within a token budget.

Text from articles and people is data in a prompt: it is fenced, and it can neither close its fence nor look like a
marker.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from rag.text.citation_markers import escape_markers
from rag.types.answer import Turn
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage, Span

# A little under the mean, so that a prompt fills the context window and does not exceed it: English prose has about 4
# characters a token with every tokenizer in use. Characters outside ASCII count as a token each: other scripts have up
# to a token a character.
PROMPT_CHARACTERS_PER_TOKEN = 3.5
# Length of the part of an earlier answer that is shown to a model that rewrites a follow-up question.
MAX_HISTORY_ANSWER_CHARACTERS = 600
# No number of a source in a prompt is longer than this one.
_ANY_NUMBER = 99
EvidenceForm = Literal["sentences", "passages"]


@dataclass(frozen=True, slots=True)
class PromptSource:
    """A piece of an article that a model is shown under one number.

    It is a passage, or one sentence of it. `start` and `end` count characters of the article's text. `telling` are the
    sentences of a passage that bear most on the question; they are marked.
    """

    passage: RankedPassage
    start: int
    end: int
    telling: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The words, with the telling sentences between asterisks."""
        text, end = "", self.start
        for first, last in sorted(self.telling):
            text += f"{self._words(end, first)}**{self._words(first, last)}**"
            end = last
        return text + self._words(end, self.end)

    def _words(self, start: int, end: int) -> str:
        return self.passage.text[start - self.passage.start : end - self.passage.start]


# A sentence that bears on the question, with the neighbours that it needs to be understood.
EvidencePoint = tuple[PromptSource, ...]


@dataclass(frozen=True, slots=True)
class PromptEvidence:
    """What a model is shown of the articles.

    Markers in its reply number `sources` from 1.
    """

    form: EvidenceForm
    sources: tuple[PromptSource, ...]

    @property
    def text(self) -> str:
        """The evidence as a prompt holds it."""
        return format_sentences(self.sources) if self.form == "sentences" else format_passages(self.sources)

    def shortened(self, max_tokens: int) -> "PromptEvidence":
        """The first sources that fit into `max_tokens`; their numbers stay the same."""
        kept = self
        while kept.sources and estimate_tokens(kept.text) > max_tokens:
            kept = replace(kept, sources=kept.sources[:-1])
        return kept


@dataclass(frozen=True, slots=True)
class FailedStatement:
    """A sentence that failed the check.

    `text` is its words with the model's own markers; `quotes` are the quotes that these markers refer to.
    """

    text: str
    quotes: tuple[str, ...]


def passages_that_fit(
    passages: Sequence[RankedPassage], points: Sequence[EvidencePoint], max_tokens: int
) -> PromptEvidence:
    """The first passages that fit whole into `max_tokens`.

    The sentences of `points` are marked in them. They are counted as `format_passages` writes them.
    """
    telling = {(source.passage.id, source.start, source.end) for point in points for source in point}
    kept: list[PromptSource] = []
    for passage in passages:
        marked = tuple(sorted((start, end) for of_passage, start, end in telling if of_passage == passage.id))
        source = PromptSource(passage, passage.start, passage.end, marked)
        max_tokens -= estimate_tokens(format_passages([source]))
        if max_tokens < 0:
            break
        kept.append(source)
    return PromptEvidence("passages", tuple(kept))


def sentences_that_fit(points: Sequence[EvidencePoint], max_tokens: int) -> PromptEvidence:
    """The sentences of the first points that fit into `max_tokens`.

    A point that does not fit is left out, and a later, shorter one may take its place. Sentences are grouped by
    article, the article of the first point first, and in the order of the text within one.
    """
    chosen: dict[tuple[str, int], PromptSource] = {}
    articles: dict[str, int] = {}
    for point in points:
        new = [source for source in point if (source.passage.article_id, source.start) not in chosen]
        heads = {source.passage.article_id: source.passage.article for source in new}
        cost = sum(estimate_tokens(_sentence_line(_ANY_NUMBER, source)) for source in new)
        cost += sum(estimate_tokens(_article_block(ref, "")) for name, ref in heads.items() if name not in articles)
        if cost > max_tokens:
            continue
        max_tokens -= cost
        chosen |= {(source.passage.article_id, source.start): source for source in new}
        for name in heads:
            articles.setdefault(name, len(articles))
    ordered = sorted(chosen.values(), key=lambda source: (articles[source.passage.article_id], source.start))
    return PromptEvidence("sentences", tuple(ordered))


def estimate_tokens(text: str) -> int:
    """Estimates the number of tokens in `text`.

    The estimate is rather too high than too low, since the server's tokenizer is not known.
    """
    ascii_characters = len(text.encode("ascii", "ignore"))
    return int(ascii_characters / PROMPT_CHARACTERS_PER_TOKEN + (len(text) - ascii_characters)) + 1


def format_passages(passages: Sequence[PromptSource]) -> str:
    """Formats passages as data for a prompt, numbered from 1.

    Each has its article's title, author, publication and date.
    """
    return "\n\n".join(
        f'<passage number="{number}">\n{_metadata_lines(source.passage.article)}\n\n'
        f"{escape_passage_text(source.text)}\n</passage>"
        for number, source in enumerate(passages, 1)
    )


def format_sentences(sentences: Sequence[PromptSource]) -> str:
    """Formats sentences as data for a prompt, numbered from 1.

    Each is one line with its number at the end. Sentences of one article stand together, under its title, author,
    publication and date.
    """
    numbered = groupby(enumerate(sentences, 1), key=lambda item: item[1].passage.article)
    return "\n\n".join(
        _article_block(article, "\n".join(_sentence_line(number, source) for number, source in of_article))
        for article, of_article in numbered
    )


def _article_block(article: ArticleRef, lines: str) -> str:
    return f"<article>\n{_metadata_lines(article)}\n\n{lines}\n</article>"


def _sentence_line(number: int, source: PromptSource) -> str:
    # The number stands where the model is asked to put it in its own sentences.
    return f"{escape_passage_text(' '.join(source.text.split()))} [{number}]"


def _metadata_lines(article: ArticleRef) -> str:
    fields = {
        "Title": article.title,
        "Author": article.author or "not named",
        "Published in": article.source,
        "Date": article.published.isoformat() if article.published else None,
    }
    return "\n".join(
        f"{name}: {escape_passage_text(' '.join(value.split()))}" for name, value in fields.items() if value
    )


def escape_passage_text(text: str) -> str:
    """Escapes the text of an article for a prompt.

    The result cannot close its fence in the prompt and contains no marker.
    """
    return re.sub(r"<(?=\s*/?\s*(?:passage|article)\b)", "‹", escape_markers(text), flags=re.IGNORECASE)


def format_failed(statements: Sequence[FailedStatement]) -> str:
    """Lists failed statements, each with a letter and the words that it cites."""
    return "\n\n".join(
        f"{chr(ord('A') + index)}: {statement.text}\n"
        f"Words that it cites: {escape_passage_text(' … '.join(statement.quotes)) or 'nothing'}"
        for index, statement in enumerate(statements)
    )


def format_history(turns: Sequence[Turn], max_tokens: int) -> str:
    """The newest turns that fit into `max_tokens`, oldest first; "(nothing)" for none."""
    kept: list[str] = []
    for turn in reversed(turns):
        text = f"Question: {turn.question}\nAnswer: {turn.answer[:MAX_HISTORY_ANSWER_CHARACTERS]}"
        max_tokens -= estimate_tokens(text)
        if max_tokens < 0:
            break
        kept.append(escape_passage_text(text))
    return "\n\n".join(reversed(kept)) or "(nothing)"
