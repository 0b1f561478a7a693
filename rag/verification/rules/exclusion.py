"""Combines the rules that exclude a statement.

They exclude it whatever words it has in common with the quotes.
"""

from collections.abc import Sequence

from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.address import addresses_reader
from rag.verification.rules.dateline import misdates_writing
from rag.verification.rules.holders import names_uncited_author, names_uncited_title


def is_ruled_out(
    statement: str, cited: Sequence[CitedSource], authors: Sequence[str], retrieved: Sequence[ArticleRef]
) -> bool:
    """Whether a rule decides that `cited` cannot support `statement`.

    `authors` are the catalogue's, `retrieved` the articles that the writer was shown.
    """
    return (
        addresses_reader(statement, [source.quote for source in cited])
        or misdates_writing(statement, cited)
        or names_uncited_author(statement, authors, cited)
        or names_uncited_title(statement, retrieved, cited)
    )
