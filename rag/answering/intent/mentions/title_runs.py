"""Finds whole titles and parts of them in a question, with one edit.

Only the content words of a title are compared; the stop words between them are ignored.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from rag.answering.intent.mentions.question_words import QuestionWords, folded_words
from rag.text.analyzer import STOP_TERMS, terms
from rag.types.article import ArticleRef

# Limits on the work: number of titles that are compared, and number of positions of one word in the question.
MAX_TITLES = 40
MAX_PLACES = 6
# Maximum number of stop words between two words of a title in a question ("what is left of").
_MAX_SKIPPED = 3


@dataclass(frozen=True, slots=True)
class Title:
    """A title's words without its first article, and its words of content."""

    keys: tuple[str, ...]
    positions: tuple[int, ...]
    content: tuple[str, ...]
    distinct: frozenset[str]


@dataclass(frozen=True, slots=True)
class TitleRun:
    """Consecutive words of a title in a question."""

    title: str
    first: int
    last: int
    length: int
    is_whole: bool
    is_exact: bool


class TitleIndex:
    """The titles of some articles by the words of their content."""

    def __init__(self, articles: Sequence[ArticleRef]) -> None:
        self.articles = articles
        self.ids: dict[str, list[str]] = {}
        for article in articles:
            self.ids.setdefault(article.title, []).append(article.id)
        self._by_word: dict[str, list[str]] = {}
        for title in self.ids:
            for word in parse_title(title).distinct:
                self._by_word.setdefault(word, []).append(title)

    def likely(self, words: Iterable[str]) -> list[str]:
        """The titles that share most of their words with `words`.

        They share at least two words, or one word of a title of two.
        """
        shared = Counter(title for word in words for title in self._by_word.get(word, ()))
        sizes = {title: len(parse_title(title).distinct) for title, count in shared.items() if count > 1}
        sizes |= {title: size for title in shared if (size := len(parse_title(title).distinct)) <= 2}
        return sorted(sizes, key=lambda title: (-shared[title] / sizes[title], -shared[title]))[:MAX_TITLES]


_latest_index = TitleIndex(())


def title_index(articles: Sequence[ArticleRef]) -> TitleIndex:
    """The index of `articles`, cached for the latest articles.

    Building it takes 30 ms for 5,000 titles.
    """
    global _latest_index
    index, asked = _latest_index, tuple(articles)
    if index.articles != asked:  # quick where they are the same objects
        index = TitleIndex(asked)
        _latest_index = index
    return index


@lru_cache(maxsize=32_768)
def parse_title(title: str) -> Title:
    keys = folded_words(title)
    if len(keys) > 1 and keys[0] in ("the", "a", "an"):
        keys = keys[1:]
    positions = tuple(index for index, key in enumerate(keys) if not is_stop_word(key)) or tuple(range(len(keys)))
    content = tuple(keys[index] for index in positions)
    return Title(keys, positions, content, frozenset(content))


@lru_cache(maxsize=16_384)
def is_stop_word(key: str) -> bool:
    return STOP_TERMS.issuperset(terms(key))


def title_runs(
    title: str, question: QuestionWords, content: list[tuple[int, str]], places: dict[str, list[int]]
) -> list[TitleRun]:
    """The longest runs of the title's words in the question."""
    parsed = parse_title(title)
    runs: dict[tuple[int, int], TitleRun] = {}
    for anchor, key in enumerate(parsed.content):
        for place in places.get(key, ()):
            back, is_edited = _extent(parsed.content, anchor, content, place, question, -1)
            onward, is_edited_after = _extent(parsed.content, anchor, content, place, question, 1, is_edited)
            matched = [*reversed(back), (anchor, place), *onward]
            first, last = content[matched[0][1]][0], content[matched[-1][1]][0] + 1
            is_whole = len(matched) == len(parsed.content)
            first, last = _with_stop_words(parsed, question, first, last, matched[0][0], matched[-1][0])
            known = runs.get((first, last))
            if known is None or len(matched) > known.length:
                is_exact = not (is_edited or is_edited_after)
                runs[first, last] = TitleRun(title, first, last, len(matched), is_whole, is_exact)
    return list(runs.values())


def _extent(
    words: tuple[str, ...],
    word: int,
    content: list[tuple[int, str]],
    place: int,
    question: QuestionWords,
    step: int,
    is_edited: bool = False,
) -> tuple[list[tuple[int, int]], bool]:
    """Extends a run from `word` at `place` in one direction.

    One edit is allowed: a misspelt word, or a word that only the title or only the question has.
    """
    matched: list[tuple[int, int]] = []
    while True:
        pairs = [(word + step, place + step)]
        if not is_edited:
            pairs += [(word + 2 * step, place + step), (word + step, place + 2 * step)]
        for index, (next_word, next_place) in enumerate(pairs):
            if not (0 <= next_word < len(words) and 0 <= next_place < len(content)):
                continue
            if not _are_near(question, content[place][0], content[next_place][0]):
                continue
            typed, meant = content[next_place][1], words[next_word]
            is_same = typed in (meant, f"{meant}s") or f"{typed}s" == meant
            if is_same or (index == 0 and not is_edited and _is_misspelt(typed, meant)):
                is_edited = is_edited or index > 0 or not is_same
                word, place = next_word, next_place
                matched.append((word, place))
                break
        else:
            return matched, is_edited


def _are_near(question: QuestionWords, first: int, second: int) -> bool:
    """Whether two words of the question are close together in one sentence."""
    left, right = min(first, second), max(first, second)
    return right - left <= _MAX_SKIPPED + 1 and not any(question.begins_sentence(i) for i in range(left + 1, right + 1))


def _is_misspelt(typed: str, meant: str) -> bool:
    bound = 0 if len(meant) < 4 else 1 if len(meant) < 8 else 2
    return bound > 0 and typed[0] == meant[0] and OSA.distance(typed, meant, score_cutoff=bound) <= bound


def _with_stop_words(
    title: Title, question: QuestionWords, first: int, last: int, first_word: int, last_word: int
) -> tuple[int, int]:
    """The run with the title's stop words at its two ends, and the article before it.

    The run goes from the word of content `first_word` to `last_word`.
    """
    lead = title.keys[: title.positions[0]] if first_word == 0 else ()
    trail = title.keys[title.positions[-1] + 1 :] if last_word == len(title.content) - 1 else ()
    if lead and tuple(question.keys[max(0, first - len(lead)) : first]) == lead:
        first -= len(lead)
    if trail and tuple(question.keys[last : last + len(trail)]) == trail:
        last += len(trail)
    if first and question.keys[first - 1] in ("the", "a", "an") and question.is_joined(first - 1, first + 1):
        first -= 1
    return first, last
