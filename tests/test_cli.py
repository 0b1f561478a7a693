"""The command line as people and scripts meet it: what it prints where, in what shape, with which exit code."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from rag import open_engine
from rag.citations import numbers_in
from rag.cli import run
from rag.derived import Entry
from rag.errors import SettingsError
from rag.home import Home
from rag.settings import load_settings
from tests.corpora import article, write_jsonl

ANSWERED = "Why did Beijing keep its distance from the treaty?"
DECLINED = "Who won the chess olympiad in Budapest?"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
OR_NONE = (str, type(None))
ANSWER: dict[str, Any] = {
    "question": str, "standalone_question": str, "answer": str, "abstained": bool, "reason": OR_NONE,
    "statements": [
        {"text": str, "citations": [int], "support": float, "verdict": re.compile("supported|partly|unsupported")}
    ],
    "citations": [
        {
            "number": int, "article_id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": DATE,
            "url": OR_NONE, "quote": str, "start": int, "end": int,
            "passage": {"id": str, "start": int, "end": int, "text": str}, "score": float,
        }
    ],
    "writer": str, "notice": OR_NONE,
    "timings_ms": {"retrieve": float, "write": float, "verify": float, "total": float},
}  # fmt: skip
SEARCH: dict[str, Any] = {
    "query": str,
    "passages": [
        {
            "id": str, "article_id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": DATE,
            "start": int, "end": int, "text": str, "score": float, "vector_score": float, "fulltext_score": float,
            "sentences": [{"start": int, "end": int, "score": float}],
        }
    ],
}  # fmt: skip
CATALOGUE: list[dict[str, Any]] = [
    {
        "id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": DATE, "url": OR_NONE,
        "topics": [str], "characters": int, "passages": int, "sha256": re.compile("[0-9a-f]{64}"),
    }
]  # fmt: skip
ADDED: dict[str, Any] = {
    "added": [str], "updated": [str], "unchanged": [str], "failed": [{"what": str, "why": str}],
}  # fmt: skip
STATUS: dict[str, Any] = {
    "home": str, "articles": int, "passages": int, "characters": int, "bytes": int, "encoder": str, "writer": str,
}  # fmt: skip
COMMANDS = (
    "ask", "search", "add", "remove", "articles", "status", "check", "rebuild", "backup", "restore", "init", "serve",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """A command line that has run."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that standard output holds."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line that says what to change."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.err.count("\n") == 1, self.err
        return self.err


Rag = Callable[..., Done]


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contributor's own .env must not change what the tests see."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str]) -> Rag:
    """Runs a command line in this process."""

    def called(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return called


def start(*arguments: str | bytes | Path, **more: Any) -> "subprocess.Popen[str]":
    """A command line in a process of its own."""
    command = [sys.executable, "-c", "from rag.cli import main; main()", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen(command, text=True, encoding="utf-8", **streams)


def outcome(process: "subprocess.Popen[str]", timeout: float = 120) -> Done:
    out, err = process.communicate(timeout=timeout)
    return Done(process.returncode, out or "", err or "")


def python(code: str) -> str:
    """What a fresh interpreter prints, running `code`."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def interrupt_once_articles_are_kept(process: "subprocess.Popen[str]", home: Path, more_than: int) -> int:
    """Ctrl-C as soon as the library holds more than that many articles; gives how many it held just before."""
    count, deadline = 0, time.monotonic() + 90
    while count <= more_than:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
        try:
            with sqlite3.connect(f"file:{home}/library.sqlite?mode=ro", uri=True) as connection:
                (count,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        except sqlite3.Error:
            continue  # not there yet
        finally:
            if "connection" in locals():
                connection.close()
    process.send_signal(signal.SIGINT)
    return count


def assert_shape(value: Any, shape: Any, where: str = "$") -> None:
    """`value` has exactly the keys of `shape`, and its types, all the way down."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert value.keys() == shape.keys(), where
        for key in shape:
            assert_shape(value[key], shape[key], f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            assert_shape(one, shape[0], f"{where}[{number}]")
    elif isinstance(shape, re.Pattern):
        assert value is None or shape.fullmatch(value), f"{where}: {value!r}"
    else:
        assert type(value) in (shape if isinstance(shape, tuple) else (shape,)), f"{where}: {value!r}"


# -- the libraries of these tests --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FirstUse:
    """A library filled from the bundled corpus: interrupted once, then gone on with by a question."""

    home: Path
    interrupted: Done
    kept: int
    asked: Done


@pytest.fixture(scope="module")
def first_use(tmp_path_factory: pytest.TempPathFactory) -> FirstUse:
    home = tmp_path_factory.mktemp("first") / "use" / "home"
    process = start("--home", home, "ask", ANSWERED, cwd=home.parent.parent)
    kept = interrupt_once_articles_are_kept(process, home, 0)
    interrupted = outcome(process)
    asked = outcome(start("--home", home, "ask", ANSWERED, "--json", cwd=home.parent.parent))
    return FirstUse(home, interrupted, kept, asked)


@pytest.fixture(scope="module")
def bundled(first_use: FirstUse) -> Path:
    """The bundled corpus, only to be read."""
    return first_use.home


@pytest.fixture(scope="module")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(12)]))
    return folder / "home"


