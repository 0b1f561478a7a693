"""Compares the words of a quotation with those of the article.

Words may be changed, added, dropped, omitted or cut off.

A difference is hard if it changes the sense: a number, a name, a negation or a reservation. Nothing is looked up here.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from rag.drafts.findings import DifferenceKind, WordDifference
from rag.drafts.quoting.lookup import ExactMatch, NearMatch
from rag.drafts.quoting.quotations import Quotation
from rag.drafts.quoting.words import TextWords
from rag.text.lexicon import HEDGES, NEGATION_WORDS, NUMBER_WORDS
from rag.text.sentences import sentence_spans
from rag.types.passage import Span

# A longer omission has words of many kinds; it turns the sense only if it begins with a condition.
MAX_TELLING_OMISSION = 4
# Parts of a joined quotation have at least this share of its words, and more than so many words between them.
MIN_JOINED_SHARE = 0.6
MAX_DROPPED_WORDS = 12
# "However" may stand after the first words of a sentence.
MAX_TURN_CHARACTERS = 80

_CONDITIONS = frozenset((
    "if", "unless", "until", "only", "except", "without", "provided", "though", "although", "while", "whereas", "but",
    "yet", "however", "hardly", "scarcely", "barely", "almost", "nearly", "perhaps", "allegedly", "reportedly",
    "supposedly",
))  # fmt: skip
_LONG_CONDITION = re.compile(r"\W*(?:as long as|so long as|as far as|provided|on condition)\b", re.IGNORECASE)
_RESERVATIONS = frozenset(word for hedge in HEDGES for word in hedge.split() if hedge.count(" ") == 0) | {"some", "may"}
_NEGATIONS = frozenset((*NEGATION_WORDS, "cannot"))
_SAME_SENTENCE_TURN = re.compile(
    r"[\s,;:—–-]*(?:but|yet|though|although|however|except|unless|if|provided|while|whereas|"
    r"as long as|until|without|only (?:if|when|where))\b",
    re.IGNORECASE,
)
_RESTRICTION = re.compile(r"\s*(?:that|who|which|whose|where|when)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.?!][”\"’')\]]*(?:\s+|$)")
_NEXT_SENTENCE_TURN = re.compile(
    rf"(?:But|Yet|However|Still|Nevertheless|Nonetheless|Even so)\b|[^.?!]{{1,{MAX_TURN_CHARACTERS}}}, however,"
)


def word_differences(quotation: Quotation, match: NearMatch) -> tuple[WordDifference, ...]:
    """The differences between the quotation and the article's words, in order."""
    joined = _joined_parts(quotation.words, match)
    if joined:
        return joined
    quoted, article = quotation.words, match.source.words
    start, end = match.span
    opcodes = Levenshtein.opcodes(list(article.words[start:end]), list(quoted.words))
    boundaries = _boundaries(quotation)
    differences: list[WordDifference] = []
    for operation in opcodes:
        if operation.tag == "equal":
            continue
        in_article = (start + operation.src_start, start + operation.src_end)
        in_quoted = (operation.dest_start, operation.dest_end)
        if in_quoted[0] == in_quoted[1] and (in_quoted[0] in boundaries or in_quoted[0] in (0, len(quoted.words))):
            if in_quoted[0] in boundaries and turns_sense(article, in_article):
                differences.append(WordDifference("omitted", "", article.slice(*in_article), is_hard=True))
            continue
        differences.append(_difference(quoted, in_quoted, article, in_article))
    return _as_moved(differences)


def omission_differences(quotation: Quotation, match: ExactMatch) -> tuple[WordDifference, ...]:
    """The omissions of an exact quotation that turn the sense."""
    article = match.source.words
    return tuple(
        WordDifference("omitted", "", article.slice(before[1], after[0]), is_hard=True)
        for (before, after), piece in zip(pairwise(match.spans), quotation.pieces[1:], strict=True)
        if piece.separator == "omission" and turns_sense(article, (before[1], after[0]))
    )


