"""Articles in the formats of reference managers: BibTeX, RIS and CSL-JSON.

The libraries of the formats write them, and escape what the format would read as markup.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from rag.citing.authors import Name
from rag.citing.forms import FormatName
from rag.citing.items import Item, csl_item, distinct
from rag.types.article import ArticleRef, slug

# rispy writes the number of each reference on a line before it, which is no RIS.
_NUMBER_BEFORE_REFERENCE = re.compile(r"^\d+\.\n(?=TY  - )", re.MULTILINE)


def exchange(articles: Sequence[ArticleRef], form: FormatName, accessed: date | None = None) -> str:
    """The articles, each once, as one document in the format `form`."""
    items = [csl_item(article, accessed) for article in distinct(articles)]
    write = {"bibtex": _bibtex, "ris": _ris, "csl-json": _csl_json}[form]
    return write(items)


def _csl_json(items: Sequence[Item]) -> str:
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _ris(items: Sequence[Item]) -> str:
    import rispy

    references = []
    for item in items:
        fields = {
            "type_of_reference": "NEWS" if "container-title" in item else "ELEC",
            "id": _line(item["id"]),
            "authors": [_inverted(name) for name in item.get("author", [])],
            "title": _line(item["title"]),
            "secondary_title": _line(item.get("container-title", "")),
            "date": _day(item, "issued", "/"),
            "year": _day(item, "issued", "/")[:4],
            "access_date": _day(item, "accessed", "/"),
            "urls": [item["URL"]] if "URL" in item else [],
        }
        references.append({name: value for name, value in fields.items() if value})
    return _NUMBER_BEFORE_REFERENCE.sub("", str(rispy.dumps(references)))


def _bibtex(items: Sequence[Item]) -> str:
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    entries: dict[str, Entry] = {}
    for item in items:
        # Two ids may have the same slug, and a key stands for one entry.
        key = slug(item["id"])
        if key in entries:
            key = f"{key}-{len(entries) + 1}"
        fields = [Field(name, value) for name, value in _bibtex_fields(item).items() if value]
        entries[key] = Entry("article" if "container-title" in item else "misc", key, fields)
    return str(write_string(Library(list(entries.values()))))


def _bibtex_fields(item: Item) -> dict[str, str]:
    """The fields of an entry.

    The title has a second pair of braces, which keep its capitals. An address is verbatim, but for what would end its
    field.
    """
    return {
        "author": " and ".join(_bibtex_name(name) for name in item.get("author", [])),
        "title": f"{{{_latex(item['title'])}}}",
        "journal": _latex(item.get("container-title", "")),
        "year": _day(item, "issued", "-")[:4],
        "date": _day(item, "issued", "-"),
        "url": re.sub(r"[{}\\]", lambda match: f"%{ord(match[0]):02X}", item.get("URL", "")),
        "urldate": _day(item, "accessed", "-"),
    }


def _bibtex_name(name: Name) -> str:
    """Family, suffix, given; a literal name in braces, which keep it whole."""
    if "literal" in name:
        return f"{{{_latex(name['literal'])}}}"
    parts = [_latex(name[part]) for part in ("family", "suffix", "given") if part in name]
    return ", ".join(f"{{{part}}}" if "," in part or " and " in part else part for part in parts)


def _latex(text: str) -> str:
    return str(_latex_encoder().unicode_to_latex(_line(text)))


@cache
def _latex_encoder() -> Any:
    """Escapes what TeX reads as a command; letters stay as they are, in UTF-8."""
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    commands = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    escapes = {ord(character): rf"\{character}" for character in "&%$#_{}"}
    rule = UnicodeToLatexConversionRule(RULE_DICT, {**escapes, **{ord(key): value for key, value in commands.items()}})
    return UnicodeToLatexEncoder(
        conversion_rules=[rule],
        unknown_char_policy="keep",
        unknown_char_warning=False,
        replacement_latex_protection="none",
    )


def _inverted(name: Name) -> str:
    """Family, given, suffix; the comma behind a literal name keeps it whole."""
    if "literal" in name:
        return f"{_line(name['literal'])},"
    return ", ".join(_line(name[part]) for part in ("family", "given", "suffix") if part in name)


def _day(item: Item, field: str, separator: str) -> str:
    year, month, day = item[field]["date-parts"][0] if field in item else (0, 0, 0)
    return f"{year:04}{separator}{month:02}{separator}{day:02}" if year else ""


def _line(text: str) -> str:
    return " ".join(text.split())