@pytest.fixture
def home(_small: Path, tmp_path: Path) -> Path:
    """Twelve made-up articles, to do with as one likes."""
    return Path(shutil.copytree(_small, tmp_path / "home"))


def ids(rag: Rag, home: Path) -> list[str]:
    return [one["id"] for one in rag("--home", home, "articles", "--json").document]


# -- the first use -----------------------------------------------------------------------------------------------------


def test_a_first_use_that_is_interrupted_keeps_what_was_finished(first_use: FirstUse) -> None:
    assert first_use.interrupted.code == 130
    assert first_use.interrupted.out == ""
    assert first_use.interrupted.err.endswith("rag: interrupted; what was finished is kept\n")
    assert first_use.kept > 0


def test_a_missing_library_is_filled_from_the_bundled_corpus_with_progress_on_stderr_alone(
    first_use: FirstUse, rag: Rag
) -> None:
    assert first_use.asked.code == 0, first_use.asked.err
    assert not first_use.asked.document["abstained"]
    assert "Adding the bundled corpus" in first_use.asked.err
    bundled = {path.stem for path in (Path(__file__).parent.parent / "corpus" / "articles").glob("*.md")}
    assert set(ids(rag, first_use.home)) == bundled
    assert rag("--home", first_use.home, "check").out == "everything agrees\n"


def test_init_leaves_a_library_as_it_is(home: Path, rag: Rag) -> None:
    for arguments in (["init"], ["init", "--empty"]):
        done = rag("--home", home, *arguments)
        assert (done.code, done.out) == (0, f"library in {home}: 12 articles, 12 passages\n")


def test_an_empty_library_says_how_to_add(tmp_path: Path, rag: Rag) -> None:
    home = tmp_path / "new" / "home"
    done = rag("--home", home, "init", "--empty")
    assert (done.code, done.out, done.err) == (0, f"library in {home}: 0 articles, 0 passages\n", "")
    asked = rag("--home", home, "ask", ANSWERED, "--json").document
    assert asked["abstained"]
    assert "rag add PATH" in asked["reason"]
    assert rag("--home", home, "articles") == Done(0, "", "No articles yet. Add some with: rag add PATH\n")
    assert rag("--home", home, "articles", "--json").document == []
    assert rag("--home", home, "search", ANSWERED) == Done(0, "", "No passage matches.\n")
    assert rag("--home", home, "search", ANSWERED, "--json").document == {"query": ANSWERED, "passages": []}
    assert rag("--home", home, "check").code == 0


# -- answers -----------------------------------------------------------------------------------------------------------


def test_an_answer_has_exactly_the_keys_and_types_of_the_contract(bundled: Path, rag: Rag) -> None:
    done = rag("--home", bundled, "ask", ANSWERED, "--json")
    assert (done.code, done.err) == (0, "")
    answer = done.document
    assert_shape(answer, ANSWER)
    assert answer["question"] == answer["standalone_question"] == ANSWERED
    assert answer["writer"] == "quotes"
    assert not answer["abstained"]
    assert answer["reason"] is None
    assert answer["citations"]
    assert all(0 <= one["support"] <= 1 for one in answer["statements"])
    assert answer["timings_ms"]["total"] > 0


def test_every_quote_is_the_article_s_own_words(bundled: Path, rag: Rag) -> None:
    answer = rag("--home", bundled, "ask", ANSWERED, "--json").document
    with open_engine(bundled) as engine:
        for citation in answer["citations"]:
            held = engine.article(citation["article_id"])
            assert held is not None
            assert held.text[citation["start"] : citation["end"]] == citation["quote"]
            passage = citation["passage"]
            assert held.text[passage["start"] : passage["end"]] == passage["text"]


