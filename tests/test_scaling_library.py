"""The library on PostgreSQL: what holds of the file holds there, for any number of processes and one writer."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy.exc import DBAPIError

from rag.answer import Answer
from rag.article import Article
from rag.cli import run
from rag.encoder import BundledEncoder
from rag.engine import open_engine
from rag.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMissing, ServerUnavailable, SettingsError
from rag.home import Home
from rag.library import FILE, Library
from rag.listing import Sort
from rag.postgres import Server
from rag.settings import Settings, load_settings
from rag.writer_lock import library_lock
from tests.corpora import article, readings, write_jsonl
from tests.servers import Postgres, postgres
from tests.test_library import _stored


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as one:
        yield one


@pytest.fixture
def url(server: Postgres, request: pytest.FixtureRequest) -> str:
    """A database that no other test has."""
    name = f"test_{abs(hash(request.node.name))}"
    server.sql(f"CREATE DATABASE {name}")
    return server.database(name)


@pytest.fixture
def library(url: str) -> Iterator[Library]:
    one = Library.create_on(Server(url), "test-encoder", 8, {})
    yield one
    one.close()


def _settings(folder: Path, url: str, **more: object) -> Settings:
    return load_settings(home=folder, library_url=url, **{"lock_timeout": 60, **more})


def test_what_is_put_in_comes_out_to_the_character(library: Library) -> None:
    strange = article(1).text + "\n\nA NUL \0, its mark \x1a, both \x1a0 \x1a\0 and an emoji \U0001f40b."
    one = replace(article(1), text=strange, title="A \0 title", topics=("\0", "tests"))
    library.put(one, _stored(1), "/made/\0")
    assert library.article("article-1") == one
    assert library.held("article-1") == (one.sha256, "/made/\0")
    for before, after in zip(_stored(1), library.passages_of("article-1"), strict=True):
        assert after.passage == before.passage
        assert (after.vector == before.vector).all()
    assert library.article("no\0such") is None


def test_the_catalogue_is_in_the_same_order_as_from_a_file(library: Library, tmp_path: Path) -> None:
    titles = ("Zebra", "apple", "Äpfel", "apple pie", "Über", "zebra", "_", "10", "9")
    made = [
        Article(id=f"a-{at}", title=title, text="One sentence.", published=article(at).published if at % 3 else None)
        for at, title in enumerate(titles)
    ]
    in_file = Library.create(tmp_path / FILE, "test-encoder", 8)
    for one in made:
        library.put(one, [], "made")
        in_file.put(one, [], "made")
    assert [one.id for one in library.holdings()] == [one.id for one in in_file.holdings()]
    for sort in get_args(Sort):
        for descending in (True, False):
            for admits in (None, lambda ref, _: "p" in ref.title):
                pages = [
                    [
                        one.id
                        for number in (0, 1, 2)
                        for one in held.page(3, number, sort, descending=descending, admits=admits).rows
                    ]
                    for held in (library, in_file)
                ]
                assert pages[0] == pages[1]
    in_file.close()


def test_changes_are_numbered_and_removals_remembered_as_far_back_as_is_said(library: Library) -> None:
    library.put(article(1), _stored(1), "/made/1")
    library.put(article(2), _stored(2), "/made/2")
    library.remove("article-1")
    library.remove("article-2")
    assert library.state() == (4, 0)
    assert library.removed(after=2) == [one.passage.id for number in (1, 2) for one in _stored(number)]
    library.forget_removals(3)
    assert library.removed(after=2) is None
    assert library.removed(after=3) == [one.passage.id for one in _stored(2)]


def test_writers_that_do_not_know_of_each_other_have_no_number_in_common(library: Library, url: str) -> None:
    other = Library(Server(url))
    many = 15

    def write(into: Library, first: int) -> None:
        for number in range(first, first + many):
            into.put(article(number), _stored(number), "made")

    threads = [threading.Thread(target=write, args=(into, first)) for into, first in ((library, 0), (other, 100))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert library.generation() == 2 * many
    assert [len(library.article_ids(after)) for after in range(-1, 2 * many)] == [2 * many, *range(2 * many, -1, -1)][
        : 2 * many + 1
    ]
    other.close()


def test_the_second_writer_is_told_who_the_first_is(url: str, tmp_path: Path) -> None:
    open_engine(settings=_settings(tmp_path, url), empty=True).close()
    code = (
        "import sys, time\nfrom rag.postgres import Server\n"
        "with Server(sys.argv[1]).writer(5):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    first = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(LibraryBusy, match=rf"process {first.pid} on .* did not finish in 0.3 s"):
            Home(_settings(tmp_path, url, lock_timeout=0.3)).indexer.add(readings(1))
        with pytest.raises(LibraryBusy, match=f"process {first.pid} "), Server(url).writer(0):
            pass
    finally:
        first.kill()
        first.wait()
    with Home(_settings(tmp_path, url, lock_timeout=10)) as home:  # given back by the kill
        assert home.indexer.add(readings(1)).added == ["article-1"]


def test_a_thread_may_take_the_lock_again_and_another_may_not(url: str, tmp_path: Path) -> None:
    place = Server(url)
    refused: list[str] = []

    def elsewhere() -> None:
        try:
            with library_lock(place, tmp_path, 0):
                pass
        except LibraryBusy as error:
            refused.append(str(error))

    with library_lock(place, tmp_path, 5), library_lock(place, tmp_path, 0):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert len(refused) == 1
    elsewhere()
    assert len(refused) == 1


def test_a_writer_that_lost_its_connection_cannot_write_once_another_does(server: Postgres, url: str) -> None:
    place = Server(url)
    library = Library.create_on(place, "test-encoder", 8, {})
    other = Server(url)
    with suppress(LibraryError, DBAPIError), place.writer(5):
        library.put(article(1), _stored(1), "made")
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        library.put(article(2), _stored(2), "made")  # nobody else writes: nothing can be mixed up
        with other.writer(5), pytest.raises(LibraryBusy, match="another process writes now"):
            library.put(article(3), _stored(3), "made")
    assert [one.id for one in library.holdings()] == ["article-2", "article-1"]
    library.close()


def test_a_restart_of_the_server_is_one_line_and_needs_none_of_ours(
    server: Postgres, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_LIBRARY_URL", url)
    settings = _settings(tmp_path / "home", url)
    with open_engine(settings=settings, empty=True) as engine:
        path = write_jsonl(tmp_path / "one.jsonl", [article(1)])
        assert engine.add(path).added == ["article-1"]
        server.stop()
        try:
            with pytest.raises(ServerUnavailable, match="cannot be reached"):
                engine.ask("What did Observer 1 note about the lot?")
            with pytest.raises(ServerUnavailable, match="what was finished is kept"):
                engine.add(write_jsonl(tmp_path / "two.jsonl", [article(2)]))
            assert run(["--home", str(tmp_path / "home"), "ask", "Where was the lot sold?"]) == 2
            said = capsys.readouterr().err
            assert said.count("\n") == 1
            assert "RAG_LIBRARY_URL" in said
            assert "hidden-word" not in said
        finally:
            server.start()
        assert engine.ask("What did Observer 1 note about the lot?").citations
        assert engine.add(tmp_path / "two.jsonl").added == ["article-2"]
        server.stop()
        server.start()
        # While nobody asked: the connections that broke are met, and nobody is told.
        assert engine.ask("What did Observer 1 note about the lot?").citations


def test_a_restart_in_the_middle_of_an_add_keeps_what_was_finished(
    server: Postgres, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Home(_settings(tmp_path, url), empty=True) as home:
        monkeypatch.setattr("rag.indexer.ENCODE_AT", 1_000)
        made = readings(*range(6))

        def broken() -> Iterator[object]:
            yield from made[:3]
            server.stop()
            yield from made[3:]

        try:
            with pytest.raises(ServerUnavailable):
                home.indexer.add(broken())  # type: ignore[arg-type]
        finally:
            server.start()
        kept = home.library.count_articles()
        assert 0 < kept < 6
        assert home.indexer.add(made).unchanged == [one.article.id for one in made[:kept]]
        assert home.disagreements() == []


def test_two_that_start_at_once_on_an_empty_database_fill_it_once(url: str, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    for number in range(6):
        one = article(number)
        (tmp_path / "articles" / f"{one.id}.md").write_text(f"---\ntitle: {one.title}\n---\n\n{one.text}\n")
    code = (
        "import sys; from pathlib import Path; import rag.home; from rag.engine import open_engine\n"
        "from rag.settings import load_settings\n"
        "rag.home.bundled = lambda name: Path(sys.argv[1]).parent\n"  # six articles are as good as all
        "with open_engine(settings=load_settings(home=sys.argv[1], library_url=sys.argv[2])) as engine:\n"
        "    print(engine.counts().articles, engine._home.library.generation(), len(engine.check()))\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / name), url], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    said = {one.communicate(timeout=120)[0] for one in both}
    articles, generation, disagreements = next(iter(said)).split()
    assert len(said) == 1
    assert (articles, generation, disagreements) == ("6", "6", "0")  # every article was written once


def test_another_library_s_full_text_is_never_taken_for_one_s_own(server: Postgres, url: str, tmp_path: Path) -> None:
    with Home(_settings(tmp_path, url), empty=True) as home:
        home.indexer.add(readings(1))
    server.sql("CREATE DATABASE another_one")
    with Home(_settings(tmp_path, server.database("another_one")), empty=True) as home:
        home.indexer.add(readings(2))
        assert home.disagreements() == []
    with Home(_settings(tmp_path, url)) as home:
        assert home.disagreements() == []
        assert [one.id for one in home.library.holdings()] == ["article-1"]


def test_a_replica_that_was_away_for_too_long_makes_its_full_text_anew(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.indexer.KEPT_GENERATIONS", 2)
    with Home(_settings(tmp_path / "one", url), empty=True) as one, Home(_settings(tmp_path / "two", url)) as two:
        one.indexer.add(readings(1, 2, 3, 4))
        two.follow()
        one.indexer.remove(["article-1"])
        two.follow()  # two generations back are on record
        assert len(two.fulltext.ids()) == two.library.count_passages()
        one.indexer.remove(["article-2", "article-3"])
        one.indexer.add(readings(5, 6))
        one.indexer.remove(["article-5"])
        assert two.library.removed(two.fulltext.generation or 0) is None
        two.follow()
        assert two.fulltext.ids() == two.library.passage_ids()
        assert two.vectors.ids() == two.library.passage_ids()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://user@127.0.0.1/x", "RAG_LIBRARY_URL is not the address"),
        ("postgresql://rag:hidden-word@127.0.0.1:port/x", "RAG_LIBRARY_URL is not the address"),
        ("hidden-word", "RAG_LIBRARY_URL is not the address"),
        ("postgresql://rag:hidden-word@127.0.0.1", "RAG_LIBRARY_URL is not the address"),
        ("postgresql://rag:hidden-word@127.0.0.1:1/x", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_password(address: str, said: str, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises((SettingsError, ServerUnavailable), match=said) as raised:
        Home(_settings(tmp_path, address))
    assert "hidden-word" not in str(raised.value)
    assert "hidden-word" not in repr(_settings(tmp_path, address))


def test_a_database_with_other_tables_is_no_library(server: Postgres, url: str, tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match=r"postgresql://rag:\*\*\*@127"):
        Library(Server(url))
    server.sql("CREATE TABLE meta (key text, value text)", url.rsplit("/", 1)[1])
    with pytest.raises(LibraryDamaged, match="it has no"):
        Library(Server(url))


def test_a_missing_driver_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'commentary-rag\[postgres\]'"):
        Server("postgresql://rag@127.0.0.1/x")


def test_more_questions_than_connections_are_told_so(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.postgres.POOL", {"pool_size": 1, "max_overflow": 1, "pool_timeout": 0.1})
    narrow = Library(library.place)
    with narrow._reading(), narrow._reading(), pytest.raises(ServerUnavailable, match=r"connections .* are taken"):
        narrow.generation()
    assert narrow.generation() == 0
    narrow.close()


def test_an_article_that_one_adds_is_what_the_other_answers_from(
    url: str, tmp_path: Path, encoder: BundledEncoder
) -> None:
    one = open_engine(settings=_settings(tmp_path / "one", url), empty=True)
    two = open_engine(settings=_settings(tmp_path / "two", url))
    with one, two:
        one.add(write_jsonl(tmp_path / "some.jsonl", [article(number) for number in range(4)]))
        answer: Answer = two.ask("What did Observer 3 note about lot 301?")
        assert any("Observer 3" in citation.quote for citation in answer.citations)
        one.remove("article-3")
        assert not any("Observer 3" in citation.quote for citation in two.ask(answer.question).citations)
