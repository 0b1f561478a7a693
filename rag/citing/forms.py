"""The names of the citation styles and formats.

This module imports no library, so that any other may use it.
"""

from typing import Literal, get_args

from rag.errors import RagError

StyleName = Literal["chicago", "apa", "mla", "harvard"]
FormatName = Literal["bibtex", "ris", "csl-json"]
CitationForm = Literal[StyleName, FormatName]
Markup = Literal["plain", "markdown", "html"]
STYLES: tuple[StyleName, ...] = get_args(StyleName)
FORMATS: tuple[FormatName, ...] = get_args(FormatName)
FORMS: tuple[CitationForm, ...] = (*STYLES, *FORMATS)
MARKUPS: tuple[Markup, ...] = get_args(Markup)
# The suffix of a file in each format of reference managers.
SUFFIXES: dict[FormatName, str] = {"bibtex": ".bib", "ris": ".ris", "csl-json": ".json"}


def style_of(form: str) -> StyleName | None:
    """`form` where it is a style, else None."""
    return next((style for style in STYLES if style == form), None)


def format_of(form: str) -> FormatName | None:
    """`form` where it is a format of reference managers, else None."""
    return next((known for known in FORMATS if known == form), None)


def check_form(form: str) -> CitationForm:
    """`form` as a style or a format.

    Raises RagError that names them all for anything else.
    """
    known = style_of(form) or format_of(form)
    if known is None:
        raise RagError(f"{form!r} is not a citation style or format; choose {', '.join(FORMS)}")
    return known