def test_markers_and_citations_are_numbered_in_order_of_first_use(bundled: Path, rag: Rag) -> None:
    answer = rag("--home", bundled, "ask", ANSWERED, "--json").document
    used = list(dict.fromkeys(numbers_in(answer["answer"])))
    assert len(used) > 1
    assert used == [one["number"] for one in answer["citations"]] == list(range(1, len(used) + 1))
    assert {number for one in answer["statements"] for number in one["citations"]} == set(used)


def test_an_abstention_is_a_result_with_a_reason_and_no_citations(bundled: Path, rag: Rag) -> None:
    done = rag("--home", bundled, "ask", DECLINED, "--json")
    assert done.code == 0
    assert_shape(done.document, ANSWER)
    assert done.document["abstained"]
    assert done.document["reason"]
    assert done.document["citations"] == done.document["statements"] == []
    assert done.document["reason"] in rag("--home", bundled, "ask", DECLINED).out


def test_an_answer_for_people_ends_with_its_numbered_sources(bundled: Path, rag: Rag) -> None:
    done = rag("--home", bundled, "ask", ANSWERED)
    assert (done.code, done.err) == (0, "")
    text, sources = done.out.rstrip("\n").rsplit("\n\n", 1)
    assert [f"[{number}]" for number in dict.fromkeys(numbers_in(text))] == [
        line.split(" ", 1)[0] for line in sources.splitlines()
    ]


def test_k_limits_the_passages(bundled: Path, rag: Rag) -> None:
    assert len(rag("--home", bundled, "search", ANSWERED, "-k", "3", "--json").document["passages"]) == 3
    answer = rag("--home", bundled, "ask", ANSWERED, "-k", "1", "--json").document
    assert len({one["passage"]["id"] for one in answer["citations"]}) == 1


def test_a_search_is_as_the_contract_says_and_best_first(bundled: Path, rag: Rag) -> None:
    done = rag("--home", bundled, "search", ANSWERED, "--json")
    assert (done.code, done.err) == (0, "")
    assert_shape(done.document, SEARCH)
    passages = done.document["passages"]
    assert len(passages) == 10
    assert [one["score"] for one in passages] == sorted((one["score"] for one in passages), reverse=True)
    for one in passages:
        assert all(one["start"] <= mark["start"] < mark["end"] <= one["end"] for mark in one["sentences"])
    assert passages[0]["sentences"]


def test_a_search_for_people_numbers_what_it_found(bundled: Path, rag: Rag) -> None:
    done = rag("--home", bundled, "search", ANSWERED, "-k", "2")
    assert re.findall(r"^(\d+)\. ", done.out, re.MULTILINE) == ["1", "2"]


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (["--author", "column 1"], {1, 4, 7, 10}),
        (["--source", "the test review"], set(range(12))),
        (["--topic", "grain"], {0, 5, 10}),
        (["--since", "2024-11-11"], {10, 11}),
        (["--until", "2024-02-02"], {0, 1}),
        (["--since", "2024-03-03", "--until", "2024-04-04"], {2, 3}),
        (["--author", "Column 1", "--topic", "grain", "--until", "2024-12-31"], {10}),
        (["--author", "nobody"], set()),
    ],
)
def test_filters_admit_what_they_name_and_nothing_else(
    home: Path, rag: Rag, filters: list[str], admitted: set[int]
) -> None:
    found = rag("--home", home, "search", "which lot was sold", "-k", "50", "--json", *filters).document
    assert {one["article_id"] for one in found["passages"]} == {f"article-{number}" for number in admitted}
    answer = rag("--home", home, "ask", "Which lot was sold?", "--json", *filters).document
    assert {one["article_id"] for one in answer["citations"]} <= {f"article-{number}" for number in admitted}
    assert answer["abstained"] == (not admitted)


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (["--since", "someday"], "since 'someday' is not a date; write it as 2024-06-30"),
        (["--until", "2024-13-45"], "until '2024-13-45' is not a date"),
        (["--since", ""], "since '' is not a date"),
        (["--since", "2024-05-01", "--until", "2024-04-30"], "since 2024-05-01 is after until 2024-04-30"),
    ],
)
def test_a_date_that_is_none_is_one_line(home: Path, rag: Rag, command: str, dates: list[str], says: str) -> None:
    assert says in rag("--home", home, command, "what was sold", *dates).complaint


