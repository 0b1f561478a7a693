"""Finds the claims of a draft: its sentences outside quotations.

Each has what is needed to check it alone.

Views, questions and instructions of the writer are no claims. Nothing is looked up here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.drafts.citations import DraftCatalogue, reference_spans
from rag.drafts.quoting.quotations import Quotation
from rag.text.analyzer import content_terms
from rag.text.attribution import parse_attribution
from rag.text.lexicon import HOLDING_VERBS, SPEECH_VERBS, alternation
from rag.types.passage import Span

# A sentence of which more is quoted is about the quotation, which is checked by itself.
MAX_QUOTED_SHARE = 0.3
# A sentence with fewer content words says nothing that an article could support.
MIN_CONTENT_WORDS = 2
MAX_CLAIM_CHARACTERS = 1_000

_PROPOSING = (
    "proposed", "proposes", "demanded", "demands", "decided", "decides", "ruled", "rules", "recommended", "recommends",
    "urged", "urges", "insisted", "insists", "required", "requires", "promised", "agreed",
)  # fmt: skip
_MARKER = re.compile(r"\s*\[\^?\w{1,12}(?:\s*,\s*\^?\w{1,12})*\]|(?<=\S)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?!\w)")
# Markup of Markdown is no part of what a sentence says: the address of a link, stars and underlines around words.
_LINK = re.compile(r"!?\[([^\[\]\n]{1,200})\]\([^()\s]{1,2000}(?: \"[^\"\n]{0,200}\")?\)|<?\bhttps?://[^\s<>]+>?")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.{1,400}?)(?<=\S)\1(?!\w)")
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n.{0,10000}?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
# "As Bremmer wrote in TIME in June 2024, the pact …": where and when it was written is no part of the claim.
_PUBLICATION = re.compile(r"In (?P<source>[^,]{2,60}?)(?: (?:in|of|on) [\w ]{4,20})?, (?=\S)")
# A heading, a quotation, a row of a table; a citation in brackets that stands alone.
_NO_SENTENCE = re.compile(r"\s{0,3}(?:#{1,6}\s|>|\||\([^()]*\)\W*$)")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_FIRST_PERSON = re.compile(r"\b(?:I|I['’]\w+|[Mm]y|[Mm]ine|[Mm]e|[Ww]e|[Oo]urs?|[Uu]s)\b")
_JUDGEMENT = re.compile(
    r"\b(?:should|ought to|shall|deserves?|had better|would be (?:wise|better|wrong)|please)\b|"
    r"^\W*(?:perhaps|maybe|arguably|surely|no doubt|fortunately|unfortunately|sadly|luckily)\b",
    re.IGNORECASE,
)
# "Söder proposed that Bavaria should run it" reports the view of another.
_REPORTED = re.compile(rf"\W*[A-Z][^.;]*\b(?:{alternation((*SPEECH_VERBS, *HOLDING_VERBS, *_PROPOSING))})\b")
_INSTRUCTION = re.compile(
    r"\W*(?:please|let|let['’]s|do not|don['’]t|never|always|read|write|build|vote|buy|sell|consider|note|remember|"
    r"think|look|ask|take|keep|give|stop|start|use|make|see|call|compare|count|expect|wait|beware|imagine|suppose|"
    r"forget|ignore|tell|try|put|check|watch|recall|mind|beware|trust|spend|save|bring|go|come|be)\b",
    re.IGNORECASE,
)
# "Watch officers met": an instruction has no verb of its own after its first words.
_FINITE = re.compile(r"\b(?:is|are|was|were|has|had|will|would|\w+ed)\b")
_REFERRING = re.compile(
    r"\W*(?:it|its|he|his|she|her|they|their|this|that|these|those|such|there|here|of these|of those)\b|"
    r"[^.]*\b(?:there|thereafter|of them)\W*$",
    re.IGNORECASE,
)
_PART_BREAK = re.compile(
    r"(?:;|,)\s+(?:and|but|while|whereas|after which|which)\s+|;\s+|\s+and (?=(?:he|she|it|they|then)\b)"
)


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A sentence of the draft to check.

    `statement` is its text without markers and attribution, `holder` the author of the catalogue to whom the draft
    attributes it. `context` is the sentence before, if the claim refers to it. `is_opinion` is true for a view, a
    question or an instruction, which is not checked. `search` is the claim as a language model completed it, "" for
    none.
    """

    start: int
    end: int
    text: str
    statement: str
    holder: str | None
    context: str
    is_opinion: bool
    search: str = ""

    @property
    def query(self) -> str:
        """The words by which passages about the claim are retrieved."""
        return self.search or f"{self.context} {self.statement}".strip()

    @property
    def parts(self) -> tuple[str, ...]:
        """The clauses that make claims of their own, one at least."""
        parts = [part for part in _PART_BREAK.split(self.statement) if len(content_terms(part)) >= MIN_CONTENT_WORDS]
        return tuple(parts) if len(parts) > 1 else (self.statement,)


