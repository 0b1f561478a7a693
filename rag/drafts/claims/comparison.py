"""Compares a claim with the sentences of an article, detail by detail.

The details are numbers, dates, names, negation and direction.

Each detail of the claim that the sentences lack is named, with what the article says in its place. Nothing is trained
or looked up here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.drafts.claims.exchanges import exchanges_names, replaced_name
from rag.drafts.claims.polarity import QUANTITY_TERMS, is_opposite_negation, is_opposite_quantity, opposed_terms
from rag.text.analyzer import content_terms, terms
from rag.text.entities import canonicalize_names, expand_aliases
from rag.text.lexicon import alternation, may_be_name
from rag.text.overlap import content_weights, coverage
from rag.types.article import MONTHS, ArticleRef, month_and_year
from rag.verification.cues import NumberMention, extract_names, find_numbers

# "The two" is seldom an amount that an article has to state.
_NO_AMOUNTS = frozenset((2.0,))
# A rounded number ("nearly 20") may differ by this share.
MAX_ROUNDING = 0.05
_ROUNDING = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|some|over|under|more than|less than|fewer than|at least|up to|close to|"
    r"just)\s+(?:[$€£]\s?)?$",
    re.IGNORECASE,
)
_ORDINALS = {
    word: number
    for number, word in enumerate(
        (
            "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
            "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
            "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
            "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth",
        ),
        start=4,
    )
}  # fmt: skip
_ORDINAL = re.compile(rf"\b(?:{alternation(_ORDINALS)})\b", re.IGNORECASE)
_YEARS = re.compile(r"\s+years? (?:later|earlier|before|after|on)\b")
_UNIT = re.compile(r"\W*(?:of (?:the )?)?([^\W\d_]+)")
_FIRST_WORD = re.compile(r"[“\"'‘(]*([A-Z][\w’'-]+)")
_FULL_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}}) )?(?P<month>{'|'.join(MONTHS)})(?: (?P<day2>\d{{1,2}}),?)?"
    r"(?: (?P<year>(?:19|20)\d\d))?\b"
)
_SENTENCE_BREAK = re.compile(r"(?<=[.?!])\s+")
# The subject of a claim is looked for among its first words.
SUBJECT_WORDS = 4
# A sentence that has so much of a claim says it of somebody else.
MIN_EXCHANGED_COVERED = 0.75
_MONTH_TERMS = frozenset(terms(" ".join(MONTHS)))
DetailKind = Literal["number", "date", "name", "subject", "negation", "direction", "quantity", "exchange"]


@dataclass(frozen=True, slots=True)
class DetailConflict:
    """A detail of a claim that the article does not have.

    A "subject" is a name that the passage has elsewhere, where the sentence has another one. `claim` is the detail as
    the claim has it, `article` what the article says in its place, "" if it says nothing. Only with `article` the
    article contradicts the claim. `covered` is the share of the claim's other content words near the sentence.
    """

    kind: DetailKind
    claim: str
    article: str
    covered: float = 1.0

    @property
    def is_contradiction(self) -> bool:
        """Whether the article has another detail in the same place."""
        return bool(self.article)


@dataclass(frozen=True, slots=True)
class EvidenceText:
    """The text that a claim is compared with.

    `sentence` is the one that says most about the claim, `nearby` it and its neighbours, `passage` the whole passage.
    """

    sentence: str
    nearby: str
    passage: str
    article: ArticleRef

    @property
    def facts(self) -> str:
        """Title, author, publication and month of the article."""
        month = month_and_year(self.article.published) if self.article.published else ""
        return f"{self.article.title}. {self.article.author or ''} {self.article.source or ''} {month}"


def compare_details(claim: str, evidence: EvidenceText) -> list[DetailConflict]:
    """The details of `claim` that the evidence lacks or contradicts."""
    return [
        *_number_conflicts(claim, evidence),
        *_date_conflicts(claim, evidence),
        *_name_conflicts(claim, evidence),
        *_polarity_conflicts(claim, evidence),
    ]


def covered_share(claim: str, evidence: EvidenceText, without: frozenset[str] = frozenset()) -> float:
    """The share of the claim's content words near the sentence, in [0, 1].

    Numbers and names do not count: they are compared one by one. Nor do the index terms in `without`.
    """
    claim, nearby = canonicalize_names(claim), canonicalize_names(evidence.nearby)
    names = claim_names(claim, nearby)
    weights = {
        term: weight
        for term, weight in content_weights(claim).items()
        if term not in names and term not in without and not term[:1].isdigit()
    }
    return coverage(expand_aliases(terms(nearby)), weights) if weights else 1.0


def unsupported_numbers(claim: str, texts: Iterable[str], article: ArticleRef | None) -> list[NumberMention]:
    """The amounts of `claim` that stand in none of `texts`.

    The article's own year, and the year before, count as stated.
    """
    texts = tuple(texts)
    stated = {mention.value for text in texts for mention in find_numbers(text)}
    # "The twenty-sixth power" states 26.
    stated |= {float(_ORDINALS[match[0].lower()]) for text in texts for match in _ORDINAL.finditer(text)}
    if article and article.published:
        stated |= {float(article.published.year), float(article.published.year - 1)}
    return [
        mention
        for mention in find_numbers(claim)
        if mention.value not in _NO_AMOUNTS and not _is_stated(mention, claim, stated)
    ]


def _number_conflicts(claim: str, evidence: EvidenceText) -> list[DetailConflict]:
    missing = unsupported_numbers(claim, (evidence.passage, evidence.facts), evidence.article)
    claimed = {mention.value for mention in find_numbers(claim)}
    free = [mention for mention in find_numbers(evidence.sentence) if mention.value not in claimed]
    conflicts = []
    for mention in missing:
        other = _counterpart(claim, mention, evidence.sentence, free)
        if other:
            free.remove(other)
        article = _with_unit(evidence.sentence, other) if other else ""
        conflicts.append(DetailConflict("number", claim[mention.start : mention.end], article))
    stated = {match[0].lower() for match in _ORDINAL.finditer(evidence.sentence)}
    claimed_ordinals = {match[0].lower() for match in _ORDINAL.finditer(claim)}
    in_passage = {match[0].lower() for match in _ORDINAL.finditer(evidence.passage)}
    for ordinal in sorted(claimed_ordinals - in_passage):
        conflicts.append(DetailConflict("number", ordinal, " ".join(sorted(stated - claimed_ordinals))))
    return conflicts


def _counterpart(
    claim: str, mention: NumberMention, sentence: str, candidates: Sequence[NumberMention]
) -> NumberMention | None:
    """The amount of the sentence that stands in the place of the claim's.

    It has the same unit or the most similar context.
    """
    is_year = _is_year(mention.value)
    alike = [other for other in candidates if _is_year(other.value) == is_year]
    unit, context = _unit_after(claim, mention), _context(claim, mention)

    def likeness(other: NumberMention) -> tuple[bool, int]:
        return bool(unit) and _unit_after(sentence, other) == unit, len(context & _context(sentence, other))

    return max(alike, key=likeness, default=None)


def _context(text: str, mention: NumberMention) -> set[str]:
    """The words around an amount, as index terms."""
    before, after = text[: mention.start].split()[-3:], text[mention.end :].split()[:4]
    return set(terms(" ".join((*before, *after))))


def _unit_after(text: str, mention: NumberMention) -> str:
    match = _UNIT.match(text, mention.end)
    return " ".join(terms(match[1])) if match else ""


def _with_unit(text: str, mention: NumberMention) -> str:
    match = _UNIT.match(text, mention.end)
    end = match.end() if match and match.end() - mention.end < 20 else mention.end
    return text[mention.start : end]


def _is_year(value: float) -> bool:
    return value == int(value) and 1500 <= value <= 2100


def _is_stated(mention: NumberMention, claim: str, stated: set[float]) -> bool:
    if mention.value in stated:
        return True
    if _is_year(mention.value):
        return False
    if _YEARS.match(claim, mention.end):
        # "Three years later": the article may give the two years instead.
        years = {value for value in stated if _is_year(value)}
        return any(year + mention.value in years for year in years)
    return bool(_ROUNDING.search(claim[: mention.start])) and any(_rounds(mention.value, value) for value in stated)


def _rounds(rounded: float, value: float) -> bool:
    """Whether `rounded` is near `value` and has fewer digits that count."""
    is_near = abs(value - rounded) <= MAX_ROUNDING * abs(value)
    return is_near and len(_significant_digits(rounded)) < len(_significant_digits(value))


def _significant_digits(value: float) -> str:
    return f"{value:.10f}".replace(".", "").strip("0")


def _date_conflicts(claim: str, evidence: EvidenceText) -> list[DetailConflict]:
    """The dates of the claim that the sentence has in another form.

    An example is the same day of another month.
    """
    stated = list(_FULL_DATE.finditer(evidence.sentence))
    conflicts = []
    for match in _FULL_DATE.finditer(claim):
        parts = _date_parts(match)
        if any(_agree(parts, _date_parts(other)) for other in _FULL_DATE.finditer(evidence.nearby)):
            continue
        other = next((other for other in stated if _share_part(parts, _date_parts(other))), None)
        if other or match["month"] not in f"{evidence.passage} {evidence.facts}":
            article = other[0] if other else stated[0][0] if stated else ""
            conflicts.append(DetailConflict("date", match[0], article))
    return conflicts


def _date_parts(match: re.Match[str]) -> tuple[str | None, str, str | None]:
    return match["day"] or match["day2"], match["month"], match["year"]


def _agree(claimed: tuple[str | None, str, str | None], stated: tuple[str | None, str, str | None]) -> bool:
    return all(left is None or right is None or left == right for left, right in zip(claimed, stated, strict=True))


def _share_part(claimed: tuple[str | None, str, str | None], stated: tuple[str | None, str, str | None]) -> bool:
    return any(left is not None and left == right for left, right in zip(claimed, stated, strict=True))


def claim_names(claim: str, evidence: str) -> set[str]:
    """The names in `claim` as index terms, with its first word if that is a name."""
    names = extract_names(claim)
    first = _FIRST_WORD.match(claim)
    if first:
        in_evidence = re.search(rf"(?<=[a-z,;] ){re.escape(first[1])}\b", evidence)
        if in_evidence or may_be_name(first[1]):
            names |= set(content_terms(first[1]))
    return names


def _name_conflicts(claim: str, evidence: EvidenceText) -> list[DetailConflict]:
    canonical = canonicalize_names(claim)
    sentence, passage = canonicalize_names(evidence.sentence), canonicalize_names(evidence.passage)
    names = claim_names(canonical, f"{evidence.facts} {passage}") - _MONTH_TERMS
    stated = expand_aliases(terms(f"{passage} {canonicalize_names(evidence.facts)}"))
    # Names of the sentence that the claim lacks may be the ones that it exchanges.
    others = claim_names(sentence, passage) - expand_aliases(terms(canonical)) - _MONTH_TERMS
    missing = names - stated
    if missing:
        name = _surface(canonical, missing)
        # After the last comma stands an addition, which the article need not contradict.
        is_addition = "," in canonical and canonical.find(name.split(" ")[0]) > canonical.rfind(",")
        return [DetailConflict("name", name, "" if is_addition else _surface(sentence, others))]
    subject = _subject(canonical, passage) - set(terms(evidence.facts))
    if subject and not subject & expand_aliases(terms(sentence)):
        if others:
            return [DetailConflict("subject", _surface(canonical, subject), _surface(sentence, others))]
        # Who does it in the sentence is the one to whom it is done in the claim, if neither is passive.
        covered = covered_share(claim, replace(evidence, nearby=evidence.sentence))
        is_active = "by" not in {*terms(claim), *terms(sentence)}
        if _subject(sentence, passage) and is_active and covered >= MIN_EXCHANGED_COVERED:
            return [DetailConflict("exchange", claim, evidence.sentence, covered)]
    replaced = replaced_name(claim, evidence.sentence)
    return [DetailConflict("name", *replaced)] if replaced else []


def _subject(text: str, evidence: str) -> set[str]:
    """The first name or names among the first words of `text`, as index terms.

    Of "Germany and France voted" both are its subject.
    """
    words = text.split()[:SUBJECT_WORDS]
    names = claim_names(" ".join(words), evidence) - _MONTH_TERMS
    subject: set[str] = set()
    for word in words:
        own = set(terms(word)) & names
        if subject and not own and word != "and":
            break
        subject |= own
    return subject


def _surface(text: str, names: set[str]) -> str:
    """The words of `text` whose index terms are `names`, in its order."""
    words = [match[0] for match in re.finditer(r"[^\W\d_][\w’'-]*", text) if set(terms(match[0])) & names]
    return " ".join(dict.fromkeys(word for word in words if word[:1].isupper()))


def _polarity_conflicts(claim: str, evidence: EvidenceText) -> list[DetailConflict]:
    sentence = evidence.sentence
    kinds: list[tuple[DetailKind, frozenset[str]]] = []
    if is_opposite_negation(claim, sentence):
        kinds.append(("negation", frozenset()))
    if opposed := opposed_terms(claim, sentence):
        kinds.append(("direction", opposed))
    if is_opposite_quantity(claim, sentence):
        kinds.append(("quantity", QUANTITY_TERMS))
    if any(exchanges_names(claim, text) for text in (sentence, *_SENTENCE_BREAK.split(evidence.nearby))):
        kinds.append(("exchange", frozenset()))
    # The words that are reversed stand in the sentence as their opposites.
    return [DetailConflict(kind, claim, sentence, covered_share(claim, evidence, words)) for kind, words in kinds]
