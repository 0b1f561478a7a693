"""The one table of the readable formats, as plain data.

`rag add --help`, the page's upload and docs/formats.md list the formats from here. rag.readers.formats.loaders has the
function that reads each format.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A readable format.

    `suffixes` tell its files; a format without them is an address. `reads`, `leaves_out` and `limits` are for readers
    of the documentation, `library` names what parses the format. `holds_many` says whether a file may hold several
    articles.
    """

    name: str
    suffixes: tuple[str, ...]
    reads: str
    leaves_out: str
    limits: str
    library: str
    holds_many: bool = False


FORMATS = (
    Format(
        "Markdown",
        (".md", ".markdown"),
        "front matter; the body to the character",
        "unknown fields",
        "60,000 characters of front matter",
        "PyYAML",
    ),
    Format(
        "Plain text",
        (".txt",),
        "the title in the first line, the text below it; press downloads are split",
        "bylines and notices around the text",
        "",
        "charset-normalizer",
        holds_many=True,
    ),
    Format(
        "Web page",
        (".html", ".htm"),
        "the article, its title, author, publication, date; of bookmarks (browsers, Pocket, Instapaper) the pages, "
        "with `--links`",
        "menus, comments, notices; the folder that a browser saves beside the page; scripts are not run",
        "40,000 tags; 500 links",
        "trafilatura",
    ),
    Format(
        "PDF",
        (".pdf",),
        "text, title, author, date",
        "scans (pictures of text), page numbers, running titles; the day of printing",
        "2,000 pages, 60 seconds, 10 MB for a stream",
        "pypdf",
    ),
    Format(
        "Word document",
        (".docx",),
        "text, tables as lines, footnotes, title, byline, author; press downloads are split",
        "comments, deleted text, pictures; .doc, documents with a password",
        "500 MB unpacked, 20 MB of markup, 400,000 tags",
        "mammoth",
    ),
    Format(
        "OpenDocument text",
        (".odt",),
        "text, footnotes, title, byline, author; press downloads are split",
        "comments, deleted text, pictures; documents with a password",
        "500 MB unpacked, 20 MB of markup",
        "odfdo",
    ),
    Format(
        "Rich text",
        (".rtf",),
        "text, title, byline, author; press downloads are split",
        "footnotes, pictures",
        "",
        "striprtf",
        holds_many=True,
    ),
    Format(
        "E-book",
        (".epub",),
        "each chapter as an article; the book is its publication",
        "cover, contents, imprint; books that are locked (DRM)",
        "2,000 chapters, 500 MB unpacked, 20 MB for a chapter",
        "zipfile, lxml",
        holds_many=True,
    ),
    Format(
        "E-mail message, newsletter",
        (".eml",),
        "sender, subject, date, the part that a person reads; of a forwarded message, that message",
        "quoted replies, notices such as “unsubscribe”, hidden previews, attachments",
        "1,000 parts",
        "email, mail-parser-reply",
    ),
    Format(
        "Mailbox",
        (".mbox",),
        "each message as an article, as above",
        "as above",
        "the maximum size of a file holds for each message",
        "mailbox",
        holds_many=True,
    ),
    Format(
        "Page saved in one file",
        (".mhtml", ".mht"),
        "as a web page, with the address that it was saved from",
        "as a web page",
        "1,000 parts, 40,000 tags",
        "email, trafilatura",
    ),
    Format(
        "Archive",
        (".zip",),
        "the files in it, as those of a folder",
        "archives within it, files with a password",
        "10,000 files, 500 MB unpacked, 200 times the packed size of a file",
        "zipfile",
        holds_many=True,
    ),
    Format(
        "JSON Lines",
        (".jsonl",),
        "one article on each line",
        "unknown fields",
        "the maximum size of a file holds for each line",
        "json",
        holds_many=True,
    ),
    Format(
        "RIS",
        (".ris",),
        "Zotero, EndNote, Mendeley: the entries with their attached texts; pages of the others with `--links`",
        "abstracts, notes, files outside the export's folder",
        "20,000 entries, 500 links",
        "rispy",
        holds_many=True,
    ),
    Format(
        "BibTeX",
        (".bib",),
        "as RIS; the field `file` names the attached texts",
        "as RIS",
        "2,000,000 characters, 100,000 for an entry, 20,000 entries, 500 links",
        "bibtexparser",
        holds_many=True,
    ),
    Format(
        "JSON export",
        (".json",),
        "CSL-JSON, Wallabag, Omnivore, Readwise Reader, Pocket: texts in the export or beside it; pages of the others "
        "with `--links`",
        "highlights, summaries, dates of saving",
        "20,000 entries, 500 links",
        "json",
        holds_many=True,
    ),
    Format(
        "CSV export",
        (".csv",),
        "Pocket, Instapaper, Readwise Reader, Wallabag, or a table with the columns title and text; pages with "
        "`--links`",
        "highlights, summaries, dates of saving",
        "20,000 entries, 500 links, 131,072 characters for a field",
        "csv",
        holds_many=True,
    ),
    Format(
        "List of feeds",
        (".opml",),
        "OPML: the pages of its feeds' entries, with `--links`",
        "the feeds themselves, without `--links`",
        "500 feeds, 50 entries of each",
        "lxml",
        holds_many=True,
    ),
    Format(
        "Address of a page",
        (),
        "the article of the page",
        "pages that only a script fills; private addresses",
        "20 seconds, 5 redirects",
        "httpx, trafilatura",
    ),
    Format(
        "Address of a feed",
        (),
        "RSS, Atom, JSON Feed: the pages of its entries, or the whole text in the feed where a page cannot be read, is "
        "not named or has far less of the text; the title of a site's own feed is then the publication",
        "entries with neither a page nor a whole text",
        "50 entries; a text of 600 characters or more counts as whole",
        "feedparser, json",
        holds_many=True,
    ),
)
READABLE_SUFFIXES = tuple(suffix for row in FORMATS for suffix in row.suffixes)