def find_claims(
    text: str, sentences: Sequence[Span], quotations: Sequence[Quotation], catalogue: DraftCatalogue
) -> list[DraftClaim]:
    """The claims and opinions among the sentences of the draft, in its order."""
    left_out = [*reference_spans(text), *(quotation.outer for quotation in quotations if quotation.is_block)]
    left_out += [match.span() for match in [_FRONT_MATTER.match(text)] if match]
    claims: list[DraftClaim] = []
    before = ""
    for start, end in sentences:
        sentence = text[start:end]
        is_left_out = any(start < right and left < end for left, right in left_out) or _NO_SENTENCE.match(sentence)
        quoted = sum(max(0, min(end, quotation.outer[1]) - max(start, quotation.outer[0])) for quotation in quotations)
        if not is_left_out and quoted <= MAX_QUOTED_SHARE * (end - start):
            claim = _claim(text, start, end, before, catalogue)
            claims += [claim] if claim else []
        before = sentence
    return claims


def _claim(text: str, start: int, end: int, before: str, catalogue: DraftCatalogue) -> DraftClaim | None:
    mark = _LIST_MARK.match(text[start:end])
    start += mark.end() if mark else 0
    sentence = text[start:end]
    plain = " ".join(_without_markup(_MARKER.sub("", sentence)).split())[:MAX_CLAIM_CHARACTERS]
    if not content_terms(plain):
        return None
    attribution = parse_attribution(plain)
    holders = catalogue.authors_in(attribution.holder) if attribution else ()
    statement = _without_publication(attribution.claim, catalogue) if attribution and holders else plain
    context = before if _REFERRING.match(plain) else ""
    is_opinion = not holders and is_writers_view(plain)
    if not is_opinion and len(content_terms(plain)) < MIN_CONTENT_WORDS:
        return None
    return DraftClaim(start, end, sentence, statement, holders[0] if holders else None, context, is_opinion)


def _without_markup(sentence: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(lambda match: match[1] or "", sentence))


def _without_publication(claim: str, catalogue: DraftCatalogue) -> str:
    match = _PUBLICATION.match(claim)
    if match is None or match["source"] not in catalogue.sources:
        return claim
    rest = claim[match.end() :]
    return rest[:1].upper() + rest[1:]


def is_writers_view(sentence: str) -> bool:
    """Whether the sentence is no claim about the world.

    It is then a view, a question or an instruction of the writer.
    """
    if sentence.rstrip("\"'”’)* ").endswith("?"):
        return True
    judgement = _JUDGEMENT.search(sentence)
    if _FIRST_PERSON.search(sentence) or (judgement and not _REPORTED.match(sentence[: judgement.start()])):
        return True
    instruction = _INSTRUCTION.match(sentence)
    return instruction is not None and not _FINITE.search(sentence, instruction.end())
