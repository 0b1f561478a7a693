"""Articles whose citation is hard: names, dates, links and titles of every kind."""

from datetime import date

from rag.types.article import ArticleRef

DAY = date(2024, 6, 30)
READ_ON = date(2026, 11, 30)


def ref(
    title: str = "A rulebook in search of its standards",
    author: str | None = "Ian Bremmer",
    source: str | None = "TIME",
    published: date | None = DAY,
    url: str | None = "https://example.org/a",
    id: str = "a",
) -> ArticleRef:
    """One article by one author in a publication, with a day and a link, unless said otherwise."""
    return ArticleRef(id, title, author, source, published, url)


ONE_AUTHOR = ref()
TWO_AUTHORS = ref(author="Ada Brookfield and Ben Hill")
NO_AUTHOR = ref(author=None, source="The Review")
COLUMN = ref(author="Hard Power", source="The Review")
NO_DATE = ref(published=None)
NO_LINK = ref(url=None)
NO_PUBLICATION = ref(source=None)
QUOTATION = ref("What “de-risking” means")
QUESTION = ref("Is the dollar doomed?")
SUBTITLE = ref("After Anchorage: the Swiss account")
OTHER_LETTERS = ref("Der Preis der Übermacht", "José María Núñez Żółć")
