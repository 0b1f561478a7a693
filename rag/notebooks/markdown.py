"""Answers as Markdown for a notebook.

A notebook renders Markdown with inline HTML and formulas, so both are escaped besides Markdown's own marks.
"""

import re
from html import escape

from rag.notebooks.html import quote_in_context_html
from rag.types.answer import Answer, Citation
from rag.types.article import source_line

# Characters that begin markup, a formula or an entity in some dialect of Markdown.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&!^=@]")
# What becomes a link without any mark.
_BARE_LINK = re.compile(r"(?i)(?<=[a-z]):(?=//)|(?<=\bwww)\.|(?<=\bmailto):")
# What makes an item of a list, or a rule, of a line.
_LINE_START = re.compile(r"^([-+:]|\d+(?=[.)]))")


def answer_markdown(answer: Answer) -> str:
    """The answer with its sources, whose quotes unfold, and its remarks."""
    paragraphs = [escape_markdown(paragraph) for paragraph in answer.text.split("\n\n") if paragraph.strip()]
    sources = [_source(citation) for citation in answer.citations]
    remarks = [escape_markdown(remark) for remark in answer.remarks()]
    return "\n\n".join([*paragraphs, *sources, *remarks])


def escape_markdown(text: str) -> str:
    """`text` as Markdown that shows it unchanged; a line break stays one."""
    return "\\\n".join(_escape_line(line.strip()) for line in text.strip().splitlines())


def _escape_line(line: str) -> str:
    escaped = _BARE_LINK.sub(_with_backslash, _SPECIAL.sub(_with_backslash, line))
    start = _LINE_START.match(escaped)
    if start is None:
        return escaped
    # Only punctuation may have a backslash: of "1." it is the full stop.
    return f"{start[1]}\\{escaped[start.end() :]}" if start[1].isdigit() else f"\\{escaped}"


def _with_backslash(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def _source(citation: Citation) -> str:
    """A source whose quote unfolds: HTML on one line, since a blank line ends HTML."""
    name = escape(" ".join(source_line(citation.article).split()))
    quote = quote_in_context_html(citation)
    line = (
        f'<details class="tex2jax_ignore mathjax_ignore"><summary>[{citation.number}] {name}</summary>'
        f"<blockquote>{quote}</blockquote></details>"
    )
    # A front end looks for formulas before it looks for HTML.
    return " ".join(line.split()).replace("$", "&#36;")
