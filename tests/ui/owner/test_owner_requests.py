"""The owner's requests against a real library, a real model server and a real feed."""

import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.errors import RagError
from rag.maintenance.backup import restore_backup
from rag.settings import load_settings
from rag.ui.owner.jobs import JobRunner, Progress, Result
from rag.ui.owner.owner_requests import OwnerMessage, OwnerRequests
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.chat_server import KEY, ChatServer, ErrorReply
from tests.support.servers.local_model_servers import OLLAMA, Page, local_program
from tests.support.servers.web_site import Site, html_page, rss_feed, running_site

ID = "0" * 32
HERE: dict[str, str] = {"host": "127.0.0.1:7860"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[QueryEngine]:
    settings = load_settings(home=tmp_path / "home", allow_private_urls=True)
    with open_engine(settings=settings, empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(3)]))
        yield engine


@pytest.fixture
def owner(engine: QueryEngine) -> OwnerRequests:
    return OwnerRequests(engine)


def act(owner: OwnerRequests, name: str, value: str = "") -> OwnerMessage:
    *_, last = owner.act({"id": ID, "act": name, "value": value}, HERE)
    return last


def port_of(server: ChatServer) -> str:
    return server.url.rsplit(":", 1)[1].removesuffix("/v1")


def find(owner: OwnerRequests, port: int | str) -> OwnerMessage:
    """Looks again where a busy machine did not answer within the two seconds of a look."""
    for _ in range(5):
        message = act(owner, "find", str(port))
        if message["say"].endswith("found."):
            return message
    raise AssertionError(message["say"])


