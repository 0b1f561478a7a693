"""Renders a conversation as Markdown.

Questions are headings; answers have numbered footnotes that hold the quotes. Text from articles, people and models is
escaped: it is shown unchanged and never acts as markup.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.types.answer import Answer, Citation
from rag.types.answer_parts import closing_paragraphs, section_heading, split_introduction
from rag.types.article import is_web_address, reference_line, source_notes

if TYPE_CHECKING:
    from rag.citing.forms import StyleName

_MARKER = re.compile(r"\[(\d+)\]")
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~]")


def to_markdown(answers: Sequence[Answer], style: "StyleName | None" = None, *, title: str = "Conversation") -> str:
    """The conversation as one Markdown document.

    Its footnotes are numbered from 1 across all answers. They name an article in a line, or as a note of the citation
    style "chicago", "apa", "mla" or "harvard".
    """
    parts = [f"# {title}"]
    footnotes: list[str] = []
    for answer in answers:
        offset = len(footnotes)
        footnotes += [f"[^{offset + citation.number}]: {_footnote(citation, style)}" for citation in answer.citations]
        parts.append(f"## {_escape(answer.question) or '(nothing asked)'}")
        parts += [f"*{_escape(line)}*" for line in answer.understanding_lines()]
        parts += _in_sections(answer, offset) or [_with_footnote_marks(answer.text, offset)]
        if answer.nearest and not answer.abstained:
            parts.append("Also on this:\n\n" + "\n".join(f"- {_escape(reference_line(ref))}" for ref in answer.nearest))
        for statement in answer.flagged:
            flag = answer.flag_text(statement)
            parts.append(f"> {flag[:1].upper()}{flag[1:]}: {_escape(statement.text)}")
        if answer.freshness and answer.kind != "talk":
            parts += [f"*{_escape(line)}*" for line in str(answer.freshness).splitlines()]
        if answer.notice:
            parts.append(f"> Note: {_escape(answer.notice)}")
    return "\n\n".join([*parts, *footnotes]) + "\n"


def _in_sections(answer: Answer, offset: int) -> list[str]:
    """The quotes below the headings of their sections, then the other text.

    A heading that has the author and the date leaves them out of the quotes below it. Empty for an answer that is not
    made of quotes, or that has only one section.
    """
    if not answer.is_quoted or len(answer.sections) < 2:
        return []
    parts = []
    for section in answer.sections:
        if not section.statements:
            continue
        parts.append(f"### {_escape(section_heading(answer.kind, section))}")
        for statement in (answer.statements[index] for index in section.statements):
            marks = "".join(f" [{number}]" for number in statement.citations)
            has_author = section.author is not None or section.published is not None
            words = split_introduction(statement.text)[1] if has_author else statement.text
            parts.append(_with_footnote_marks(words + marks, offset))
    return [*parts, *(_escape_markup(paragraph) for paragraph in closing_paragraphs(answer))]


def _with_footnote_marks(text: str, offset: int) -> str:
    """The answer's text, with each marker `[n]` as the mark of footnote `offset` + n."""
    end, markdown = 0, ""
    for match in _MARKER.finditer(text):
        markdown += _escape_markup(text[end : match.start()]) + f"[^{offset + int(match[1])}]"
        # A round bracket directly after the mark would turn both into a link.
        markdown += "\\" if text.startswith("(", match.end()) else ""
        end = match.end()
    return markdown + _escape_markup(text[end:])


def _escape_markup(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)


def _footnote(citation: Citation, style: "StyleName | None") -> str:
    quote = f"“{_escape(citation.quote)}”"
    notes = "".join(f" {_escape(note)}" for note in source_notes(citation.article))
    if style is not None:
        from rag.citing.style import note

        return f"{note(citation.article, style).markdown} {quote}{notes}"
    url = citation.article.url or ""
    # A renderer that does not support "<...>" would read "](" as the beginning of a link; with "%5D(" the URL is the
    # same.
    link = f" <{url.replace('](', '%5D(')}>" if is_web_address(url) else ""
    return f"{_escape(reference_line(citation.article))}: {quote}{link}{notes}"


def _escape(text: str) -> str:
    """`text` on one line, as it shows."""
    return _escape_markup(" ".join(text.split()))
