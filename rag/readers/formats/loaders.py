"""One function for each format of the table: it reads the articles of a file."""

from collections.abc import Callable, Iterator

from rag.readers.documents.document_text import DocumentText, article_from_document
from rag.readers.documents.docx import document_from_docx
from rag.readers.documents.epub import articles_from_epub
from rag.readers.documents.odt import document_from_odt
from rag.readers.documents.rtf import document_from_rtf
from rag.readers.encoding import decode_text
from rag.readers.exports import bookmarks
from rag.readers.exports.bibtex import entries_of_bibtex
from rag.readers.exports.entries import ExportEntry, checked_entries, load_entries
from rag.readers.exports.ris import entries_of_ris
from rag.readers.exports.tables import entries_of_csv, entries_of_json
from rag.readers.files import article_from_plain_text, read_markdown
from rag.readers.files import load_json_lines as _load_json_lines
from rag.readers.formats.folders import readable_members
from rag.readers.mail.mailboxes import load_mailbox as _load_mailbox
from rag.readers.mail.messages import article_from_message
from rag.readers.parsing.source_file import LoadContext, Results, SourceFile
from rag.readers.press_databases.splitting import load_press_articles, split_download
from rag.types.article import Article
from rag.types.ingest import LoadedArticle

Loader = Callable[[SourceFile, LoadContext], Results]


def load_markdown(file: SourceFile, context: LoadContext) -> Results:
    """Reads the article of a Markdown file."""
    yield read_markdown(_text(file, context), file.source_name, file.stem, file.origin)


def load_plain_text(file: SourceFile, context: LoadContext) -> Results:
    """Reads the article of a plain text, or those of a press database's download."""
    text = _text(file, context)
    articles = split_download(text)
    if articles:
        yield from load_press_articles(articles, file.source_name, file.origin)
    else:
        yield _loaded(file, article_from_plain_text(text, file.source_name, file.stem))


def load_html(file: SourceFile, context: LoadContext) -> Results:
    """Reads the article of a web page that was saved, or the links of bookmarks."""
    data = file.read(context.settings)
    if bookmarks.is_bookmarks(data):
        yield from load_entries(bookmarks.entries_of_bookmarks(data, file.source_name), file, context)
        return
    from rag.readers.pages.html import read_page

    read = read_page(data, file.source_name, file.stem)
    yield LoadedArticle(read.article, file.origin, has_own_id=False, notes=read.notes)


def load_pdf(file: SourceFile, context: LoadContext) -> Results:
    """Reads the article of a PDF."""
    from rag.readers.pdf import article_from_pdf

    yield _loaded(file, article_from_pdf(file.read(context.settings), file.source_name, file.stem))


def load_json_lines(file: SourceFile, context: LoadContext) -> Results:
    """Reads the articles of JSON Lines."""
    yield from _load_json_lines(file, context.settings)


def load_epub(file: SourceFile, context: LoadContext) -> Results:
    """Reads the chapters of an EPUB, each as an article."""
    chapters = articles_from_epub(file.read(context.settings), file.source_name, file.stem)
    for article in chapters:
        yield LoadedArticle(article, f"{file.origin}:{article.id}", has_own_id=False)


def load_message(file: SourceFile, context: LoadContext) -> Results:
    """Reads a message as an article."""
    yield _loaded(file, article_from_message(file.read(context.settings), file.source_name, file.stem))


def load_mailbox(file: SourceFile, context: LoadContext) -> Results:
    """Reads the messages of a mailbox, each as an article."""
    yield from _load_mailbox(file, context.settings)


def load_mhtml(file: SourceFile, context: LoadContext) -> Results:
    """Reads the article of a page that was saved in one file."""
    from rag.readers.archives.mhtml import read_mhtml

    read = read_mhtml(file.read(context.settings), file.source_name, file.stem)
    yield LoadedArticle(read.article, file.origin, has_own_id=False, notes=read.notes)


def load_zip(file: SourceFile, context: LoadContext) -> Results:
    """Reads the files in a zip archive."""
    from rag.readers.archives.zip_folders import load_zip as load_members

    yield from load_members(file, context, readable_members)


def load_ris(file: SourceFile, context: LoadContext) -> Results:
    """Reads the articles of a RIS file."""
    yield from load_entries(checked_entries(entries_of_ris(_text(file, context), file.source_name)), file, context)


def load_bibtex(file: SourceFile, context: LoadContext) -> Results:
    """Reads the articles of a BibTeX file."""
    yield from load_entries(checked_entries(entries_of_bibtex(_text(file, context), file.source_name)), file, context)


def load_json(file: SourceFile, context: LoadContext) -> Results:
    """Reads the articles of a JSON export."""
    entries = entries_of_json(file.read(context.settings), file.source_name)
    yield from load_entries(checked_entries(entries), file, context)


def load_csv(file: SourceFile, context: LoadContext) -> Results:
    """Reads the articles of a CSV export."""
    yield from load_entries(checked_entries(entries_of_csv(_text(file, context), file.source_name)), file, context)


def load_opml(file: SourceFile, context: LoadContext) -> Results:
    """Reads the feeds of an OPML list, if links are followed."""
    feeds: Iterator[ExportEntry] = bookmarks.feeds_of_opml(file.read(context.settings), file.source_name)
    yield from load_entries(feeds, file, context)


def _document_loader(read: Callable[[bytes, str], DocumentText]) -> Loader:
    def load(file: SourceFile, context: LoadContext) -> Results:
        document = read(file.read(context.settings), file.source_name)
        articles = split_download(document.text)
        if articles:
            yield from load_press_articles(articles, file.source_name, file.origin)
        else:
            yield _loaded(file, article_from_document(document, file.source_name, file.stem))

    return load


def _text(file: SourceFile, context: LoadContext) -> str:
    return decode_text(file.read(context.settings), file.source_name)


def _loaded(file: SourceFile, article: Article) -> LoadedArticle:
    return LoadedArticle(article, file.origin, has_own_id=False)


LOADERS: dict[str, Loader] = {
    "Markdown": load_markdown,
    "Plain text": load_plain_text,
    "Web page": load_html,
    "PDF": load_pdf,
    "Word document": _document_loader(document_from_docx),
    "OpenDocument text": _document_loader(document_from_odt),
    "Rich text": _document_loader(document_from_rtf),
    "E-book": load_epub,
    "E-mail message, newsletter": load_message,
    "Mailbox": load_mailbox,
    "Page saved in one file": load_mhtml,
    "Archive": load_zip,
    "JSON Lines": load_json_lines,
    "RIS": load_ris,
    "BibTeX": load_bibtex,
    "JSON export": load_json,
    "CSV export": load_csv,
    "List of feeds": load_opml,
}
