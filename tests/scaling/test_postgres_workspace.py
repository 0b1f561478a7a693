"""Workspaces over one PostgreSQL server that may stop, in several processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.cli.app import run
from rag.engine import open_engine
from rag.errors import LibraryBusy, ServerUnavailable
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings, load_settings
from rag.storage.postgres import PostgresDatabase
from rag.types.ingest import LoadedArticle
from rag.workspace import Tuning, Workspace
from tests.support.library.articles import article, loaded_articles, write_jsonl
from tests.support.servers.backends import Postgres

pytestmark = pytest.mark.postgres
QUESTION = "What did Observer 1 note about the lot?"


def _settings(folder: Path, url: str, **more: object) -> Settings:
    return load_settings(home=folder, library_url=url, **{"lock_timeout": 60, **more})


def test_the_second_writer_is_told_which_process_the_first_is(url: str, tmp_path: Path) -> None:
    open_engine(settings=_settings(tmp_path, url), empty=True).close()
    code = (
        "import sys, time\nfrom rag.storage.postgres import PostgresDatabase\n"
        "with PostgresDatabase(sys.argv[1]).write_lock(5):\n    print('locked', flush=True)\n    time.sleep(600)\n"
    )
    first = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "locked\n"
        with pytest.raises(LibraryBusy, match=rf"process {first.pid} on .* did not finish in 0.3 s"):
            Workspace(_settings(tmp_path, url, lock_timeout=0.3)).indexer.add(loaded_articles(1))
        with pytest.raises(LibraryBusy, match=f"process {first.pid} "), PostgresDatabase(url).write_lock(0):
            pass
    finally:
        first.kill()
        first.wait()
    with Workspace(_settings(tmp_path, url, lock_timeout=60)) as workspace:  # the kill has released the lock
        assert workspace.indexer.add(loaded_articles(1)).added == ["article-1"]


def test_a_restart_of_the_server_needs_no_restart_of_ours(
    server: Postgres, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_LIBRARY_URL", url)
    with open_engine(settings=_settings(tmp_path / "home", url), empty=True) as engine:
        assert engine.add(write_jsonl(tmp_path / "one.jsonl", [article(1)])).added == ["article-1"]
        server.stop()
        try:
            with pytest.raises(ServerUnavailable, match="cannot be reached"):
                engine.ask(QUESTION)
            with pytest.raises(ServerUnavailable, match="what was finished is kept"):
                engine.add(write_jsonl(tmp_path / "two.jsonl", [article(2)]))
            assert run(["--home", str(tmp_path / "home"), "ask", "Where was the lot sold?"]) == 2
            message = capsys.readouterr().err
            assert message.count("\n") == 1
            assert "RAG_LIBRARY_URL" in message
            assert "hidden-word" not in message
        finally:
            server.start()
        assert engine.ask(QUESTION).citations
        assert engine.add(tmp_path / "two.jsonl").added == ["article-2"]
        server.stop()
        server.start()
        # No question came meanwhile: the broken connections are replaced without an error.
        assert engine.ask(QUESTION).citations


def test_a_restart_in_the_middle_of_an_add_keeps_what_was_finished(server: Postgres, url: str, tmp_path: Path) -> None:
    with Workspace(_settings(tmp_path, url), empty=True, tuning=Tuning(batch_characters=1_000)) as workspace:
        articles = loaded_articles(*range(6))

        def articles_until_the_server_stops() -> Iterator[LoadedArticle]:
            yield from articles[:3]
            server.stop()
            yield from articles[3:]

        try:
            with pytest.raises(ServerUnavailable):
                workspace.indexer.add(articles_until_the_server_stops())
        finally:
            server.start()
        kept = workspace.library.count_articles()
        assert 0 < kept < 6
        assert workspace.indexer.add(articles).unchanged == [loaded.article.id for loaded in articles[:kept]]
        assert find_inconsistencies(workspace) == []


def test_two_processes_on_an_empty_database_fill_it_once(url: str, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    for number in range(6):
        bundled = article(number)
        markdown = f"---\ntitle: {bundled.title}\n---\n\n{bundled.text}\n"
        (tmp_path / "articles" / f"{bundled.id}.md").write_text(markdown)
    code = (
        "import sys; from pathlib import Path; from rag.maintenance.consistency import find_inconsistencies\n"
        "from rag.settings import load_settings; from rag.workspace import Workspace\n"
        "settings = load_settings(home=sys.argv[1], library_url=sys.argv[2])\n"
        "with Workspace(settings, corpus=Path(sys.argv[1]).parent / 'articles') as workspace:\n"
        "    counts, generation = workspace.library.counts(), workspace.library.generation()\n"
        "    print(counts.articles, generation, len(find_inconsistencies(workspace)))\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / name), url], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    outputs = [process.communicate(timeout=120)[0].split() for process in processes]
    assert outputs == [["6", "6", "0"]] * 2  # every article was written once


def test_the_full_text_of_one_library_is_never_used_for_another(server: Postgres, url: str, tmp_path: Path) -> None:
    with Workspace(_settings(tmp_path, url), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(1))
    server.sql("CREATE DATABASE another_one")
    with Workspace(_settings(tmp_path, server.database("another_one")), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(2))
        assert find_inconsistencies(workspace) == []
    with Workspace(_settings(tmp_path, url)) as workspace:
        assert find_inconsistencies(workspace) == []
        assert [entry.id for entry in workspace.library.entries()] == ["article-1"]


def test_a_replica_that_was_away_for_too_long_rebuilds_its_indexes(url: str, tmp_path: Path) -> None:
    with (
        Workspace(_settings(tmp_path / "one", url), empty=True, tuning=Tuning(kept_generations=2)) as writer,
        Workspace(_settings(tmp_path / "two", url)) as replica,
    ):
        writer.indexer.add(loaded_articles(1, 2, 3, 4))
        replica.refresh()
        writer.indexer.remove(["article-1"])
        replica.refresh()  # the last two generations are on record
        assert len(replica.fulltext.ids()) == replica.library.count_passages()
        writer.indexer.remove(["article-2", "article-3"])
        writer.indexer.add(loaded_articles(5, 6))
        writer.indexer.remove(["article-5"])
        assert replica.library.removed_passage_ids(replica.fulltext.generation or 0) is None
        replica.refresh()
        assert replica.fulltext.ids() == replica.library.passage_ids()
        assert replica.vectors.ids() == replica.library.passage_ids()


def test_an_article_that_one_process_adds_is_quoted_by_another(url: str, tmp_path: Path) -> None:
    writer = open_engine(settings=_settings(tmp_path / "one", url), empty=True)
    replica = open_engine(settings=_settings(tmp_path / "two", url))
    with writer, replica:
        writer.add(write_jsonl(tmp_path / "some.jsonl", [article(number) for number in range(4)]))
        answer = replica.ask("What did Observer 3 note about lot 301?")
        assert any("Observer 3" in citation.quote for citation in answer.citations)
        writer.remove("article-3")
        assert not any("Observer 3" in citation.quote for citation in replica.ask(answer.question).citations)
