"""Finds agreement of authors that a statement claims and no quote shows.

"House Rules disagrees, arguing that …" claims two things: what the author argues, and against whom. A quote of one
article shows the second only if it speaks of agreement or names another view.
"""

import re
from collections.abc import Sequence

from rag.verification.cited_source import CitedSource
from rag.verification.cues import extract_names

_AGREES = (
    r"(?:agrees?|agreed|disagrees?|disagreed|concurs?|concurred|(?:shares?|shared|opposes?|opposed|takes|took)"
    r" (?:this|that|the (?:same|opposite|contrary)) (?:view|opinion|position|judgement|judgment))"
)
_UNNAMED = r"(?:the (?:author|columnist|column|writer|article|piece)|another author)"
# What shows in a quote that its author answers another one.
_SHOWN = re.compile(
    r"\b(?:dis)?agree|\bconcur|\bobject(?:s|ed|ion|ions|ing)?\b|\boppos|\bdisput|\breject|\bcontradict|\bcontrary\b|"
    r"\bdiffer|\bwrong\b|\bmistaken\b|\bright\b|\bcritics?\b|\bopponents?\b|\badmirers\b|\bthis column\b|"
    r"\bargued here\b|\bwrote here\b|\bverdict\b|\bshares?\b[^.]{0,30}\bview",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    rf"\b{_AGREES}\b[^,;]{{0,80}}, (?:and |but )?(?:would |also )*(?:add|adds|adding|argues?|arguing|states?|stating|"
    r"says?|saying|believes?|believing|claims?|claiming|notes?|noting|holds?|holding|writes?|writing|thinks?|thinking|"
    r"points? out|pointing out|explains?|explaining) (?:that )?(?P<claim>.+)$"
)


def claims_agreement(statement: str, cited: Sequence[CitedSource]) -> bool:
    """Whether `statement` claims that an author agrees or disagrees, unshown.

    Only authors of the cited articles count, by name or as "the author": what others agree on is a matter of fact. A
    quote shows it by a word of agreement, or by a name with which the statement says that the author agrees.
    """
    names = {source.article.author for source in cited if source.article.author}
    subject = "|".join([*map(re.escape, sorted(names)), _UNNAMED])
    plain = " ".join(statement.split())
    match = re.search(
        rf"\b(?P<subject>{subject})(?:,[^,]{{1,60}},)? (?:also |partly |strongly )?{_AGREES}\b", plain, re.I
    )
    if not cited or not match:
        return False
    quotes = " ".join(source.quote for source in cited)
    others = extract_names(plain[: match.start("subject")] + plain[match.end() :])
    return not _SHOWN.search(quotes) and not others & extract_names(quotes)


def named_beside_agreement(statement: str) -> str:
    """The words before "disagrees, arguing that", which name who does; else ""."""
    match = _CLAIM.search(statement)
    return statement[: match.start()] if match else ""


def claim_beside_agreement(statement: str) -> str | None:
    """What an author is said to argue: the words after "disagrees, arguing that"."""
    match = _CLAIM.search(" ".join(statement.split()))
    return match["claim"][:1].upper() + match["claim"][1:] if match else None
