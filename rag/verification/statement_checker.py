"""Scores whether a statement in an answer is supported by its citations.

Extends `Verifier`, which only compares two texts, with what the answer knows: the cited article's author and date, the
text before the quote, and the authors in the catalogue. Detects numbers and names that appear in none of these, and
opinions attributed to the wrong person; other words for the same thing do not count against a statement. The rules in
`rules/` then limit the scores of statements that quotes cannot support: talk to the reader, claims about all sources.

Output: a calibrated probability in [0, 1]; from 0.5 the statement is "supported", from 0.3 "partly" supported. Weights:
`models/checking.json`, fitted by `python -m evals bench checking --fit`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import NamedTuple

from rag.embedding.base import Encoder
from rag.package_data import model_file
from rag.text.analyzer import content_terms, terms
from rag.text.attribution import Attribution, parse_attribution, reported_speakers
from rag.text.entities import CAPITALIZED_WORD, authors_named_in, canonicalize_names, expand_aliases
from rag.text.overlap import content_weights, coverage
from rag.text.sentences import sentence_spans
from rag.types.article import ArticleRef, month_and_year
from rag.verification.cited_source import CitedSource
from rag.verification.cues import are_opposed, count_hedges, extract_names, extract_numbers, is_negated
from rag.verification.logistic_model import LogisticModel
from rag.verification.rules.exclusion import is_ruled_out
from rag.verification.rules.holders import sources_of_holder
from rag.verification.rules.source_claims import find_source_claim, sharing_sources
from rag.verification.verifier import PARTLY, VERBATIM, Verifier

WEIGHTS_PATH = model_file("checking.json")
# A paraphrase seldom has a lower cosine to its source (true statements of dev: mean 0.76, three below).
MIN_PARAPHRASE_COSINE = 0.6
# A claim that has a smaller share of its words from the quotes is a paraphrase.
MIN_COPIED_SHARE = 0.7
# "The two" and "three years later" are no amounts that a source has to state.
_NO_AMOUNT = {2.0}
_DURATION = re.compile(
    r"\b\w+ (?:years?|months?|weeks?|days?|decades?) (?:later|earlier|before|after|on|ago)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# The highest score of a statement that a rule decides against.
RULED_OUT = 0.05


@dataclass(frozen=True, slots=True)
class CheckerFeatures:
    """The features of one statement and its citations.

    The claim is the statement without its attribution ("X argues that"). The context is the text before the quotes and
    the articles' titles, authors, publications and dates; the closest sentence is the cited one with the highest cosine
    to the claim. Indicators are 1.0 or 0.0.

    - `near`: how closely the claim keeps to the quotes' words, in [0, 1]
    - `near_support`: `near` times the verifier's log-odds, which mean little for a paraphrase
    - `cosine`: of the claim to the closest sentence
    - `far`: how much `cosine` is below MIN_PARAPHRASE_COSINE, else 0
    - `recall`: weighted share of the claim's words in the quotes
    - `number_missing`, `name_missing`: a number or a name of the claim is in neither quotes nor context (indicators)
    - `name_apart`: a name of the claim is in no quote (indicator)
    - `name_exchanged`: `near` if the closest sentence has another name in place of one of the claim's
    - `wrong_holder`: the claim is attributed to someone named neither in the quotes nor in their context (indicator)
    - `only_reported`: it is attributed to an author who only reports it (indicator)
    - `other_speaker`: it is attributed to one person while the quotes name another as the speaker (indicator)
    - `negation`: either the claim or the closest sentence is negated, not both (indicator)
    - `opposite`: claim and closest sentence take opposite sides, "rose" and "fell" (indicator)
    - `firmer`: the closest sentence is hedged and the claim is not (indicator)
    """

    near: float
    near_support: float
    cosine: float
    far: float
    recall: float
    number_missing: float
    name_missing: float
    name_apart: float
    name_exchanged: float
    wrong_holder: float
    only_reported: float
    other_speaker: float
    negation: float
    opposite: float
    firmer: float


# Each of these features contradicts a statement, even if the quotes have all of its words.
_CONTRADICTIONS = (
    "number_missing", "name_missing", "name_apart", "name_exchanged", "wrong_holder", "only_reported", "other_speaker",
)  # fmt: skip


class _ClosestSentence(NamedTuple):
    cosine: float
    text: str


class _HolderErrors(NamedTuple):
    """How the attribution of a claim is wrong."""

    is_wrong_holder: bool = False
    is_only_reported: bool = False
    is_other_speaker: bool = False


class StatementChecker:
    """Scores statements against their citations. Thread-safe."""

    def __init__(self, verifier: Verifier, encoder: Encoder) -> None:
        self._verifier = verifier
        self._encoder = encoder
        self._model = LogisticModel.load(WEIGHTS_PATH, [field.name for field in fields(CheckerFeatures)])

    def score_batch(
        self,
        statements: Sequence[tuple[str, Sequence[CitedSource]]],
        authors: Sequence[str] = (),
        retrieved: Sequence[ArticleRef] = (),
    ) -> list[float]:
        """The support of each (statement, citations), in [0, 1].

        A statement that cites nothing gets 0. `authors` are the catalogue's: a statement that names one of them without
        citing that author is attributed to the wrong person. `retrieved` are the articles that the writer was shown: a
        statement about all of them has to cite each of their authors.
        """
        scores = self._regression_scores(statements, authors)
        return [
            min(score, self._limit(statement, cited, authors, retrieved)) if score >= PARTLY else score
            for score, (statement, cited) in zip(scores, statements, strict=True)
        ]

    def _regression_scores(
        self, statements: Sequence[tuple[str, Sequence[CitedSource]]], authors: Sequence[str]
    ) -> list[float]:
        """The scores before the rules."""
        features = iter(self.features([(statement, cited) for statement, cited in statements if cited], authors))
        return [self._score(next(features)) if cited else 0.0 for _, cited in statements]

    def _limit(
        self,
        statement: str,
        cited: Sequence[CitedSource],
        authors: Sequence[str],
        retrieved: Sequence[ArticleRef],
    ) -> float:
        """The highest score that the rules allow."""
        if is_ruled_out(statement, cited, authors, retrieved):
            return RULED_OUT
        source_claim = find_source_claim(statement, [source.quote for source in cited])
        if source_claim:
            groups = [(source_claim.claim, group) for group in sharing_sources(source_claim, cited, retrieved)]
            return min(self._regression_scores(groups, authors), default=RULED_OUT)
        own_sources = sources_of_holder(statement, cited)
        if len(own_sources) < len(cited):
            return self._regression_scores([(statement, own_sources)], authors)[0]
        return 1.0

    def features(
        self, statements: Sequence[tuple[str, Sequence[CitedSource]]], authors: Sequence[str] = ()
    ) -> list[CheckerFeatures]:
        """Computes the features of each (statement, citations).

        Each statement cites at least one source. `authors` is as in `score_batch`.
        """
        attributions = [parse_attribution(statement) for statement, _ in statements]
        claims = [
            (attribution.claim if attribution else statement, cited)
            for attribution, (statement, cited) in zip(attributions, statements, strict=True)
        ]
        supports = self._verifier.score_batch([(claim, [source.quote for source in cited]) for claim, cited in claims])
        closest_sentences = self._closest_sentences(claims)
        features = []
        for (claim, cited), (statement, _), attribution, support, closest in zip(
            claims, statements, attributions, supports, closest_sentences, strict=True
        ):
            errors = _holder_errors(attribution, claim, cited) if attribution else _HolderErrors()
            if _uncited_authors(statement, authors, cited):
                errors = errors._replace(is_wrong_holder=True)
            features.append(_checker_features(claim, cited, support, closest, errors))
        return features

    def _score(self, features: CheckerFeatures) -> float:
        is_verbatim = features.near == 1.0 and features.near_support >= _log_odds(VERBATIM)
        if is_verbatim and not any(getattr(features, name) for name in _CONTRADICTIONS):
            return VERBATIM
        return self._model.probability(astuple(features))

    def _closest_sentences(self, claims: Sequence[tuple[str, Sequence[CitedSource]]]) -> list[_ClosestSentence]:
        """Finds the cited sentence with the highest cosine to each claim.

        Takes (claim, citations) pairs; a whole quote may be the closest too.
        """
        candidates = [
            [source.quote for source in cited]
            + [source.quote[start:end] for source in cited for start, end in sentence_spans(source.quote)]
            for _, cited in claims
        ]
        texts = [claim for claim, _ in claims] + [text for cited_texts in candidates for text in cited_texts]
        distinct_texts = list(dict.fromkeys(texts))
        vectors = dict(zip(distinct_texts, self._encoder.encode(distinct_texts), strict=True))
        return [
            max(_ClosestSentence(float(vectors[text] @ vectors[claim]), text) for text in cited_texts)
            for (claim, _), cited_texts in zip(claims, candidates, strict=True)
        ]


def _checker_features(
    claim: str, cited: Sequence[CitedSource], support: float, closest: _ClosestSentence, errors: _HolderErrors
) -> CheckerFeatures:
    quotes = canonicalize_names(" ".join(source.quote for source in cited))
    context = canonicalize_names(" ".join(f"{source.context} {_article_facts(source.article)}" for source in cited))
    canonical_claim = canonicalize_names(claim)
    claim_names = _names(canonical_claim, f"{context} {quotes}")
    quote_terms = expand_aliases(terms(quotes))
    known_terms = quote_terms | expand_aliases(terms(context))
    unknown_numbers = _amounts(claim) - extract_numbers(f"{quotes} {context}") - _implied_years(quotes, cited)
    recall = coverage(quote_terms, content_weights(canonical_claim))
    near = min(1.0, max(0.0, (recall - MIN_COPIED_SHARE) / (1.0 - MIN_COPIED_SHARE)))
    return CheckerFeatures(
        near=near,
        near_support=near * _log_odds(support),
        cosine=closest.cosine,
        far=max(0.0, MIN_PARAPHRASE_COSINE - closest.cosine),
        recall=recall,
        number_missing=float(bool(unknown_numbers)),
        name_missing=float(bool(claim_names - known_terms)),
        name_apart=float(bool(claim_names - quote_terms)),
        name_exchanged=near * float(_has_exchanged_name(claim_names, canonicalize_names(closest.text))),
        wrong_holder=float(errors.is_wrong_holder),
        only_reported=float(errors.is_only_reported),
        other_speaker=float(errors.is_other_speaker),
        negation=float(is_negated(claim) != is_negated(closest.text)),
        opposite=float(are_opposed(set(terms(claim)), set(terms(closest.text)))),
        firmer=float(count_hedges(closest.text) > 0 and count_hedges(claim) == 0),
    )


def _names(claim: str, cited_text: str) -> set[str]:
    """The claim's names.

    The claim's first word counts as a name if the cited text capitalises it inside a sentence.
    """
    names = extract_names(claim)
    first_word = re.match(rf"[“\"'‘(]*({CAPITALIZED_WORD})", claim)
    if first_word and re.search(rf"(?<=[a-z,;] ){re.escape(first_word[1])}\b", cited_text):
        names |= set(content_terms(first_word[1]))
    return names


def _amounts(claim: str) -> set[float]:
    return extract_numbers(_DURATION.sub("", claim)) - _NO_AMOUNT


def _implied_years(quotes: str, cited: Sequence[CitedSource]) -> set[float]:
    """The years that "in July" may mean in quotes without a year.

    They are the year of publication and the one before.
    """
    if _YEAR.search(quotes):
        return set()
    published = [source.article.published.year for source in cited if source.article.published]
    return {float(year - back) for year in published for back in (0, 1)}


def _has_exchanged_name(claim_names: set[str], closest: str) -> bool:
    """Whether the claim and the closest sentence each have a name the other lacks."""
    closest_names = _names(closest, closest)
    return bool(claim_names - expand_aliases(terms(closest))) and bool(closest_names - expand_aliases(claim_names))


def _holder_errors(attribution: Attribution, claim: str, cited: Sequence[CitedSource]) -> _HolderErrors:
    """Finds errors in the claim's attribution.

    Compares the person to whom the claim is attributed with the authors and speakers of the quotes.
    """
    holder = set(content_terms(canonicalize_names(attribution.holder)))
    if not holder:
        return _HolderErrors()
    speakers_by_source = [_speakers(source.quote) for source in cited]
    own_articles = [
        position
        for position, source in enumerate(cited)
        if holder <= set(terms(_author_and_publication(source.article)))
    ]
    if own_articles:
        claim_terms = set(terms(claim))
        speaks_for_itself = any(
            all(speaker & claim_terms for speaker in speakers_by_source[position]) for position in own_articles
        )
        return _HolderErrors(is_only_reported=not (attribution.is_relayed or speaks_for_itself))
    nearby_text = " ".join(f"{source.context} {source.quote}" for source in cited)
    nearby_terms = expand_aliases(terms(canonicalize_names(nearby_text)))
    speakers = [speaker for source_speakers in speakers_by_source for speaker in source_speakers]
    possessive = rf"{re.escape(attribution.holder.split()[-1])}[’']s?\b"
    is_other_speaker = bool(speakers) and not any(re.search(possessive, source.quote) for source in cited)
    is_other_speaker = is_other_speaker and not any(
        expand_aliases(holder) & expand_aliases(speaker) for speaker in speakers
    )
    return _HolderErrors(is_wrong_holder=not holder & nearby_terms, is_other_speaker=is_other_speaker)


def _speakers(quote: str) -> list[set[str]]:
    return [set(content_terms(speaker)) for speaker in reported_speakers(canonicalize_names(quote))]


def _uncited_authors(statement: str, authors: Sequence[str], cited: Sequence[CitedSource]) -> list[str]:
    """The authors that the statement names without citing them.

    Such an author neither wrote what the statement cites nor is named in it.
    """
    cited_text = " ".join(
        f"{source.context} {source.quote} {_author_and_publication(source.article)}" for source in cited
    )
    return [
        author
        for author in authors_named_in(statement, authors)
        if not set(content_terms(author)) <= set(terms(cited_text))
    ]


def _author_and_publication(article: ArticleRef) -> str:
    return f"{article.author or ''} {article.source or ''}"


def _article_facts(article: ArticleRef) -> str:
    month = month_and_year(article.published) if article.published else ""
    return f"{article.title}. {_author_and_publication(article)} {month}"


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(clipped / (1 - clipped))
