"""What can be told of a library from itself alone: whether it is, to the bit, what was put in.

It only looks. What is to be done about it, the index beside it included, is said by those who ask.
"""

from rag.errors import LibraryDamaged
from rag.library import Library


def altered(library: Library) -> list[str]:
    """Ids of the articles that are not, to the character, what was put in; one that cannot be read is among them."""
    return [one.id for one in library.holdings() if not _is_as_added(library, one.id, one.sha256)]


def spoilt(library: Library) -> list[str]:
    """Ids of the articles whose rows, passages and vectors included, are not to the bit what was written."""
    return [one.id for one in library.holdings() if not _is_as_written(library, one.id)]


def _is_as_written(library: Library, article_id: str) -> bool:
    try:
        return library.is_sealed(article_id)
    except LibraryDamaged:
        return False


def _is_as_added(library: Library, article_id: str, sha256: str) -> bool:
    try:
        article = library.article(article_id)
    except LibraryDamaged:
        return False
    return article is not None and article.sha256 == sha256
