"""Renders a conversation as a Word document.

Questions are headings; the numbers in an answer point at the sources at its end, each with its quote. All text goes
into the document as text.
"""

from collections.abc import Sequence
from typing import Any

from rag.citing.forms import StyleName
from rag.citing.style import note
from rag.citing.word_document import add_runs, new_document, to_bytes, writable
from rag.types.answer import Answer
from rag.types.answer_parts import closing_paragraphs, section_heading, split_introduction
from rag.types.article import reference_line


def to_word(answers: Sequence[Answer], style: StyleName | None = None, *, title: str = "Conversation") -> bytes:
    """The conversation as a .docx file.

    Its sources are numbered as in the answers. They name an article in a line, or as a note of the citation style
    "chicago", "apa", "mla" or "harvard".
    """
    document = new_document(title)
    for answer in answers:
        document.add_heading(writable(answer.question) or "(nothing asked)", level=1)
        for line in answer.understanding_lines():
            document.add_paragraph().add_run(writable(line)).italic = True
        _add_text(document, answer)
        for statement in answer.flagged:
            flag = answer.flag_text(statement)
            document.add_paragraph(writable(f"{flag[:1].upper()}{flag[1:]}: {statement.text}"), style="Quote")
        if answer.notice:
            document.add_paragraph(writable(f"Note: {answer.notice}"), style="Quote")
        _add_sources(document, answer, style)
    return to_bytes(document)


def _add_text(document: Any, answer: Answer) -> None:
    """The paragraphs of the answer; quotes below the headings of their sections."""
    if answer.is_quoted and len(answer.sections) > 1:
        for section in answer.sections:
            if section.statements:
                document.add_heading(writable(section_heading(answer.kind, section)), level=2)
            for statement in (answer.statements[index] for index in section.statements):
                has_author = section.author is not None or section.published is not None
                words = split_introduction(statement.text)[1] if has_author else statement.text
                marks = "".join(f" [{number}]" for number in statement.citations)
                document.add_paragraph(writable(words + marks))
        paragraphs = closing_paragraphs(answer)
    else:
        paragraphs = [part for part in answer.text.split("\n\n") if part.strip()]
    for paragraph in paragraphs:
        document.add_paragraph(writable(paragraph))


def _add_sources(document: Any, answer: Answer, style: StyleName | None) -> None:
    if answer.citations:
        document.add_heading("Sources", level=2)
    for citation in answer.citations:
        paragraph = document.add_paragraph(f"[{citation.number}] ")
        if style is None:
            paragraph.add_run(writable(reference_line(citation.article)))
        else:
            add_runs(paragraph, note(citation.article, style))
        paragraph.add_run(writable(f" “{citation.quote}”"))
    if answer.nearest and not answer.abstained:
        document.add_heading("Also on this", level=2)
        for article in answer.nearest:
            document.add_paragraph(writable(reference_line(article)), style="List Bullet")