def turns_sense(article: TextWords, omitted: Span) -> bool:
    """Whether leaving out these words of the article changes what it says."""
    words = article.words[slice(*omitted)]
    if not words:
        return False
    if len(words) > MAX_TELLING_OMISSION:
        return words[0] in _CONDITIONS or _LONG_CONDITION.match(article.slice(*omitted)) is not None
    return any(word in _NEGATIONS or word in _CONDITIONS or word in _RESERVATIONS for word in words)


def turn_after(quotation: Quotation, match: ExactMatch) -> str | None:
    """What the author goes on to say, if that limits or contradicts the quoted words."""
    text, words = match.source.article.text, match.source.words
    start, end = words.span(*match.span)
    paragraph_end = text.find("\n", end)
    rest = text[end : paragraph_end if paragraph_end >= 0 else len(text)]
    ending = _SENTENCE_END.match(rest)
    if ending is None:
        if not re.search(r"\w", rest):
            return None
        before = text[:start].rstrip(" “\"'‘")
        is_whole = quotation.words.text[quotation.start : quotation.end].endswith(".")
        is_whole = is_whole and (not before or before[-1] in ".?!\n:")
        is_turn = _SAME_SENTENCE_TURN.match(rest) or (is_whole and _RESTRICTION.match(rest))
        return _first_sentence(rest).strip(" ,;:") if is_turn else None
    following = rest[ending.end() :]
    return _first_sentence(following) if _NEXT_SENTENCE_TURN.match(following) else None


def _first_sentence(text: str) -> str:
    return next((text[slice(*span)] for span in sentence_spans(text[:1_000])), "")


def _joined_parts(quoted: TextWords, match: NearMatch) -> tuple[WordDifference, ...]:
    """The parts that stand apart from the part before; empty if there are none."""
    if match.run_share < MIN_JOINED_SHARE:
        return ()
    return tuple(
        WordDifference("joined", quoted.slice(*in_quoted), match.source.words.slice(*in_article))
        for (_, before), (in_quoted, in_article) in pairwise(match.runs)
        if not 0 <= in_article[0] - before[1] <= MAX_DROPPED_WORDS
    )


def _boundaries(quotation: Quotation) -> set[int]:
    """The positions among the quoted words where a piece ends and another begins."""
    positions, position = set(), 0
    for piece in quotation.pieces[:-1]:
        position += len(piece.words.words)
        positions.add(position)
    return positions


def _difference(quoted: TextWords, in_quoted: Span, article: TextWords, in_article: Span) -> WordDifference:
    draft_words, article_words = quoted.slice(*in_quoted), article.slice(*in_article)
    kind: DifferenceKind = "changed" if draft_words and article_words else "added" if draft_words else "dropped"
    plain = (*quoted.words[slice(*in_quoted)], *article.words[slice(*in_article)])
    is_hard = any(
        word in _NEGATIONS or word in _RESERVATIONS or word in _CONDITIONS or word in NUMBER_WORDS or word[0].isdigit()
        for word in plain
    )
    is_hard = is_hard or _names(quoted, in_quoted) != _names(article, in_article)
    return WordDifference(kind, draft_words, article_words, is_hard)


def _names(words: TextWords, span: Span) -> set[str]:
    """The capitalised words that do not open a sentence."""
    return {
        words.words[position]
        for position in range(*span)
        if position > 0
        and words.text[words.spans[position][0]].isupper()
        and not re.search(r"[.?!:“\"‘]\s*$", words.text[words.spans[position - 1][1] : words.spans[position][0]])
    }


def _as_moved(differences: Sequence[WordDifference]) -> tuple[WordDifference, ...]:
    """Differences that only exchange words are moves."""
    drafts = Counter(word for difference in differences for word in difference.draft.casefold().split())
    articles = Counter(word for difference in differences for word in difference.article.casefold().split())
    if len(differences) < 2 or drafts != articles:
        return tuple(differences)
    return tuple(
        WordDifference("moved", difference.draft, difference.article, difference.is_hard) for difference in differences
    )