@pytest.mark.parametrize(
    "question",
    [
        "", "   \n\t ", "why did beijing keep its distance " * 600, "x" * 20_000, "为什么北京与该条约保持距离？",
        "Почему Пекин держится в стороне?", "لماذا حافظت بكين على مسافة؟", "🙂🙃 👩‍👩‍👧‍👦",
        '" ( ) AND OR NOT : * ^ ~ [ ] { } \\ /', "title:Beijing AND (distance OR", "the of and to is it",
        "'; DROP TABLE articles; --", "<script>alert('Beijing')</script>", '{"question": ["Beijing", null', "--home",
        "Beijing \ud800 distance", "\udc80", "Beijing\x00distance", "%s %d {0} [bold]Beijing[/bold] [1]",
    ],
    ids=lambda question: ascii(question[:24]),
)  # fmt: skip
def test_whatever_is_asked_is_answered_or_declined(bundled: Path, rag: Rag, question: str) -> None:
    for command, shape in (("ask", ANSWER), ("search", SEARCH)):
        done = rag("--home", bundled, command, "--json", "--", question)
        assert (done.code, done.err) == (0, "")
        assert_shape(done.document, shape)


def test_a_question_in_broken_bytes_is_answered_or_declined(home: Path) -> None:
    done = outcome(start("--home", home, "ask", "--json", b"Which caf\xe9 was sold?"))
    assert done.code == 0, done.err
    assert_shape(done.document, ANSWER)


def test_an_output_that_is_not_unicode_loses_nothing(home: Path) -> None:
    ask = ["--home", str(home), "ask", "Which lot was sold, señor?"]
    code = f"from rag.cli import run; run({[*ask, '--json']}); run({ask})"
    text = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}
    ).stdout.decode("ascii")
    document, shown = text.split("\n", 1)
    assert json.loads(document)["question"] == "Which lot was sold, señor?"
    assert "“" in json.loads(document)["answer"]
    assert "\\u201c" in shown


# -- the corpus --------------------------------------------------------------------------------------------------------


def test_the_catalogue_is_as_the_contract_says_and_newest_first(home: Path, rag: Rag) -> None:
    done = rag("--home", home, "articles", "--json")
    assert (done.code, done.err) == (0, "")
    assert_shape(done.document, CATALOGUE)
    assert [one["published"] for one in done.document] == sorted(
        (one["published"] for one in done.document), reverse=True
    )
    by_id = {one["id"]: one for one in done.document}
    assert by_id["article-7"]["characters"] == len(article(7).text)
    assert by_id["article-7"]["sha256"] == article(7).sha256


def test_a_catalogue_that_is_piped_has_one_article_a_line_and_whole_ids(home: Path, tmp_path: Path, rag: Rag) -> None:
    long = "a-column-with-a-very-long-identifier-" * 4
    text = {"id": long, "title": "On [bold]titles[/bold] that go on " * 8, "text": "Some prose, and more of it."}
    (tmp_path / "long.jsonl").write_text(json.dumps(text))
    rag("--home", home, "add", tmp_path / "long.jsonl")
    lines = rag("--home", home, "articles").out.splitlines()
    assert len(lines) == 1 + 13
    assert any(line.endswith(long) and "[bold]titles[/bold]" in line for line in lines)


def test_status_names_the_library_and_counts_it(home: Path, rag: Rag) -> None:
    facts = rag("--home", home, "status", "--json").document
    assert_shape(facts, STATUS)
    assert facts["home"] == str(home)
    assert (facts["articles"], facts["passages"], facts["writer"]) == (12, 12, "quotes")
    assert facts["characters"] == sum(len(article(number).text) for number in range(12))
    assert facts["bytes"] >= (home / "library.sqlite").stat().st_size
    shown = rag("--home", home, "status").out
    assert all(str(value) in shown for key, value in facts.items() if key != "bytes")