def format_of(suffix: str) -> Format:
    """The format of files with the readable suffix `suffix`."""
    return next(row for row in FORMATS if suffix in row.suffixes)


def suffixes_in_words() -> str:
    """The readable suffixes, for a line of help: ".md .txt .pdf"."""
    return " ".join(READABLE_SUFFIXES)


def formats_document() -> str:
    """The content of docs/formats.md, which a test compares with the file."""
    rows = (
        (row.name, " ".join(row.suffixes) or "—", row.reads, row.leaves_out, row.limits or "—", row.library)
        for row in FORMATS
    )
    lines = [" | ".join(("", *cells, "")).strip() for cells in rows]
    return _DOCUMENT.format(rows="\n".join(lines))


_DOCUMENT = """# Formats

`rag add` and the page's upload read these formats. This page is written from the table in
`rag/readers/formats/table.py` by `python scripts/write_formats.py`; a test compares the two.

| format | suffixes | read | not read | limits | library |
|---|---|---|---|---|---|
{rows}

## What holds for all of them

- A file is read up to `RAG_MAX_FILE_MB` (20 MB). An archive and a mailbox may be larger: the limit holds for each
  file or message in them.
- Press downloads are those of LexisNexis, Factiva and ProQuest, with the full text. Each of their articles is an
  article here, up to 5,000.
- Pages that a file links to are fetched only with `rag add --links`, or with "Fetch linked pages" on the page. They
  are fetched as the address itself would be: no private address, a deadline, a maximum size. Without it, one line says
  how many there are.
- A text that an export names is read from the export's own folder or archive, and not a second time on its own.
- Each article keeps the words of its source. Markup, hidden text and what a program adds around the text are left out.
- Nothing in a file is run, and no file outside its folder is opened.
- An author, a publication or a date that the file does not state stays empty. It is never guessed.

## What bad input gets

A file that cannot be read gives one line, which names the file and says what to do. The other files are added.
`rag add` then ends with exit code 2.
"""
