"""A library on PostgreSQL stores what one in a file stores, for one writer."""

import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy.exc import DBAPIError

from rag.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMissing, ServerUnavailable
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.locks import library_lock
from rag.storage.postgres import PostgresDatabase
from rag.types.article import Article
from rag.types.catalogue import ArticlePredicate, CataloguePage, CatalogueSort
from tests.support.library.articles import article
from tests.support.library.stored_passages import stored_passages
from tests.support.servers.backends import Postgres

pytestmark = pytest.mark.postgres


def test_a_stored_article_is_read_back_to_the_character(library: Library) -> None:
    text = article(1).text + "\n\nA NUL \0, its mark \x1a, both \x1a0 \x1a\0 and an emoji \U0001f40b."
    strange = replace(article(1), text=text, title="A \0 title", topics=("\0", "tests"))
    library.put(strange, stored_passages(1), "/made/\0")
    assert library.article("article-1") == strange
    assert library.stored_version("article-1") == (strange.sha256, "/made/\0")
    for before, after in zip(stored_passages(1), library.article_passages("article-1"), strict=True):
        assert after.passage == before.passage
        assert (after.vector == before.vector).all()
    assert library.article("no\0such") is None


def test_the_catalogue_is_in_the_same_order_as_from_a_file(library: Library, tmp_path: Path) -> None:
    titles = ("Zebra", "apple", "Äpfel", "apple pie", "Über", "zebra", "_", "10", "9")
    articles = [
        Article(id=f"a-{at}", title=title, text="One sentence.", published=article(at).published if at % 3 else None)
        for at, title in enumerate(titles)
    ]
    file_library = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", 8)
    for stored in articles:
        library.put(stored, [], "made")
        file_library.put(stored, [], "made")

    def ids_of(opened: Library, sort: CatalogueSort, descending: bool, admits: ArticlePredicate | None) -> list[str]:
        pages = [opened.page(3, number, sort, descending=descending, admits=admits) for number in (0, 1, 2)]
        return [entry.id for page in pages for entry in page.entries]

    assert [entry.id for entry in library.entries()] == [entry.id for entry in file_library.entries()]
    for sort in get_args(CatalogueSort):
        for descending in (True, False):
            for admits in (None, lambda ref, _: "p" in ref.title):
                ids = ids_of(library, sort, descending, admits)
                assert ids == ids_of(file_library, sort, descending, admits)
    file_library.close()


def test_removals_are_recorded_by_generation_until_they_are_pruned(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made/1")
    library.put(article(2), stored_passages(2), "/made/2")
    library.remove("article-1")
    library.remove("article-2")
    assert library.state() == (4, 0)
    first, second = ([stored.passage.id for stored in stored_passages(number)] for number in (1, 2))
    assert library.removed_passage_ids(after=2) == [*first, *second]
    library.prune_removals(3)
    assert library.removed_passage_ids(after=2) is None
    assert library.removed_passage_ids(after=3) == second


def test_two_writers_without_a_lock_never_share_a_generation(library: Library, url: str) -> None:
    other = Library(PostgresDatabase(url))
    articles = 15

    def write(target: Library, first: int) -> None:
        for number in range(first, first + articles):
            target.put(article(number), stored_passages(number), "made")

    threads = [threading.Thread(target=write, args=(target, first)) for target, first in ((library, 0), (other, 100))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = 2 * articles
    assert library.generation() == total
    added_after = [len(library.article_ids(generation)) for generation in range(-1, total)]
    assert added_after == [total, *range(total, 0, -1)]
    other.close()


def test_a_thread_may_take_the_write_lock_again_and_another_may_not(url: str, tmp_path: Path) -> None:
    database = PostgresDatabase(url)
    refusals: list[str] = []

    def try_to_lock() -> None:
        try:
            with library_lock(database, tmp_path, 0):
                pass
        except LibraryBusy as error:
            refusals.append(str(error))

    with library_lock(database, tmp_path, 5), library_lock(database, tmp_path, 0):
        thread = threading.Thread(target=try_to_lock)
        thread.start()
        thread.join()
    assert len(refusals) == 1
    try_to_lock()
    assert len(refusals) == 1


def test_a_writer_that_lost_its_connection_is_refused_once_another_writes(server: Postgres, url: str) -> None:
    database = PostgresDatabase(url)
    library = Library.create_on(database, "test-encoder", 8, {})
    other = PostgresDatabase(url)
    with suppress(LibraryError, DBAPIError), database.write_lock(5):
        library.put(article(1), stored_passages(1), "made")
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        library.put(article(2), stored_passages(2), "made")  # no other process writes: nothing can be mixed up
        with other.write_lock(60), pytest.raises(LibraryBusy, match="another process writes now"):
            library.put(article(3), stored_passages(3), "made")
    assert [entry.id for entry in library.entries()] == ["article-2", "article-1"]
    library.close()


def test_a_database_with_other_tables_is_no_library(server: Postgres, url: str) -> None:
    with pytest.raises(LibraryMissing, match=r"postgresql://rag:\*\*\*@127"):
        Library(PostgresDatabase(url))
    server.sql("CREATE TABLE meta (key text, value text)", url.rsplit("/", 1)[1])
    with pytest.raises(LibraryDamaged, match="it has no"):
        Library(PostgresDatabase(url))


def test_more_questions_than_connections_are_refused_in_one_line(library: Library, url: str) -> None:
    library.put(article(1), stored_passages(1), "/made/1")
    narrow = Library(PostgresDatabase(url, pool_size=1, max_overflow=1, pool_timeout=0.1))

    def list_while_connected(admits: ArticlePredicate) -> CataloguePage:
        return narrow.page(10, 0, "title", descending=False, admits=admits)

    with pytest.raises(ServerUnavailable, match=r"connections .* are taken"):
        list_while_connected(lambda *_: bool(list_while_connected(lambda *_: bool(narrow.generation()))))
    assert narrow.generation() == 1
    narrow.close()


def test_versions_corrections_and_followed_sources_are_kept_as_in_a_file(library: Library) -> None:
    notice = "Correction: the year \0 was 1919."
    library.put(article(1), stored_passages(1), "/made/1")
    library.put(replace(article(1, revision=1), correction=notice), stored_passages(1, revision=1), "/made/1")
    stored = library.article("article-1")
    assert stored is not None
    assert (stored.version, stored.correction) == (2, notice)
    assert [version.article for version in library.versions("article-1")] == [article(1)]
    sources = library.sources
    sources.follow("https://example.org/feed")
    sources.record_look("https://example.org/feed")
    sources.put_stamps({"/made/1": "first"})
    sources.put_stamps({"/made/1": "second"})
    sources.move_article("article-1", "/made/2")
    assert [source.source for source in sources.followed()] == ["https://example.org/feed"]
    assert sources.followed()[0].looked is not None
    assert sources.stamps(["/made/1", "/made/3"]) == {"/made/1": "second"}
    assert sources.article_at("/made/2") == "article-1"
    assert [stored.id for stored in sources.articles_from("/made/")] == ["article-1"]
    assert library.verify_checksum("article-1")
    assert sources.unfollow("https://example.org/feed")
    library.remove("article-1")
    assert library.versions("article-1") == []