def test_adding_takes_files_and_folders_and_repeating_it_changes_nothing(home: Path, tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    (folder / "lions.md").write_text("---\ntitle: Lions\n---\n\nThe lions of the square were cast in 1867.\n")
    (folder / "tigers.txt").write_text("Tigers\n\nTigers swim, and not only when they have to.\n")
    more = write_jsonl(tmp_path / "more.jsonl", [article(20), article(21)])
    first = rag("--home", home, "add", folder, more, "--json")
    assert first.code == 0, first.err
    assert_shape(first.document, ADDED)
    assert sorted(first.document["added"]) == ["article-20", "article-21", "lions", "tigers"]
    before = rag("--home", home, "articles", "--json").out
    again = rag("--home", home, "add", folder, more, "--json").document
    assert sorted(again.pop("unchanged")) == sorted(first.document["added"])
    assert again == {"added": [], "updated": [], "failed": []}
    assert rag("--home", home, "articles", "--json").out == before
    (folder / "lions.md").write_text("---\ntitle: Lions\n---\n\nThe lions of the square were cast in 1868.\n")
    assert rag("--home", home, "add", folder, "--json").document["updated"] == ["lions"]
    assert rag("--home", home, "add", more).out == "0 added, 0 updated, 2 unchanged, 0 failed\n"


def test_one_bad_file_among_good_ones_is_named_and_the_others_are_added(home: Path, tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    (folder / "good.md").write_text("---\ntitle: Good\n---\n\nThe good are rarely asked.\n")
    (folder / "bad.md").write_bytes(b"\x00\x01\x02")
    (folder / "zebras.txt").write_text("Zebras\n\nZebras kick backwards and look ahead.\n")
    done = rag("--home", home, "add", folder, tmp_path / "nowhere.md", "--json")
    assert done.code == 2
    assert sorted(done.document["added"]) == ["good", "zebras"]
    bad, missing = done.document["failed"]
    assert (bad["what"], missing["what"]) == (str(folder / "bad.md"), str(tmp_path / "nowhere.md"))
    for one in done.document["failed"]:
        assert f"{one['what']}: {one['why']}\n" in done.err
    assert {"good", "zebras"} <= set(ids(rag, home))


def test_a_file_name_in_broken_bytes_is_no_obstacle(home: Path, tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    try:
        for name in (b"caf\xe9.md", b"caf\xe8.txt"):
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(
                "---\ntitle: Cafés\n---\n\nThe cafés close."
            )
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    done = outcome(start("--home", home, "add", folder, "--json"))
    assert done.code == 2, done.err
    assert done.document["added"] == ["caf"]
    assert [one["what"].encode("utf-8", "surrogateescape") for one in done.document["failed"]]
    assert rag("--home", home, "add", folder, "--json").document["unchanged"] == ["caf"]


def test_removing_says_what_was_not_there(home: Path, rag: Rag) -> None:
    assert rag("--home", home, "remove", "article-1", "article-1") == Done(0, "1 removed\n", "")
    done = rag("--home", home, "remove", "article-2", "nobody", "\udcff", "article-1")
    assert done.out == "1 removed\n"
    assert "no article with the id nobody" in done.complaint
    assert "article-1;" in done.complaint
    assert set(ids(rag, home)) == {f"article-{number}" for number in (0, *range(3, 12))}


def test_ctrl_c_while_adding_keeps_what_was_finished(home: Path, tmp_path: Path, rag: Rag) -> None:
    added = [article(number, paragraphs=12) for number in range(100, 200)]
    process = start("--home", home, "add", write_jsonl(tmp_path / "many.jsonl", added), "--json")
    kept = interrupt_once_articles_are_kept(process, home, 12)
    done = outcome(process)
    assert (done.code, done.out) == (130, "")
    assert done.err.splitlines()[-1] == "rag: interrupted; what was finished is kept"
    assert "Traceback" not in done.err
    assert kept <= len(ids(rag, home)) < 112
    assert rag("--home", home, "check") == Done(0, "everything agrees\n", "")


# -- checking and mending ----------------------------------------------------------------------------------------------


def swap_one_passage_for_a_stranger(home: Path) -> None:
    """In both indexes, so that numbers and generations are right and only the ids are wrong."""
    with Home(load_settings(home=home)) as opened:
        some = sorted(opened.library.passage_ids())[0]
        vector = opened.library.passages([some])[some].vector
        stranger = Entry("stranger", "A text", "A text", "A text", vector, None, None, (), None)
        for index in (opened.vectors, opened.fulltext):
            index.update([some], [[stranger]], opened.library.generation())


def change(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def test_a_check_that_finds_something_exits_with_1_and_repair_mends_it(home: Path, rag: Rag) -> None:
    assert rag("--home", home, "check") == Done(0, "everything agrees\n", "")
    swap_one_passage_for_a_stranger(home)
    done = rag("--home", home, "check")
    assert (done.code, done.err) == (1, "")
    for store in ("vectors", "full text"):
        assert f"{store}: 1 passages missing\n" in done.out
        assert f"{store}: 1 passages left over\n" in done.out
    mended = rag("--home", home, "check", "--repair")
    assert mended.code == 0
    assert mended.out.endswith("repaired: everything agrees\n")
    assert rag("--home", home, "check").code == 0


@pytest.mark.parametrize(
    "damage", ["text = 'Other words.'", "vector = x'00'", "sentences = x'00'", "sentence_vectors = x'00'"]
)
def test_passages_that_are_not_what_they_say_are_made_anew_from_their_articles(
    home: Path, rag: Rag, damage: str
) -> None:
    change(home, f"UPDATE passages SET {damage} WHERE article_id = 'article-4'")
    done = rag("--home", home, "check")
    assert done.code == 1
    assert "rag rebuild --re-encode" in done.out
    assert rag("--home", home, "check", "--repair").code == 0
    found = rag("--home", home, "search", "observer 4 lot 401", "--json").document["passages"]
    assert found[0]["article_id"] == "article-4"
    assert found[0]["text"] in article(4).text


def test_an_article_that_was_altered_behind_the_library_s_back_is_named_and_not_repaired_by_guess(
    home: Path, rag: Rag
) -> None:
    change(home, "UPDATE articles SET text = 'Nobody wrote this.' WHERE id = 'article-4'")
    for arguments in ([], ["--repair"]):
        done = rag("--home", home, "check", *arguments)
        assert done.code == 1
        assert "rag remove article-4" in done.out
    assert rag("--home", home, "remove", "article-4").code == 0
    assert rag("--home", home, "check").code == 0


def test_rebuild_makes_both_indexes_anew(home: Path, rag: Rag) -> None:
    swap_one_passage_for_a_stranger(home)
    assert rag("--home", home, "rebuild") == Done(0, "rebuilt: 12 articles, 12 passages\n", "")
    assert rag("--home", home, "check").code == 0


def test_a_library_of_another_encoder_is_encoded_anew_on_request(home: Path, rag: Rag) -> None:
    change(home, "UPDATE meta SET value = 'another' WHERE key = 'encoder'")
    assert "rag rebuild --re-encode" in rag("--home", home, "ask", "Which lot was sold?").complaint
    done = rag("--home", home, "rebuild", "--re-encode")
    assert (done.code, done.out) == (0, "rebuilt: 12 articles, 12 passages\n")
    assert not rag("--home", home, "ask", "Which lot was sold?", "--json").document["abstained"]
    assert rag("--home", home, "check").code == 0


# -- where the library is, and settings --------------------------------------------------------------------------------


def test_home_is_named_before_or_after_the_command_or_by_the_environment(
    home: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for arguments in (
        ["--home", home, "status"], ["status", "--home", home], [f"--home={home}", "status"],
        ["--home", elsewhere, "status", "--home", home],
    ):  # fmt: skip
        assert rag(*arguments, "--json").document["home"] == str(home)
    monkeypatch.setenv("RAG_HOME", str(home))
    assert rag("status", "--json").document["home"] == str(home)
    monkeypatch.setenv("RAG_HOME", str(elsewhere))
    assert rag("status", "--home", home, "--json").document["home"] == str(home)
    monkeypatch.delenv("RAG_HOME")
    (tmp_path / ".env").write_text(f"RAG_HOME={home}\n")
    assert rag("status", "--json").document["home"] == str(home)
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RAG_PASSAGES", "abc"), ("RAG_PASSAGES", "0"), ("RAG_ABSTAIN_BELOW", "2"), ("RAG_LOCK_TIMEOUT", "nan"),
        ("RAG_ALLOW_PRIVATE_URLS", "perhaps"), ("RAG_MAX_FILE_MB", "inf"), ("RAG_EMBED_MODEL", "lonely"),
        ("RAG_HOME", "~no-such-user/library"),
    ],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_named(
    home: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert variable in rag("status", *([] if variable == "RAG_HOME" else ["--home", home])).complaint


def test_an_empty_variable_is_one_that_is_not_set(home: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAG_PASSAGES", "RAG_EMBED_MODEL", "RAG_LOCK_TIMEOUT"):
        monkeypatch.setenv(name, "")
    assert rag("--home", home, "status").code == 0


def test_an_env_file_that_is_no_text_is_one_line(home: Path, tmp_path: Path, rag: Rag) -> None:
    (tmp_path / ".env").write_bytes(b"RAG_PASSAGES=\xff\xfe\n")
    assert ".env" in rag("--home", home, "status").complaint


def test_an_empty_home_does_not_mean_this_folder(rag: Rag, tmp_path: Path) -> None:
    assert "--home is empty" in rag("--home", "", "init", "--empty").complaint
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SettingsError, match="RAG_HOME"):
        open_engine(tmp_path / "a\0b")


# -- the command line itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says", "see"),
    [
        (["nothing"], "nothing", "rag --help"),
        (["ask"], "QUESTION", "rag ask --help"),
        (["search"], "QUERY", "rag search --help"),
        (["add", "--json"], "WHAT", "rag add --help"),
        (["remove"], "ARTICLE_ID", "rag remove --help"),
        (["ask", "x", "--colour"], "--colour", "rag ask --help"),
        (["--colour", "ask", "x"], "--colour", "rag --help"),
        (["ask", "x", "-k", "many"], "-k", "rag ask --help"),
        (["ask", "x", "-k", "0"], "-k", "rag ask --help"),
        (["ask", "two", "questions"], "questions", "rag ask --help"),
        (["status", "now"], "now", "rag status --help"),
        (["status", "--home"], "--home", "rag --help"),
        (["serve", "--port", "70000"], "--port", "rag serve --help"),
    ],
)
def test_a_command_line_that_cannot_be_understood_is_one_line(
    rag: Rag, arguments: list[str], says: str, see: str
) -> None:
    complaint = rag(*arguments).complaint
    assert says in complaint
    assert complaint.startswith("rag: ")
    assert complaint.endswith(f"; see: {see}\n")


def test_rag_alone_prints_its_help(rag: Rag) -> None:
    alone = rag()
    assert (alone.code, alone.err) == (0, "")
    assert alone.out.strip() == rag("--help").out.strip()
    assert all(re.search(rf"^  {command} ", alone.out, re.MULTILINE) for command in (*COMMANDS, "eval"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(rag: Rag, command: str) -> None:
    done = rag(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: rag {command} ")
    assert "--home" in done.out


def test_version_prints_the_version(rag: Rag) -> None:
    assert rag("--version") == Done(0, f"rag {version('commentary-rag')}\n", "")


def test_eval_is_the_eval_suite(rag: Rag) -> None:
    done = rag("eval", "--help")
    assert done.code == 0
    assert "Usage: rag eval" in done.out


HEAVY = "{'gradio', 'chromadb', 'llama_index', 'onnxruntime', 'tantivy', 'sqlalchemy', 'numpy'} & set(sys.modules)"


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    for arguments in (["--help"], ["ask", "--help"], ["--version"], ["nothing"]):
        code = f"import sys; from rag.cli import run; run({arguments}); print(sorted({HEAVY}))"
        assert python(code).endswith("[]"), arguments
    times = []
    for _ in range(3):
        started = time.perf_counter()
        assert outcome(start("--help")).code == 0
        times.append(time.perf_counter() - started)
    assert min(times) < 1.0


def test_asking_does_not_import_the_page(home: Path) -> None:
    call = f"run(['--home', {str(home)!r}, 'ask', 'Which lot was sold?'])"
    assert python(f"import sys; from rag.cli import run; {call}; print('gradio' in sys.modules)").endswith("False")


@pytest.mark.parametrize("arguments", [["articles"], ["--help"]])
def test_a_reader_that_leaves_early_is_no_error(home: Path, arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = start("--home", home, *arguments, stdout=write)
    os.close(write)
    assert outcome(process) == Done(0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = outcome(start("--version", stdout=full))
    assert "the output cannot be written" in done.complaint


def test_serve_prints_its_address_when_ready_and_ends_with_ctrl_c(home: Path) -> None:
    process = start("--home", home, "serve", "--port", "0")
    try:
        assert process.stdout is not None
        assert re.fullmatch(r"ready: http://127\.0\.0\.1:\d+\n", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        done = outcome(process, timeout=30)
    finally:
        process.kill()
    assert done.code == 130
    assert "Traceback" not in done.err
