"""Finds words of another speaker that a statement gives as the article's own.

"The article states that Spain refused to pay" is no support for what the article only reports a minister to have said.
The same for a named author is a feature of the statement checker.
"""

import re
from collections.abc import Sequence

from rag.text.analyzer import content_terms
from rag.text.attribution import parse_attribution, reported_speakers
from rag.verification.cited_source import CitedSource

_ARTICLE = re.compile(
    r"^(?:according to |for |in )?the (?:author|columnist|column|writer|article|piece)\b", re.IGNORECASE
)


def gives_report_as_own(statement: str, cited: Sequence[CitedSource]) -> bool:
    """Whether `statement` says that the article holds what its quotes only report.

    A verb that only relays ("the article reports") and a statement that names the speaker are allowed.
    """
    if not cited or not _ARTICLE.match(statement):
        return False
    attribution = parse_attribution(statement)
    if attribution and attribution.is_relayed:
        return False
    stated = set(content_terms(statement))
    speakers = [[set(content_terms(speaker)) for speaker in reported_speakers(source.quote)] for source in cited]
    return all(of_source and not any(speaker & stated for speaker in of_source) for of_source in speakers)
