"""The fields of the full-text index, its documents, and its queries.

All are built before Tantivy runs them. A wrong term or field raises a ValueError or TypeError here, so it is never
reported as a corrupt file (rag.index.damage).
"""

from collections.abc import Iterable, Iterator, Sequence

import tantivy
from tantivy import Occur, Query

from rag.index.base import IndexEntry, Scope
from rag.text.analyzer import ANALYZER_NAME

# The version of the fields and of their analysis; an index with another version is rebuilt.
LAYOUT = "2"
TEXT_FIELDS = ("body", "context", "section")
MAX_DAY = 99_999_999


def fulltext_schema() -> tantivy.Schema:
    """The fields of a passage.

    They are its texts with term frequencies, the fields that a scope can limit, and its id. Only the id is stored.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name=ANALYZER_NAME, index_option="freq")
    for field in ("author", "source", "topic"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("published", indexed=True, fast=True)
    return builder.build()


def passage_document(entry: IndexEntry) -> tantivy.Document:
    """The document of one passage."""
    document = tantivy.Document()
    document.add_text("id", entry.id)
    document.add_text("body", entry.text)
    document.add_text("context", entry.context)
    document.add_text("section", entry.section)
    if entry.author:
        document.add_text("author", entry.author)
    if entry.source:
        document.add_text("source", entry.source)
    for topic in entry.topics:
        document.add_text("topic", topic)
    if entry.published:
        document.add_unsigned("published", entry.published)
    return document


def check_field(field: str) -> None:
    """Raises ValueError for a name that is not in TEXT_FIELDS."""
    if field not in TEXT_FIELDS:
        raise ValueError(f"there is no text field {field!r}; there are {', '.join(TEXT_FIELDS)}")


def check_text(values: Iterable[str]) -> None:
    """Raises TypeError for a value that is not text."""
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"a term is text, not {type(value).__name__}")


def term_query(schema: tantivy.Schema, field: str, term: str) -> Query:
    """Matches the passages with `term` in `field`."""
    return Query.term_query(schema, field, term, "freq")


def any_term_query(schema: tantivy.Schema, field: str, terms: Sequence[str], scope: Scope) -> Query:
    """Matches the passages in `scope` with any of `terms`, which are scored."""
    any_term = Query.boolean_query([(Occur.Should, term_query(schema, field, term)) for term in terms])
    if scope.is_unrestricted:
        return any_term
    return Query.boolean_query([(Occur.Must, any_term), *_scope_clauses(schema, scope)])


def every_term_query(schema: tantivy.Schema, field: str, terms: Sequence[str], scope: Scope) -> Query:
    """Matches the passages in `scope` with all of `terms`, which are scored."""
    every_term = [(Occur.Must, term_query(schema, field, term)) for term in terms]
    return Query.boolean_query([*every_term, *_scope_clauses(schema, scope)])


def scope_query(schema: tantivy.Schema, scope: Scope) -> Query:
    """Matches the passages in `scope`; nothing is scored."""
    if scope.is_unrestricted:
        return Query.all_query()
    return Query.boolean_query(list(_scope_clauses(schema, scope)))


def id_query(schema: tantivy.Schema, ids: Sequence[str], scope: Scope) -> Query:
    """Matches those passages in `scope` that are among `ids`; nothing is scored."""
    any_id = Query.const_score_query(Query.term_set_query(schema, "id", list(ids)), 0.0)
    return Query.boolean_query([(Occur.Must, any_id), *_scope_clauses(schema, scope)])


def _scope_clauses(schema: tantivy.Schema, scope: Scope) -> Iterator[tuple[Occur, Query]]:
    for field, values in (
        ("author", scope.authors),
        ("source", scope.sources),
        ("topic", scope.topics),
        ("id", scope.passages),
    ):
        if values is not None:
            yield Occur.Must, Query.const_score_query(Query.term_set_query(schema, field, list(values)), 0.0)
    if scope.since is not None or scope.until is not None:
        days = Query.range_query(
            schema, "published", tantivy.FieldType.Unsigned, scope.since or 0, scope.until or MAX_DAY
        )
        yield Occur.Must, Query.const_score_query(days, 0.0)
