"""Asks a language model to complete and divide the sentences of a draft.

They are then easier to look up.

A sentence such as "Its president resigned in May" is searched for in the model's words, with the name in place of
"its". The verifier and the reader always read the draft's own words. What the model writes is used only if it has the
words of the paragraph and no others, so it can neither add a detail nor drop one.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from rag.drafts.claims.claims import DraftClaim
from rag.errors import ModelError
from rag.generation.llm_writer import LLMWriter, WritingSession
from rag.text.analyzer import content_terms, terms
from rag.verification.cues import extract_numbers, is_negated

log = logging.getLogger(__name__)

# The share of the time for one answer that the claims of one paragraph may take.
MAX_SHARE_OF_TIME = 0.25
# Claims are named by letters.
MAX_CLAIMS = 20
MAX_PARTS = 6
_LETTERED_LINE = re.compile(r"^\W*([A-T])\s*[:.)–-]+\s*(\S.*)$")


class ClaimRewriter:
    """Completes and divides claims with the model of `writer`, for one draft."""

    def __init__(self, writer: LLMWriter) -> None:
        self._prompt = writer.prompts["claims"]
        self._session: WritingSession | None = writer.start_session()

    def rewrite(self, paragraph: str, claims: Sequence[DraftClaim]) -> list[DraftClaim]:
        """The claims, with what the model made of those that need it.

        `paragraph` is the text in which they stand. After a failure of the model it is not asked again, and the rules
        of `DraftClaim` apply.
        """
        asked = [claim for claim in claims if _needs_rewriting(claim)][:MAX_CLAIMS]
        if not asked or self._session is None:
            return list(claims)
        listed = "\n".join(f"{chr(ord('A') + number)}: {claim.statement}" for number, claim in enumerate(asked))
        try:
            reply = self._session.reply(self._prompt, MAX_SHARE_OF_TIME, paragraph=paragraph, sentences=listed)
        except ModelError as error:
            log.warning("the draft is checked without the language model: %s", error)
            self._session = None
            return list(claims)
        written = parse_claims(reply or "")
        return [_rewritten(claim, written.get(asked.index(claim), []), paragraph) if claim in asked else claim
                for claim in claims]  # fmt: skip


def parse_claims(reply: str) -> dict[int, list[str]]:
    """The lines of a reply by the numbers of their sentences, from 0."""
    lines: dict[int, list[str]] = {}
    for match in map(_LETTERED_LINE.match, reply.splitlines()):
        if match:
            lines.setdefault(ord(match[1]) - ord("A"), []).append(match[2].strip())
    return lines


def is_faithful(statements: Sequence[str], claim: str, paragraph: str) -> bool:
    """Whether `statements` say what `claim` says, and nothing more.

    They may have all words of `paragraph`.
    """
    written = " ".join(statements)
    return (
        set(content_terms(claim)) <= set(content_terms(written)) <= set(terms(f"{paragraph} {claim}"))
        and extract_numbers(claim) == extract_numbers(written)
        and is_negated(claim) == is_negated(written)
    )


def _needs_rewriting(claim: DraftClaim) -> bool:
    return not claim.is_opinion and (bool(claim.context) or len(claim.parts) > 1)


def _rewritten(claim: DraftClaim, statements: Sequence[str], paragraph: str) -> DraftClaim:
    if not statements or len(statements) > MAX_PARTS or not is_faithful(statements, claim.statement, paragraph):
        return claim
    return replace(claim, search=" ".join(statements))
