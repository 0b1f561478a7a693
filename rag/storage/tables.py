"""Tables of the library, the same in SQLite and in PostgreSQL.

`metadata` has the tables of format 2; `later_metadata` those that were added after the format was fixed, which older
libraries lack. This module never reads or writes.
"""

import sqlalchemy as sa

FORMAT = 2
# The tables of `later_metadata` that a library may have: in layout 1, of version 0.1, `feedback` and `seals`, in 2 all.
# Every layout is of format 2, and is read as it is. A library of an earlier layout is copied before its first write
# (rag.storage.snapshot).
LAYOUT = 2


class _EscapedText(sa.TypeDecorator[str]):
    """Text in PostgreSQL, with NUL escaped.

    PostgreSQL stores every character except NUL. NUL and the escape character each become two characters.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None else value.replace("\x1a", "\x1a1").replace("\0", "\x1a0")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None else value.replace("\x1a0", "\0").replace("\x1a1", "\x1a")


# Text is compared by code points in both databases, whatever language a server is set up for.
LibraryText = sa.Text().with_variant(_EscapedText(collation="C"), "postgresql")

metadata = sa.MetaData()
meta = sa.Table(
    "meta", metadata,
    sa.Column("key", LibraryText, primary_key=True),
    sa.Column("value", LibraryText, nullable=False),
)  # fmt: skip
articles = sa.Table(
    "articles", metadata,
    sa.Column("id", LibraryText, primary_key=True),
    sa.Column("title", LibraryText, nullable=False),
    sa.Column("author", LibraryText, index=True),
    sa.Column("source", LibraryText, index=True),
    sa.Column("published", LibraryText, index=True),
    sa.Column("url", LibraryText),
    sa.Column("topics", LibraryText, nullable=False),
    sa.Column("sha256", LibraryText, nullable=False),
    sa.Column("origin", LibraryText, nullable=False),
    sa.Column("characters", sa.Integer, nullable=False),
    # This column is last, so that a query over many articles does not read past their texts.
    sa.Column("text", LibraryText, nullable=False),
)  # fmt: skip
# The topics that a filter can name are read from this index alone. PostgreSQL's indexes accept no long
# texts, and a list of topics may be long.
sa.Index("ix_articles_topics", articles.c.topics).ddl_if(dialect="sqlite")
passages = sa.Table(
    "passages", metadata,
    sa.Column("id", LibraryText, primary_key=True),
    sa.Column("article_id", LibraryText, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    # The text is also a slice of the article's. It is stored twice because a search would otherwise read each long
    # article whole to cut its passages out. `rag check` compares the two.
    sa.Column("text", LibraryText, nullable=False),
    sa.Column("sentences", sa.LargeBinary, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("sentence_vectors", sa.LargeBinary, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, index=True),
)  # fmt: skip
removals = sa.Table(
    "removals", metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("passage_id", LibraryText, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, index=True),
)  # fmt: skip

# A library gets one of these tables at the first write that needs it; a library without it is complete.
later_metadata = sa.MetaData()
feedback = sa.Table(
    "feedback", later_metadata,
    sa.Column("id", LibraryText, primary_key=True),
    sa.Column("created", LibraryText, nullable=False, index=True),
    sa.Column("question", LibraryText, nullable=False),
    sa.Column("answer", LibraryText, nullable=False),
    sa.Column("citations", LibraryText, nullable=False),
    sa.Column("rating", LibraryText),
    sa.Column("note", LibraryText, nullable=False),
)  # fmt: skip

# One checksum for each article (rag.storage.records.checksums).
checksums = sa.Table(
    "seals", later_metadata,
    sa.Column("article_id", LibraryText, sa.ForeignKey(articles.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("seal", LibraryText, nullable=False),
)  # fmt: skip

# Fields of an article that `articles` has no column for, as JSON (rag.storage.records.details).
article_details = sa.Table(
    "article_details", later_metadata,
    sa.Column("article_id", LibraryText, sa.ForeignKey(articles.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("fields", LibraryText, nullable=False),
)  # fmt: skip

# Texts that were replaced. There is no foreign key, because a change deletes an article's row and inserts another.
article_versions = sa.Table(
    "article_versions", later_metadata,
    sa.Column("article_id", LibraryText, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("replaced", LibraryText, nullable=False),
    sa.Column("sha256", LibraryText, nullable=False),
    sa.Column("fields", LibraryText, nullable=False),
    sa.Column("text", LibraryText, nullable=False),
)  # fmt: skip

# Feeds and folders that are looked at again (rag.storage.records.sources).
followed_sources = sa.Table(
    "followed_sources", later_metadata,
    sa.Column("source", LibraryText, primary_key=True),
    sa.Column("looked", LibraryText),
    sa.Column("failure", LibraryText),
)  # fmt: skip
# What a file or a web server said of a content when it was last read.
stamps = sa.Table(
    "stamps", later_metadata,
    sa.Column("origin", LibraryText, primary_key=True),
    sa.Column("stamp", LibraryText, nullable=False),
)  # fmt: skip
# The articles that have moved, by where they are now.
moved_articles = sa.Table(
    "moved_articles", later_metadata,
    sa.Column("origin", LibraryText, primary_key=True),
    sa.Column("article_id", LibraryText, nullable=False),
)  # fmt: skip
