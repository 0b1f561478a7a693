"""How much a library holds, noted in the transaction that changes it, so that nobody has to count a million rows.

What is noted is never trusted where it is missing: then the rows are counted.
"""

from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa

from rag import schema


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a library holds."""

    articles: int
    passages: int
    characters: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.articles + other.articles, self.passages + other.passages, self.characters + other.characters
        )

    def __sub__(self, other: "Counts") -> "Counts":
        return self + Counts(-other.articles, -other.passages, -other.characters)


def noted(connection: sa.Connection) -> Counts:
    """What the library holds, as it is noted; counted where it was last written before that."""
    names = [one.name for one in fields(Counts)]
    known = connection.execute(sa.select(schema.meta).where(schema.meta.c.key.in_(names))).all()
    if len(known) < len(names):  # a library that was last written before its counts were noted
        return counted(connection)
    return Counts(**{row.key: int(row.value) for row in known})


def counted(connection: sa.Connection, article_id: str | None = None) -> Counts:
    """Counts from the rows themselves: of everything, or of one article."""
    texts = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(schema.articles.c.characters), 0))
    slices = sa.select(sa.func.count()).select_from(schema.passages)
    if article_id is not None:
        texts = texts.where(schema.articles.c.id == article_id)
        slices = slices.where(schema.passages.c.article_id == article_id)
    number, characters = connection.execute(texts).one()
    return Counts(number, connection.execute(slices).scalar_one(), characters)


def note(connection: sa.Connection, counts: Counts) -> None:
    """In the transaction that changed them, so that they are never anything else than what is there."""
    connection.execute(schema.meta.delete().where(schema.meta.c.key.in_([one.name for one in fields(Counts)])))
    every = [{"key": key, "value": str(value)} for key, value in asdict(counts).items()]
    connection.execute(schema.meta.insert(), every)
