"""The verdict on one claim.

It is supported, contradicted, partly, misattributed, not covered, or an opinion.

"Contradicted" needs a detail for which the article has another one in the same place, in a sentence about the claim. In
doubt the verdict is the weaker one.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from rag.drafts.citations import DraftCitation
from rag.drafts.claims.claims import DraftClaim
from rag.drafts.claims.comparison import DetailConflict
from rag.drafts.claims.evidence import ClaimEvidence, ClaimReading, EvidenceRequest
from rag.drafts.findings import DraftFinding, FindingVerdict, WordDifference
from rag.retrieval.filters import Filters
from rag.types.article import ArticleRef, short_reference
from rag.verification.cues import find_numbers
from rag.verification.verifier import PARTLY, SUPPORTED

# The thresholds below are chosen on the dev half of evals/suites/drafts (docs/drafts.md).
# A sentence of at least this logit is about the claim.
ABOUT_LOGIT = 0.5
# So is a sentence that has at least this share of the claim's words, if its logit is not far below.
ABOUT_COVERED, ABOUT_COVERED_LOGIT = 0.7, -1.0
# A claim is not supported, whatever the verifier says, if the reader is sure that no sentence is about it.
MIN_SUPPORTED_LOGIT = -1.75
# A claim that the verifier doubts is supported if a sentence is clearly about it and has its words and details.
CLEAR_LOGIT, CLEAR_COVERED, CLEAR_SUPPORT = 1.5, 0.9, 0.2
# Below this share of its words a sentence is about something else, even if a number differs.
MIN_CONTRADICTED_COVERED = 0.5
# With another negation, direction or quantity, so much of the claim's other words has to be in the sentence; more if
# the reader is in doubt. A verifier that is surer of the claim than that outweighs the words.
REVERSED_COVERED = 0.75
WHOLE_COVERED, MAX_REVERSED_SUPPORT = 0.85, 0.65
# A sentence that has so much of a claim says the same of another name.
SAME_COVERED = 0.9
# A verifier that is sure of the claim outweighs a name that differs.
MAX_NAME_SUPPORT, MAX_SUBJECT_SUPPORT = 0.35, 0.3
PARTLY_COVERED = 0.4
# The reverse of a claim has nearly all of its words, so that the verifier has to be surer of it.
REVERSED_SUPPORT = 0.85
# Conflicts that concern the whole sentence.
REVERSALS = ("negation", "direction", "quantity", "exchange")


@dataclass(frozen=True, slots=True)
class CitedClaim:
    """A claim with the citations that stand behind it."""

    claim: DraftClaim
    citations: tuple[DraftCitation, ...] = ()


# A check asks for what the library says about a claim, perhaps within narrower filters, until it has decided.
_Check = Generator[EvidenceRequest, ClaimReading | None, list[DraftFinding]]


def check_claims(claims: Sequence[CitedClaim], evidence: ClaimEvidence, filters: Filters) -> list[list[DraftFinding]]:
    """The findings about each claim.

    The first is the verdict on the claim. A second one follows if the article that it cites does not support it.
    """
    checks = [_check(claim, evidence, filters) for claim in claims]
    findings: list[list[DraftFinding]] = [[] for _ in claims]
    requests = _advance(checks, dict.fromkeys(range(len(checks))), findings)
    while requests:
        readings = evidence.read(list(requests.values()))
        requests = _advance(checks, dict(zip(requests, readings, strict=True)), findings)
    return findings


def _advance(
    checks: Sequence[_Check], readings: Mapping[int, ClaimReading | None], findings: list[list[DraftFinding]]
) -> dict[int, EvidenceRequest]:
    """Continues each check that has a reading.

    Returns what they ask for next, by their numbers.
    """
    requests = {}
    for number, reading in readings.items():
        try:
            requests[number] = checks[number].send(reading)
        except StopIteration as finished:
            findings[number] = finished.value
    return requests


def _check(cited_claim: CitedClaim, evidence: ClaimEvidence, filters: Filters) -> _Check:
    claim = cited_claim.claim
    if claim.is_opinion:
        return [_finding(claim, "opinion", "A view, question or instruction of the writer; not checked.")]
    cited = _cited_article(cited_claim.citations)
    findings: list[DraftFinding] = []
    if cited:
        reading = yield _request(claim, filters.within(articles=(cited.id,)))
        verdict = _verdict(claim, reading, evidence)
        if reading and verdict != "not_covered":
            return [_claim_finding(claim, verdict, reading)]
        findings = [_not_supporting(claim, cited)]
    if claim.holder:
        finding = yield from _attributed_finding(claim, claim.holder, evidence, filters)
        return [finding, *findings]
    reading = yield _request(claim, filters)
    return [_claim_finding(claim, _verdict(claim, reading, evidence), reading), *findings]


def _attributed_finding(
    claim: DraftClaim, holder: str, evidence: ClaimEvidence, filters: Filters
) -> Generator[EvidenceRequest, ClaimReading | None, DraftFinding]:
    """The finding about a claim that is attributed to the author `holder`."""
    own = yield _request(claim, filters.within(authors=(holder,)))
    verdict = _verdict(claim, own, evidence)
    if verdict in ("supported", "contradicted"):
        return _claim_finding(claim, verdict, own)
    anyone = yield _request(claim, filters)
    other = anyone.source.article if anyone else None
    if anyone and other and other.author != holder and _verdict(claim, anyone, evidence) == "supported":
        message = f"This is said in {short_reference(other)}, not by {holder}."
        return _finding(claim, "misattributed", message, anyone)
    return _claim_finding(claim, verdict, own)


def _request(claim: DraftClaim, filters: Filters) -> EvidenceRequest:
    return EvidenceRequest(claim.statement, claim.query, filters)


def _verdict(claim: DraftClaim, reading: ClaimReading | None, evidence: ClaimEvidence) -> FindingVerdict:
    if reading is None:
        return "not_covered"
    if contradictions(reading):
        return "contradicted"
    lacking = [conflict for conflict in reading.conflicts if conflict.kind in ("number", "date", "name")]
    is_clear = reading.logit >= CLEAR_LOGIT and reading.covered >= CLEAR_COVERED and reading.support >= CLEAR_SUPPORT
    is_reversed = any(conflict.kind in REVERSALS for conflict in reading.conflicts)
    needed = REVERSED_SUPPORT if is_reversed else SUPPORTED
    is_read = reading.logit >= MIN_SUPPORTED_LOGIT
    if (reading.support >= needed and not lacking and is_read) or (is_clear and not reading.conflicts):
        parts = claim.parts
        if len(parts) > 1 and not is_clear and min(evidence.part_support(parts, reading.source)) < PARTLY:
            return "partly"
        return "supported"
    is_partly = reading.support >= PARTLY or (lacking and _is_about(reading))
    return "partly" if is_partly and reading.covered >= PARTLY_COVERED else "not_covered"


def contradictions(reading: ClaimReading) -> list[DetailConflict]:
    """The details for which the article certainly has another one."""
    reversed_covered = (conflict.covered for conflict in reading.conflicts if conflict.kind in REVERSALS)
    covered = max((reading.covered, *reversed_covered))
    if not _is_about(reading) or covered < MIN_CONTRADICTED_COVERED:
        return []
    return [conflict for conflict in reading.conflicts if conflict.is_contradiction and _is_sure(conflict, reading)]


def _is_sure(conflict: DetailConflict, reading: ClaimReading) -> bool:
    if conflict.kind == "name":
        is_same = reading.covered >= SAME_COVERED and reading.logit >= ABOUT_COVERED_LOGIT
        return reading.support < MAX_NAME_SUPPORT and (reading.logit >= ABOUT_LOGIT or is_same)
    if conflict.kind == "subject":
        return reading.support < MAX_SUBJECT_SUPPORT and reading.covered >= REVERSED_COVERED
    if conflict.kind in REVERSALS:
        is_same = conflict.covered >= REVERSED_COVERED and reading.logit >= ABOUT_LOGIT
        is_whole = conflict.covered >= WHOLE_COVERED and reading.logit >= ABOUT_COVERED_LOGIT
        return (is_same or is_whole) and reading.support < MAX_REVERSED_SUPPORT
    return True


def _is_about(reading: ClaimReading) -> bool:
    is_covered = reading.covered >= ABOUT_COVERED and reading.logit >= ABOUT_COVERED_LOGIT
    return reading.logit >= ABOUT_LOGIT or is_covered


def _claim_finding(claim: DraftClaim, verdict: FindingVerdict, reading: ClaimReading | None) -> DraftFinding:
    where = short_reference(reading.source.article) if reading else ""
    if reading is None or verdict == "not_covered":
        # A passage about something else may have the same number; it supports none.
        numbers = tuple(
            WordDifference("added", claim.statement[amount.start : amount.end], "", is_hard=True)
            for amount in find_numbers(claim.statement)
        )
        return _finding(claim, "not_covered", "The collection does not cover this.", None, numbers, reading)
    if verdict == "contradicted":
        conflicts = contradictions(reading)
        details = "; ".join(f"“{conflict.claim}”, where the article says “{conflict.article}”" for conflict in conflicts
                            if conflict.kind not in REVERSALS)  # fmt: skip
        message = f"{where} says otherwise: {details or f'“{reading.source.quote}”'}."
        return _finding(claim, verdict, message, reading, _differences(reading.conflicts))
    lacking = [conflict for conflict in reading.conflicts if conflict.kind in ("number", "date", "name")]
    if verdict == "partly":
        missing = ", ".join(f"“{conflict.claim}”" for conflict in lacking)
        message = f"{where} supports a part of this" + (f"; it has no {missing}." if missing else ".")
        return _finding(claim, verdict, message, reading, _differences(lacking))
    return _finding(claim, verdict, f"Supported by {where}: “{reading.source.quote}”", reading)


def _differences(conflicts: Sequence[DetailConflict]) -> tuple[WordDifference, ...]:
    return tuple(
        WordDifference("changed" if conflict.article else "added", conflict.claim, conflict.article, is_hard=True)
        for conflict in conflicts
        if conflict.kind not in REVERSALS
    )


def _finding(
    claim: DraftClaim,
    verdict: FindingVerdict,
    message: str,
    shown: ClaimReading | None = None,
    differences: tuple[WordDifference, ...] = (),
    scored: ClaimReading | None = None,
) -> DraftFinding:
    reading = shown or scored
    return DraftFinding(
        kind="claim",
        verdict=verdict,
        start=claim.start,
        end=claim.end,
        text=claim.text,
        message=message,
        source=shown.source if shown else None,
        differences=differences,
        support=round(reading.support, 4) if reading else None,
    )


def _cited_article(citations: Sequence[DraftCitation]) -> ArticleRef | None:
    """The article that the claim cites, where its citations mean exactly one."""
    articles = {article.id: article for citation in citations for article in citation.articles}
    return next(iter(articles.values())) if len(articles) == 1 else None


def _not_supporting(claim: DraftClaim, cited: ArticleRef) -> DraftFinding:
    message = f"The cited article, {short_reference(cited)}, does not support this sentence."
    return DraftFinding("citation", "not_supporting", claim.start, claim.end, claim.text, message)
