"""The article of a document, from its text and its properties.

The text is read like a plain text: the title in its first line, the byline below it. A title that the document marks as
such, by a style or in its properties, comes before the first line. The person who typed a document is often not its
author, so a byline in the text comes before the author in the properties.
"""

import re
from dataclasses import dataclass, replace

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS, to_one_line
from rag.readers.files import article_from_plain_text
from rag.readers.metadata import MAX_TITLE_CHARACTERS
from rag.readers.pages.authors import author_names, given_name_first
from rag.types.article import Article

MAX_TEXT_CHARACTERS = 20_000_000
# What programs write into the fields of a document in place of a title or a name.
_NO_TITLE = re.compile(
    r"untitled.*|microsoft \w+ - .*|(?:word )?document\s*\d*|\S+\.(?:docx?|odt|rtf|dotx?|pdf)|\W*", re.IGNORECASE
)
_NO_PERSON = re.compile(
    r"(?:microsoft|windows|office|home|default|google|apache|libre|open|python).*|admin(?:istrator)?|user\s*\d*|owner|"
    r"author|unknown|anonymous|un-?named|none|guest|\S+@\S+|\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of a document, with the title and the author that the document states."""

    text: str
    title: str = ""
    author: str = ""


def article_from_document(document: DocumentText, source_name: str, name: str) -> Article:
    """Builds the article of a document.

    `name` gives the article its id, and its title if the document has none. Raises ReadError for a document without a
    text, or with more than MAX_TEXT_CHARACTERS.
    """
    text = CONTROL_CHARACTERS.sub("", document.text).strip()
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ReadError(source_name, "holds more text than any article; split it")
    if not text:
        raise ReadError(source_name, "holds no text; are its pages pictures?")
    title = to_one_line(document.title)
    if not _NO_TITLE.fullmatch(title) and len(title) <= MAX_TITLE_CHARACTERS and not _starts_with(text, title):
        text = f"{title}\n\n{text}"
    article = article_from_plain_text(text, source_name, name)
    author = to_one_line(document.author)
    stated = None if _NO_PERSON.fullmatch(author) else author_names([given_name_first(author)])
    return replace(article, author=article.author or stated)


def _starts_with(text: str, title: str) -> bool:
    return to_one_line(text[: 2 * len(title) + 10].partition("\n")[0]).casefold() == title.casefold()
