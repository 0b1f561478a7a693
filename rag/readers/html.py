"""A web page's article: main text, title, author and date, without what stands around them."""

from datetime import date

from rag.article import Article, slug
from rag.errors import ReadError
from rag.readers.boilerplate import cleaned
from rag.readers.fields import day_of, refuse_unreadable


def article_from_html(data: bytes | str, what: str, id_name: str, url: str | None = None) -> Article:
    """Raises ReadError for a page in which no article is found."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            data, url=url, with_metadata=True, include_comments=False, include_tables=False, favor_precision=True
        )
    except Exception as error:  # broken markup fails anywhere in the parser, with any of Python's errors
        raise ReadError(what, f"is not HTML that can be read ({type(error).__name__})") from error
    text = (found.text or "") if found else ""
    title = " ".join((found.title or "").split()) if found else ""
    if not text.strip():
        raise ReadError(what, "holds no article that could be told from the page around it; save its text as .txt")
    # One line is one paragraph here; an empty line between makes that plain to whoever reads or splits it.
    text = "\n\n".join(line for line in text.split("\n") if line.strip())
    if title and text.startswith(title):
        text = text[len(title) :].lstrip()
    clean = cleaned(text)
    refuse_unreadable(clean.text, what)
    return Article(
        slug(id_name),
        title or slug(id_name),
        clean.text,
        author=_one_line(found.author) or clean.author,
        source=_one_line(found.sitename) or clean.source,
        published=_day(found.date, what),
        url=url or (found.url if (found.url or "").startswith(("http://", "https://")) else None),
    )


def _one_line(text: str | None) -> str | None:
    return " ".join((text or "").replace(";", ",").split()) or None


def _day(text: str | None, what: str) -> date | None:
    try:
        return day_of(text, what)
    except ReadError:  # what a page says there is no reason to refuse the article
        return None