def ids_in(html: str) -> list[tuple[str, str]]:
    """The act and the value of each button."""
    found: list[tuple[str, str]] = []

    class Buttons(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            given = dict(attributes)
            if tag == "button" and given.get("data-act"):
                found.append((str(given["data-act"]), str(given["data-value"])))

    Buttons().feed(html)
    return found


def test_a_model_that_is_found_is_tested_chosen_and_left_again(
    owner: OwnerRequests, engine: QueryEngine, server: ChatServer
) -> None:
    server.is_open = True
    before = engine.ask("What did observer 1 note?")
    assert find(owner, port_of(server))["say"] == "1 model found."
    shown = owner.show(HERE)
    ((_, model), *_) = [pair for pair in ids_in(shown["writers"]) if pair[0] == "use"]
    assert model == f"{server.url} scripted"

    server.always = "Spring follows winter."
    tested = act(owner, "test", model)
    assert tested["state"] == "done"
    assert "first words after" in tested["say"]
    assert "Spring follows winter." in tested["say"]
    assert engine.writer == "quotes"

    assert act(owner, "use", model)["say"] == "New answers: scripted."
    assert engine.writer == "llm:scripted"
    server.always = f"{before.statements[0].text} [1]."
    assert engine.ask("What did observer 1 note?").writer == "llm:scripted"
    kept = owner.show(HERE)["writers"]
    assert f"RAG_LLM_BASE_URL={server.url}\nRAG_LLM_MODEL=scripted" in kept

    act(owner, "use", "quotes")
    asked = len(server.bodies)
    answer = engine.ask("What did observer 1 note?")
    assert (answer.writer, len(server.bodies)) == ("quotes", asked)
    assert str(answer) == str(before)
    assert "RAG_LLM_BASE_URL" not in owner.show(HERE)["writers"]


@pytest.mark.parametrize(
    ("status", "line"), [(401, "refused the key"), (404, "is not there"), (429, "too many requests"), (400, "accept")]
)
def test_a_test_that_fails_says_in_one_line_what_to_do(
    owner: OwnerRequests, server: ChatServer, status: int, line: str
) -> None:
    server.is_open = True
    find(owner, port_of(server))
    server.always = ErrorReply(status)
    tested = act(owner, "test", f"{server.url} scripted")
    assert tested["state"] == "failed"
    assert line in tested["say"]
    assert "\n" not in tested["say"]
    assert KEY not in str(tested)


def test_the_key_goes_to_the_server_of_the_settings_alone(tmp_path: Path, server: ChatServer) -> None:
    server.is_open = True
    for base_url, sent in ((server.url, f"Bearer {KEY}"), ("http://127.0.0.1:9/v1", "Bearer none")):
        settings = load_settings(
            home=tmp_path / "home", llm_api_key=KEY, llm_base_url=base_url, llm_model="another", writer="auto"
        )
        with open_engine(settings=settings, empty=True) as engine:
            owner = OwnerRequests(engine)
            find(owner, port_of(server))
            server.keys.clear()
            assert act(owner, "test", f"{server.url} scripted")["state"] == "done"
            assert server.keys == [sent]
            assert KEY not in str(owner.show(HERE))


def test_the_model_of_the_settings_can_be_left_and_taken_again(tmp_path: Path, server: ChatServer) -> None:
    server.is_open = True
    settings = load_settings(home=tmp_path / "home", llm_base_url=server.url, llm_model="scripted")
    with open_engine(settings=settings, empty=True) as engine:
        owner = OwnerRequests(engine)
        find(owner, port_of(server))
        values = {value for _, value in ids_in(owner.show(HERE)["writers"])}
        assert values == {"quotes", "as started"}  # the model is not listed twice
        assert "Spring" not in act(owner, "test", "as started")["say"]
        act(owner, "use", "quotes")
        assert engine.writer == "quotes"
        assert "RAG_WRITER=quotes" in owner.show(HERE)["writers"]
        act(owner, "use", "as started")
        assert engine.writer == "llm:scripted"


def test_only_what_was_found_can_be_chosen(owner: OwnerRequests, engine: QueryEngine, server: ChatServer) -> None:
    for value in (f"{server.url} scripted", "http://198.51.100.1/v1 m", "as started", ""):
        for name in ("use", "test"):
            assert act(owner, name, value)["state"] == "failed"
    assert engine.writer == "quotes"
    assert server.bodies == []
    for port in ("0", "65536", "7860; rm", "-1", "٣"):
        assert "from 1 to 65535" in act(owner, "find", port)["say"]


def test_names_of_models_are_data(owner: OwnerRequests) -> None:
    name = '<img src=x onerror=1>"'
    with local_program({"/v1/models": Page({"data": [{"id": name}]})}) as program:
        find(owner, program.port)
        html = owner.show(HERE)["writers"]
        assert "<img" not in html
        assert ("use", f"http://127.0.0.1:{program.port}/v1 {name}") in ids_in(html)


def test_a_model_that_only_embeds_is_shown_and_cannot_be_chosen(owner: OwnerRequests) -> None:
    with local_program(OLLAMA) as program:
        find(owner, program.port)
        html = owner.show(HERE)["writers"]
        assert "embeds text, writes no answers" in html
        assert not any("all-minilm" in value for _, value in ids_in(html))
        assert act(owner, "use", f"http://127.0.0.1:{program.port}/v1 all-minilm:latest")["state"] == "failed"


def test_a_feed_is_followed_looked_at_and_left(owner: OwnerRequests, engine: QueryEngine) -> None:
    with running_site() as site:
        _follow_and_leave(owner, engine, site)


def _follow_and_leave(owner: OwnerRequests, engine: QueryEngine, site: Site) -> None:
    site.add_page("/a", html_page("The Price of Delay"))
    feed = site.add_page("/feed", rss_feed(f"<title>T</title><link>{site.url}/a</link>"), "application/rss+xml")
    assert act(owner, "look")["say"].startswith("Nothing is followed yet")
    followed = act(owner, "follow", feed)
    assert (followed["state"], followed["say"]) == ("done", f"Followed: {feed}: 1 added, 0 updated, 0 unchanged.")
    assert feed in owner.show(HERE)["sources"]

    site.add_page("/b", html_page("Another Price", paragraphs=("A column of its own about prices.",) * 9))
    links = (f"<title>T</title><link>{site.url}/{name}</link>" for name in "ab")
    site.add_page("/feed", rss_feed(*links), "application/rss+xml")
    messages = list(owner.act({"id": ID, "act": "look"}, HERE))
    assert messages[-1]["say"].startswith("1 source looked at: 1 added")

    site.answers.clear()
    looked = act(owner, "look")
    assert feed in looked["html"]
    assert 'class="bad"' in looked["html"]
    assert "owner-failure" in owner.show(HERE)["sources"]

    assert act(owner, "unfollow", feed)["say"].startswith("No longer followed")
    assert engine.following() == []
    assert len(engine.articles()) == 5


def test_a_folder_of_the_machine_is_followed_at_the_command_line_alone(
    owner: OwnerRequests, engine: QueryEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("# A note\n\nA note of one's own about nothing much.\n", encoding="utf-8")
    for path in (str(folder), "/etc", "file:///etc/passwd", "relative"):
        assert "rag follow FOLDER" in act(owner, "follow", path)["say"]
    assert engine.following() == []
    engine.follow(folder)
    (source,) = [followed.source for followed in engine.following()]
    act(owner, "unfollow", source)
    # "Undo" may follow again what was left on the page.
    assert act(owner, "follow", source)["state"] == "done"
    assert [followed.source for followed in engine.following()] == [source]


def test_a_check_finds_what_does_not_agree_and_repairs_it(owner: OwnerRequests, engine: QueryEngine) -> None:
    from rag.engine import workspace_of

    assert act(owner, "check")["say"].startswith("Everything agrees: 3 articles")
    workspace = workspace_of(engine)
    lost = next(iter(workspace.fulltext.ids()))
    workspace.fulltext.update([lost], [], workspace.library.generation())
    found = act(owner, "check")
    assert "full text: 1 passages missing" in found["html"]
    assert ids_in(found["html"]) == [("repair", "")]
    assert act(owner, "repair")["say"] == "Repaired: everything agrees."
    assert act(owner, "check")["say"].startswith("Everything agrees")


def test_a_backup_is_written_beside_the_library_and_can_be_restored(
    owner: OwnerRequests, engine: QueryEngine, tmp_path: Path
) -> None:
    messages = list(owner.act({"id": ID, "act": "backup"}, HERE))
    (file,) = (engine.home / "backups").iterdir()
    assert str(file) in messages[-1]["say"]
    restored = restore_backup(load_settings(home=tmp_path / "other"), file)
    assert restored.counts == engine.counts()


def test_the_installation_is_examined(owner: OwnerRequests) -> None:
    examined = act(owner, "examine")
    assert examined["state"] == "done"
    for subject in ("packages", "models", "library", "indexes", "model"):
        assert subject in examined["html"]


def test_what_is_malformed_or_passed_on_by_a_proxy_does_nothing(owner: OwnerRequests, engine: QueryEngine) -> None:
    for sent in (
        None,
        [],
        "check",
        {"act": "check"},
        {"id": ID, "act": "delete"},
        {"id": ID, "act": "use", "value": 3},
    ):
        (message,) = owner.act(sent, HERE)
        assert message["state"] == "failed"
    proxied = {**HERE, "x-forwarded-for": "203.0.113.9"}
    (message,) = owner.act({"id": ID, "act": "backup"}, proxied)
    assert "on the machine itself" in message["say"]
    assert "error" in owner.show(proxied)
    assert not (engine.home / "backups").exists()


def test_one_piece_of_work_runs_at_a_time_and_its_end_frees_the_place() -> None:
    jobs, goes_on = JobRunner(), threading.Event()

    def wait(report: Any) -> Result:
        report(Progress("half", 0.5))
        goes_on.wait(10)
        return Result("done")

    running = jobs.run("Waiting", wait)
    assert next(running) == Progress("Waiting …")
    running.close()  # the page is closed; the work goes on
    with pytest.raises(RagError, match=r"something else is running \(Waiting\)"):
        list(jobs.run("Another", lambda _: Result("never")))
    goes_on.set()
    for _ in range(100):
        try:
            outcome = list(jobs.run("Another", lambda _: Result("done")))
            break
        except RagError:
            threading.Event().wait(0.05)
    assert outcome[-1] == Result("done")

    def fail(_: Any) -> Result:
        raise ValueError("broken")

    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            list(jobs.run("Failing", fail))
