"""Drafts that quote and use the articles, with labelled quotations and claims.

One draft a line, in evals/suites/drafts; evals/suites/README.md says how they are written. The field names are the
file's keys. All offsets count characters of the draft's text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals.datasets.cases import SuiteLine, describe_misquote, load_suite

SUITE = "drafts"
# Sentences on the subjects of dev, most of them false in the words of an article: only to work on the rules.
MORE_CLAIMS = "dev_claims"

QuotationLabel = Literal["verbatim", "altered", "misattributed", "invented", "cut"]
Alteration = Literal[
    "word", "number", "name", "negation", "hedge", "dropped", "added", "order", "omission", "splice"
]  # fmt: skip
ClaimLabel = Literal["supported", "contradicted", "misattributed", "partly", "not_covered", "opinion"]
ClaimError = Literal["number", "date", "name", "negation", "direction", "quantifier", "cause", "attribution"]
# The labels of quotations whose words stand in the article as the draft has them.
EXACT_LABELS = ("verbatim", "misattributed", "cut")
_OMISSION = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?|\[[^\]]*\])\s*")


class DraftSpan(BaseModel):
    """A labelled part of a draft: `text` is `draft.text[start:end]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=0)
    end: int
    text: str


class LabelledQuotation(DraftSpan):
    """A quotation without its marks.

    `change` says how an altered one differs, and `original` are the article's words: one piece, two for a "splice". An
    invented one has no article.
    """

    label: QuotationLabel
    change: Alteration | None = None
    article: str | None = None
    original: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_fields(self) -> "LabelledQuotation":
        if (self.label == "altered") != bool(self.change and self.original):
            raise ValueError("an altered quotation has `change` and `original`, and no other has")
        if (self.label == "invented") != (self.article is None):
            raise ValueError("an invented quotation has no `article`, and every other has")
        return self


class LabelledClaim(DraftSpan):
    """A sentence of the draft's own.

    `article` and `quote` are the sentence of the corpus that decides it, for a claim that the corpus covers; `kind` is
    what is wrong with a contradicted or misattributed one.
    """

    label: ClaimLabel
    kind: ClaimError | None = None
    article: str | None = None
    quote: str | None = None

    @model_validator(mode="after")
    def _check_fields(self) -> "LabelledClaim":
        if (self.label in ("contradicted", "misattributed")) != (self.kind is not None):
            raise ValueError("a contradicted or misattributed claim has `kind`, and no other has")
        if (self.label in ("not_covered", "opinion")) != (self.quote is None):
            raise ValueError("a claim that the corpus covers has `article` and `quote`, and no other has")
        return self


class MisspeltName(DraftSpan):
    """An author's name as the draft misspells it; `catalogue` is the right spelling."""

    catalogue: str


class LabelledDraft(SuiteLine):
    """A draft with its labels."""

    subject: str
    text: str
    quotations: tuple[LabelledQuotation, ...]
    claims: tuple[LabelledClaim, ...]
    names: tuple[MisspeltName, ...] = ()

    @model_validator(mode="after")
    def _check_spans(self) -> "LabelledDraft":
        for span in (*self.quotations, *self.claims, *self.names):
            if self.text[span.start : span.end] != span.text:
                raise ValueError(f"characters {span.start} to {span.end} are not {span.text[:60]!r}")
        return self


def load_drafts(split: str, suite: str | Path = SUITE) -> list[LabelledDraft]:
    """Loads the drafts of one split, or those of MORE_CLAIMS.

    `suite` is a name under evals/suites or a folder. Raises SuiteError.
    """
    return load_suite(suite, split, LabelledDraft)


def quotes_exactly(words: str, text: str) -> bool:
    """Whether `text` has `words`, whatever the typography.

    The parts between omissions and insertions stand in it in their order.
    """
    plain, position = plain_text(text), 0
    for part in filter(None, map(plain_text, _OMISSION.split(words))):
        start = plain.find(part, position)
        if start < 0:
            return False
        position = start + len(part)
    return True


def plain_text(text: str) -> str:
    """`text` in lower case, with plain dashes and spaces.

    Quotation marks and closing punctuation are left out.
    """
    text = re.sub(r"[“”„«»\"‘’'`]", "", unicodedata.normalize("NFKC", text))
    return " ".join(re.sub(r"[–—‐]", "-", text).casefold().split()).strip(" .,;:")


def find_wrong_labels(drafts: Iterable[LabelledDraft], texts: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for each label that the articles contradict.

    `texts` maps article ids to texts. An exact quotation stands in its article, an altered or invented one in none, and
    the sentence that decides a claim stands in its article once.
    """
    for draft in drafts:
        for quotation in draft.quotations:
            where = f"{draft.id}: {quotation.label}: {quotation.text[:80]!r}"
            if quotation.article is not None and quotation.article not in texts:
                yield f"{where}: there is no article {quotation.article}"
                continue
            if quotation.label in EXACT_LABELS:
                if not quotes_exactly(quotation.text, texts[quotation.article or ""]):
                    yield f"{where}: is not in {quotation.article}"
            elif quotation.change != "omission" and any(
                quotes_exactly(quotation.text, text) for text in texts.values()
            ):
                yield f"{where}: is in an article"
            for part in quotation.original:
                if not quotes_exactly(part, texts[quotation.article or ""]):
                    yield f"{where}: its original is not in {quotation.article}: {part[:80]!r}"
        for claim in draft.claims:
            if claim.article is not None:
                misquote = describe_misquote(draft.id, claim.article, claim.quote or "", texts)
                if misquote is not None:
                    yield misquote
