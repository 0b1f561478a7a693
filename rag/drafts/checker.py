"""Checks a whole draft: quotations and claims in its order, then citations, names.

Findings are yielded as they are made. Each is independent of the others, and none depends on a language model.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.drafts.attribution import attribute
from rag.drafts.citations import DraftCatalogue, DraftCitation, citations_in, find_references
from rag.drafts.claims.claim_check import CitedClaim, check_claims
from rag.drafts.claims.claims import DraftClaim, find_claims
from rag.drafts.claims.evidence import ClaimEvidence
from rag.drafts.claims.standalone import ClaimRewriter
from rag.drafts.findings import DraftFinding, DraftReport
from rag.drafts.quotation_check import check_quotation
from rag.drafts.quoting.lookup import QuotationLookup
from rag.drafts.quoting.quotations import Quotation, find_quotations
from rag.errors import RagError
from rag.generation.llm_writer import LLMWriter
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters, resolve_filters
from rag.text.sentences import sentence_spans
from rag.types.article import reference_line
from rag.types.understanding import QuestionScope
from rag.verification.verifier import Verifier
from rag.workspace import Workspace

# A book chapter; a longer text would take minutes.
MAX_DRAFT_CHARACTERS = 100_000
# Claims that are read together: enough for all processors, few enough that findings come while the next are read.
MAX_CLAIMS_AT_ONCE = 6
# What a language model is shown of a draft at once.
MAX_PARAGRAPH_CHARACTERS = 4_000
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n")
_MARKER_BEHIND = re.compile(r"\s*(?:\[\^?\w{1,12}\]|\([^()\n]{4,160}\)\.?)")


@dataclass(frozen=True, slots=True)
class _DraftPart:
    """Quotations and claims that are checked together."""

    quotations: list[Quotation]
    claims: list[DraftClaim]

    def text(self, draft: str) -> str:
        """The paragraph, up to its last claim in the part.

        A sentence may refer to those before it.
        """
        start = min((claim.start for claim in self.claims), default=0)
        end = max((claim.end for claim in self.claims), default=0)
        return draft[draft.rfind("\n\n", 0, start) + 1 : end].strip()[-MAX_PARAGRAPH_CHARACTERS:]


class DraftChecker:
    """Checks drafts against one library. Thread-safe."""

    def __init__(
        self,
        workspace: Workspace,
        reader: PassageReader,
        verifier: Verifier,
        writer: Callable[[], LLMWriter | None] = lambda: None,
    ) -> None:
        """Sets what claims are read with.

        The model that `writer` returns, at each draft, completes claims that refer to others.
        """
        self._writer = writer
        self._workspace = workspace
        self._lookup = QuotationLookup(workspace)
        self._evidence = ClaimEvidence(workspace, reader, verifier)

    def check(self, text: str, filters: Filters) -> DraftReport:
        """The report on `text`.

        Raises RagError for a draft that is too long or holds no words, LibraryError if the library cannot be used.
        """
        return DraftReport.of(text, self.findings(text, filters))

    def findings(self, text: str, filters: Filters) -> Iterator[DraftFinding]:
        """Yields the findings about `text`, one by one; raises what `check` raises."""
        check_draft_length(text)
        return self._findings(text, filters)

    def _findings(self, text: str, filters: Filters) -> Iterator[DraftFinding]:
        self._workspace.refresh()
        library = self._workspace.library
        catalogue = DraftCatalogue([article.ref for article in library.articles_in_scope(QuestionScope())])
        scope = resolve_filters(filters, library.distinct_values, library.passage_ids_of)
        sentences = sentence_spans(text)
        quotations = find_quotations(text)
        references = find_references(text, catalogue)
        claims = find_claims(text, sentences, quotations, catalogue)
        titles = {misspelling.start for misspelling in catalogue.misspelt_titles(text)}
        writer = self._writer()
        rewriter = ClaimRewriter(writer) if writer else None
        for part in _parts(text, quotations, claims):
            part_claims = rewriter.rewrite(part.text(text), part.claims) if rewriter else part.claims
            cited = [
                CitedClaim(claim, tuple(citations_in(text, claim.start, _end_with_markers(text, claim.end), catalogue,
                                                     references)))
                for claim in part_claims
            ]  # fmt: skip
            findings = [
                check_quotation(quotation, attribute(text, quotation, sentences, catalogue, references), self._lookup,
                                scope)
                for quotation in part.quotations
                if quotation.start not in titles
                and catalogue.title_article(text[quotation.start : quotation.end]) is None
            ]  # fmt: skip
            findings += [finding for each in check_claims(cited, self._evidence, filters) for finding in each]
            yield from sorted(findings, key=lambda finding: finding.start)
        yield from _citation_findings(text, references, catalogue)
        yield from _name_findings(text, catalogue)


def check_draft_length(text: str) -> None:
    """Raises RagError for a draft that cannot be checked: too long, or without a word."""
    if len(text) > MAX_DRAFT_CHARACTERS:
        raise RagError(
            f"the draft has {len(text):,} characters, at most {MAX_DRAFT_CHARACTERS:,} are checked at once; "
            "check it part by part"
        )
    if not any(character.isalnum() for character in text):
        raise RagError("the draft holds no words; there is nothing to check")


def _parts(text: str, quotations: Sequence[Quotation], claims: Sequence[DraftClaim]) -> Iterator[_DraftPart]:
    """The paragraphs of the draft, with a few claims at most, in its order."""
    part = _DraftPart([], [])
    end = 0
    items: list[Quotation | DraftClaim] = [*quotations, *claims]
    for item in sorted(items, key=lambda item: item.start):
        is_new = _PARAGRAPH_BREAK.search(text, end, item.start) or len(part.claims) >= MAX_CLAIMS_AT_ONCE
        if is_new and (part.quotations or part.claims):
            yield part
            part = _DraftPart([], [])
        end = max(end, item.end)
        if isinstance(item, Quotation):
            part.quotations.append(item)
        else:
            part.claims.append(item)
    yield part


def _citation_findings(
    text: str, references: Mapping[str, DraftCitation], catalogue: DraftCatalogue
) -> Iterator[DraftFinding]:
    """Citations that name an author or title of the catalogue, resolved or not."""
    for citation in [*references.values(), *citations_in(text, 0, len(text), catalogue, {})]:
        cited = text[citation.start : citation.end]
        if len(citation.articles) == 1:
            message = f"This is {reference_line(citation.articles[0])}."
            yield DraftFinding("citation", "resolved", citation.start, citation.end, cited, message)
        elif citation.date and not citation.articles:
            message = f"The collection has no article by {' or '.join(citation.authors)} of this date."
            yield DraftFinding("citation", "unresolved", citation.start, citation.end, cited, message)


def _name_findings(text: str, catalogue: DraftCatalogue) -> Iterator[DraftFinding]:
    for misspelling in [*catalogue.misspelt_authors(text), *catalogue.misspelt_titles(text)]:
        yield DraftFinding(
            "name",
            "misspelt",
            misspelling.start,
            misspelling.end,
            misspelling.text,
            f"The catalogue spells it “{misspelling.right}”.",
            suggestion=misspelling.right,
        )


def _end_with_markers(text: str, end: int) -> int:
    """The end of a sentence with the markers or brackets behind it."""
    match = _MARKER_BEHIND.match(text, end)
    return match.end() if match else end
