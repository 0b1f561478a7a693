"""A conversation as Markdown: questions as headings, answers with numbered footnotes that hold the words cited.

What came from articles, people and models is escaped: it shows as it is and marks nothing up.
"""

import re
from collections.abc import Sequence

from rag.answer import Answer, Citation, described
from rag.article import is_web_address

_MARKED = re.compile(r"\[(\d+)\]")
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~]")


def markdown(answers: Sequence[Answer]) -> str:
    """The conversation; footnotes are numbered through from 1."""
    parts = ["# Conversation"]
    notes: list[str] = []
    for answer in answers:
        first = len(notes)
        notes += [f"[^{first + one.number}]: {_note(one)}" for one in answer.citations]
        parts.append(f"## {_escaped(answer.question) or '(nothing asked)'}")
        if answer.standalone_question != answer.question:
            parts.append(f"*Understood as: {_escaped(answer.standalone_question)}*")
        parts.append(_with_notes(answer.text, first))
        parts += [f"> Not borne out by what it cites: {_escaped(one.text)}" for one in answer.flagged]
        if answer.notice:
            parts.append(f"> Note: {_escaped(answer.notice)}")
    return "\n\n".join([*parts, *notes]) + "\n"


def _with_notes(text: str, first: int) -> str:
    """The answer's paragraphs, each marker a footnote."""
    at, made = 0, ""
    for match in _MARKED.finditer(text):
        made += _paragraphs(text[at : match.start()]) + f"[^{first + int(match[1])}]"
        # A bracket right behind it would make a link of it.
        made += "\\" if text.startswith("(", match.end()) else ""
        at = match.end()
    return made + _paragraphs(text[at:])


def _paragraphs(text: str) -> str:
    return "\n".join(_SPECIAL.sub(lambda match: "\\" + match[0], line) for line in text.split("\n"))


def _note(citation: Citation) -> str:
    url = citation.article.url or ""
    # "](" would begin a link's address for those who do not know "<...>"; so written it means the same.
    link = f" <{url.replace('](', '%5D(')}>" if is_web_address(url) else ""
    return f"{_escaped(described(citation.article))}: “{_escaped(citation.quote)}”{link}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], " ".join(text.split()))
