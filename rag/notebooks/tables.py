"""Searches and lists of articles as pandas tables. pandas is optional."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.types.catalogue import CatalogueEntry
from rag.types.passage import RankedPassage

if TYPE_CHECKING:
    from pandas import DataFrame

PASSAGE_COLUMNS = (
    "id", "article_id", "title", "author", "source", "published", "start", "end", "text", "score", "vector_score",
    "fulltext_score",
)  # fmt: skip
ARTICLE_COLUMNS = (
    "id", "title", "author", "source", "published", "url", "topics", "characters", "passages", "sha256",
)  # fmt: skip


def passages_table(passages: Sequence[RankedPassage]) -> "DataFrame":
    """One row a passage, best first. Raises RagError without pandas."""
    return _table([passage.to_dict() for passage in passages], PASSAGE_COLUMNS)


def articles_table(entries: Sequence[CatalogueEntry]) -> "DataFrame":
    """One row an article. Raises RagError without pandas."""
    return _table([entry.to_dict() for entry in entries], ARTICLE_COLUMNS)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> "DataFrame":
    """The columns of `rows`, also where there is no row; `published` holds times."""
    try:
        import pandas
    except ModuleNotFoundError:
        raise RagError("to_pandas() needs pandas; install it with: pip install pandas") from None
    table = pandas.DataFrame([{name: row[name] for name in columns} for row in rows], columns=list(columns))
    # Seconds reach further than nanoseconds, the default of older versions, which end before 1678.
    return table.assign(published=table["published"].astype("datetime64[s]"))
