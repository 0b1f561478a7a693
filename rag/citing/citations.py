"""Cites articles and answers.

There are four citation styles, and three formats of reference managers.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from rag.citing.exchange import exchange
from rag.citing.forms import MARKUPS, STYLES, CitationForm, Markup, check_form, format_of, style_of
from rag.citing.style import bibliography
from rag.errors import RagError
from rag.types.answer import Answer
from rag.types.article import ArticleRef


def cite(
    articles: Sequence[ArticleRef], form: CitationForm, *, markup: Markup = "plain", accessed: date | None = None
) -> str:
    """The articles as a bibliography, or for a reference manager.

    Args:
        articles: Each is cited once.
        form: "chicago", "apa", "mla", "harvard"; "bibtex", "ris", "csl-json".
        markup: How a bibliography is written; the other documents have no markup.
        accessed: The day on which the pages were read. Harvard asks for it, the others do where an article has no date.

    Returns:
        The document. A bibliography has an entry a line (in Markdown and HTML a paragraph), in the order of the
        alphabet. It is empty for no articles.

    Raises:
        RagError: There is no such form or markup; the message names those that there are.
    """
    if markup not in MARKUPS:
        raise RagError(f"{markup!r} is not a markup; choose {', '.join(MARKUPS)}")
    if known := format_of(form):
        return exchange(articles, known, accessed)
    style = style_of(check_form(form)) or STYLES[0]
    entries = bibliography(articles, style, accessed)
    if markup == "markdown":
        return "\n\n".join(entry.markdown for entry in entries)
    if markup == "html":
        return "".join(f"<p>{entry.html}</p>" for entry in entries)
    return "\n".join(map(str, entries))


def cite_in_word(articles: Sequence[ArticleRef], form: CitationForm, *, accessed: date | None = None) -> bytes:
    """The bibliography as a .docx file.

    Raises RagError for a format of a reference manager, which is no text to read.
    """
    from rag.citing.word_document import add_runs, new_document, to_bytes

    style = style_of(form)
    if style is None:
        raise RagError(f"a Word document has no form in {form}; choose {', '.join(STYLES)}, or another suffix")
    document = new_document("Works cited")
    for entry in bibliography(articles, style, accessed):
        add_runs(document.add_paragraph(), entry)
    return to_bytes(document)


def cited_articles(answers: Iterable[Answer]) -> list[ArticleRef]:
    """The articles that the answers cite, in the order of the answers, each once."""
    articles = {citation.article.id: citation.article for answer in answers for citation in answer.citations}
    return list(articles.values())
