"""Splits a download of ProQuest.

The articles stand between lines of underscores, each with named fields.
"""

import re

from rag.readers.exports.names import natural_names
from rag.readers.press_databases.press_article import MAX_ARTICLES, PressArticle, day_in, joined_lines

_RULE = re.compile(r"^_{20,}[ \t]*$", re.MULTILINE)
_DOCUMENT = re.compile(r"^\s*Document \d+ of \d+\s*$", re.MULTILINE)
_NAMES = (
    "Title|Author|Publication info|Publication title|ProQuest document link|Abstract|Links|Full text|Subject|Location|"
    "People|Company / organization|Business indexing term|Identifier / keyword|Pages|Volume|Issue|First page|"
    "Publication year|Publication date|Year|Section|Publisher|Place of publication|Country of publication|"
    "Publication subject|ISSN|e-ISSN|Source type|Language of publication|Document type|Document feature|"
    "ProQuest document ID|Document URL|Copyright|Last updated|Database|Credit|Dateline|Column|Classification|Ethnicity|"
    "Product name|DOI|Accession number|Number of pages|Word count|Company|Name|Correspondence author|"
    "Publication history|Online publication date|Milestone dates"
)
_FIELD = re.compile(rf"^(?P<name>{_NAMES}):[ \t]*(?P<value>.*(?:\n(?!(?:{_NAMES}):).*)*)", re.MULTILINE)


def split_proquest(text: str) -> list[PressArticle]:
    """The articles of the download; empty for any other text."""
    if "ProQuest" not in text:
        return []
    pieces = _RULE.split(text, MAX_ARTICLES + 1)[: MAX_ARTICLES + 1]
    return [_article(_DOCUMENT.sub("", piece).strip()) for piece in pieces if _is_article(piece)]


def _is_article(piece: str) -> bool:
    names = {match["name"] for match in _FIELD.finditer(piece)}
    return "Full text" in names and bool(names & {"Publication info", "Publication title"})


def _article(text: str) -> PressArticle:
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(text):
        fields.setdefault(match["name"], match["value"].strip())
    first_line = text.partition("\n")[0].strip()
    title = fields.get("Title") or ("" if re.match(rf"(?:{_NAMES}):", first_line) else first_line)
    information = " ".join(fields.get("Publication info", "").split())
    in_information = re.search(r"\b(?:\d{1,2} [A-Z][a-z]{2,8}|[A-Z][a-z]{2,8} \d{1,2},) \d{4}\b", information)
    return PressArticle(
        title,
        joined_lines(fields.get("Full text", "")),
        natural_names(re.split(r";", fields.get("Author", "").rstrip(" ."))),
        fields.get("Publication title", "").partition(";")[0].strip()
        or information.partition(";")[0].partition(",")[0],
        day_in(fields.get("Publication date", "")) or (day_in(in_information[0]) if in_information else ""),
        fields.get("Document URL", "").split()[0] if fields.get("Document URL", "").startswith("http") else "",
        fields.get("ProQuest document ID", ""),
    )
