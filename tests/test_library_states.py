"""Libraries in a bad way: each says in one line what to do about it, and nothing that was in them is lost."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag import LibraryDamaged, LibraryError, LibraryMissing, LibraryVersion, open_engine
from rag.cli import run
from rag.encoder import BundledEncoder
from rag.home import Home
from rag.library import FILE, Library
from rag.schema import FORMAT
from rag.settings import Settings, load_settings
from tests.corpora import article, readings, write_jsonl

NUMBER = 12
QUESTION = "Which lot did observer 4 note?"
Rag = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def _sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(NUMBER)]))
    return folder / "home"


@pytest.fixture
def home(_sound: Path, tmp_path: Path) -> Path:
    """A sound library of twelve articles, to be spoilt."""
    return Path(shutil.copytree(_sound, tmp_path / "home"))


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rag:
    """Runs a command line in this process; gives exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        return (code, *capsys.readouterr())

    return called


def rag_apart(*arguments: str | Path) -> tuple[int, str, str]:
    """The same in a process of its own, which may hold no file of a disk that is taken away."""
    command = [sys.executable, "-c", "from rag.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    return done.returncode, done.stdout, done.stderr


def complaint(done: tuple[int, str, str]) -> str:
    """The one line that says what to do."""
    code, out, err = done
    assert (code, out) == (2, ""), done
    assert err.startswith("rag: ")
    assert err.count("\n") == 1, err
    return err


def change(home: Path, statement: str) -> None:
    with sqlite3.connect(home / FILE) as connection:
        connection.execute(statement)
    connection.close()


def assert_whole(home: Path) -> None:
    """Every article is there to the character, is found, and every store agrees."""
    with open_engine(home) as engine:
        assert {one.id for one in engine.articles()} == {f"article-{number}" for number in range(NUMBER)}
        assert all(engine.article(f"article-{number}") == article(number) for number in range(NUMBER))
        assert engine.ask(QUESTION).citations[0].article.id == "article-4"
        assert engine.check() == []


# -- the library's own file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: b"This is not a database.\n" * 400,
        lambda whole: random.Random(1).randbytes(50_000),
        lambda whole: whole[:100],
        lambda whole: whole[:5_000],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-4096],
        lambda whole: whole[:100] + b"\xff" * (len(whole) - 100),
    ],
    ids=["empty", "text", "garbage", "header", "cut short", "cut in half", "last page gone", "all but the header gone"],
)
def test_a_library_that_is_no_database_is_left_as_it_is_and_named(
    home: Path, rag: Rag, spoil: Callable[[bytes], bytes]
) -> None:
    whole = (home / FILE).read_bytes()
    spoilt = spoil(whole)
    (home / FILE).write_bytes(spoilt)
    for arguments in (["ask", QUESTION], ["articles"], ["check", "--repair"], ["rebuild", "--re-encode"], ["init"]):
        said = complaint(rag("--home", home, *arguments))
        assert f"{home / FILE} is damaged" in said
        assert "restore it from a copy, or move" in said
    with pytest.raises(LibraryDamaged):
        open_engine(home)
    assert (home / FILE).read_bytes() == spoilt
    (home / FILE).write_bytes(whole)
    assert_whole(home)


def test_the_log_beside_an_emptied_library_is_not_thrown_away(home: Path, rag: Rag, tmp_path: Path) -> None:
    with sqlite3.connect(home / FILE) as connection:
        connection.execute("INSERT INTO meta VALUES ('kept', 'in the log')")
        connection.commit()
        copy = Path(shutil.copytree(home, tmp_path / "copy"))
    connection.close()
    log = (copy / f"{FILE}-wal").read_bytes()
    assert log
    (copy / FILE).write_bytes(b"")
    complaint(rag("--home", copy, "status"))
    assert (copy / f"{FILE}-wal").read_bytes() == log


@pytest.mark.parametrize("found", ["0", "3", "later"])
def test_a_library_of_another_format_is_refused_and_left_as_it_is(home: Path, rag: Rag, found: str) -> None:
    change(home, f"UPDATE meta SET value = '{found}' WHERE key = 'format'")
    for arguments in (["ask", QUESTION], ["add", home], ["check", "--repair"], ["rebuild", "--re-encode"]):
        said = complaint(rag("--home", home, *arguments))
        assert f"has format {found}, this version of commentary-rag reads {FORMAT}" in said
        assert "use the version that made it, or name another folder with --home" in said
    with pytest.raises(LibraryVersion):
        open_engine(home)
    change(home, f"UPDATE meta SET value = '{FORMAT}' WHERE key = 'format'")
    assert_whole(home)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE meta", "DROP TABLE articles", "DROP TABLE passages", "DELETE FROM meta",
        "DELETE FROM meta WHERE key = 'format'", "DELETE FROM meta WHERE key = 'encoder'",
        "DELETE FROM meta WHERE key = 'generation'", "DELETE FROM meta WHERE key = 'dimension'",
        "UPDATE meta SET value = 'x' WHERE key = 'generation'", "UPDATE meta SET value = 'x' WHERE key = 'dimension'",
    ],
)  # fmt: skip
def test_a_database_that_is_no_library_is_damaged(home: Path, rag: Rag, statement: str) -> None:
    change(home, statement)
    with pytest.raises(LibraryDamaged, match="restore it from a copy"):
        open_engine(home)
    assert "is damaged" in complaint(rag("--home", home, "status"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET topics = 'no list'", "UPDATE articles SET published = 'no day'",
        "UPDATE articles SET text = CAST(x'fffefd' AS TEXT)", "UPDATE passages SET vector = x'00'",
        "UPDATE passages SET sentences = x'00'", "UPDATE passages SET sentence_vectors = x'00'",
        "UPDATE meta SET value = '10' WHERE key = 'dimension'",
    ],
)  # fmt: skip
def test_rows_that_cannot_be_read_are_damage_and_never_a_traceback(home: Path, rag: Rag, statement: str) -> None:
    change(home, statement)
    seen = [rag("--home", home, *arguments) for arguments in (["ask", QUESTION], ["articles"], ["check"], ["rebuild"])]
    assert any(code for code, _, _ in seen)
    for done in seen:
        assert done[0] in (0, 1) or "is damaged" in complaint(done)
    assert "articles" in statement or "rag rebuild --re-encode" in complaint(seen[-1])


@pytest.mark.parametrize("damage", ["x'00'", "x'0000c07f'", "zeroblob(384 * 4)"])
def test_passages_that_cannot_be_read_are_made_anew_even_where_the_indexes_are_lost_too(
    home: Path, rag: Rag, damage: str
) -> None:
    change(home, f"UPDATE passages SET vector = {damage}, sentence_vectors = x'ffffffff'")
    shutil.rmtree(home / "vectors-1")
    assert "rag rebuild --re-encode" in complaint(rag("--home", home, "ask", QUESTION))
    assert rag("--home", home, "rebuild", "--re-encode")[0] == 0
    assert_whole(home)


def test_a_passage_whose_vector_is_gone_is_named_once_and_not_as_a_fault_of_the_index_too(
    settings: Settings, tmp_path: Path
) -> None:
    with Home(settings, empty=True) as home:
        home.indexer.add(readings(*range(15)))
        spoilt = sorted(home.library.passage_ids())[0]
        change(home.path, f"UPDATE passages SET vector = zeroblob(384 * 4) WHERE id = '{spoilt}'")
        found = home.disagreements()
        assert [(one.store, one.passages) for one in found] == [("passages", 1)]
        home.repair(found)
        assert home.disagreements() == []


def test_damage_anywhere_in_the_library_is_never_a_traceback(home: Path, rag: Rag) -> None:
    """Bytes overwritten at random: whatever is left is shown, or the damage is said in one line."""
    whole = (home / FILE).read_bytes()
    chance = random.Random(20240630)
    for _ in range(25):
        spoilt = bytearray(whole)
        for _ in range(chance.choice([1, 3, 10])):
            at, length = chance.randrange(len(spoilt)), chance.choice([1, 4, 64, 1024])
            spoilt[at : at + length] = chance.randbytes(length)[: len(spoilt) - at]
        for log in home.glob(f"{FILE}-*"):
            log.unlink()
        (home / FILE).write_bytes(spoilt)
        for arguments in (["articles"], ["ask", QUESTION], ["check"]):
            done = rag("--home", home, *arguments)
            assert done[0] in (0, 1) or "is damaged" in complaint(done), done


@pytest.mark.parametrize("left", ["vectors.json", "fulltext.json", f"{FILE}-wal"])
def test_a_library_that_is_gone_from_among_its_indexes_is_not_made_anew_behind_one_s_back(
    home: Path, rag: Rag, left: str
) -> None:
    whole = (home / FILE).read_bytes()
    (home / FILE).unlink()
    for other in {"vectors.json", "fulltext.json"} - {left}:
        (home / other).unlink()
    (home / left).touch()
    said = complaint(rag("--home", home, "ask", QUESTION))
    assert f"{left} still is; put it back from a copy, or remove the folder to begin anew" in said
    with pytest.raises(LibraryMissing):
        open_engine(home, empty=True)
    assert not (home / FILE).exists()
    (home / FILE).write_bytes(whole)
    assert_whole(home)


# -- the folder --------------------------------------------------------------------------------------------------------


def test_a_file_in_the_folder_s_place_is_named_and_kept(rag: Rag, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("My notes.")
    for folder in (file, file / "home"):
        for arguments in (["status"], ["init", "--empty"], ["add", file]):
            said = complaint(rag("--home", folder, *arguments))
            assert str(file) in said
            assert "name a folder with --home" in said
        with pytest.raises(LibraryError):
            open_engine(folder)
    assert file.read_text() == "My notes."


def test_a_folder_that_no_disk_can_name_is_one_line(rag: Rag, tmp_path: Path) -> None:
    assert "name another folder with --home" in complaint(rag("--home", tmp_path / ("x" * 300), "status"))
    assert "RAG_HOME" in complaint(rag("--home", f"{tmp_path}/\udcff", "status"))


@pytest.mark.parametrize("name", ["what? 100%", "a#b&c=d", 'it\'s "quoted"', "ünïcödé 图书馆", "[brackets]{}*"])
def test_a_folder_may_have_any_name(home: Path, rag: Rag, name: str) -> None:
    try:
        named = home.rename(home.with_name(name))
    except OSError:
        pytest.skip("this file system takes no such name")
    assert_whole(named)
    assert [one.name for one in named.parent.iterdir()] == [name]
    (named / "vectors.json").unlink()
    assert_whole(named)
    new = named.parent / name / name
    assert rag("--home", new, "init", "--empty")[:2] == (0, f"library in {new}: 0 articles, 0 passages\n")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Takes the right to write from everybody, root included; skips where that cannot be done."""
    folder.mkdir(exist_ok=True)
    if os.name != "posix":
        pytest.skip("needs a folder that can be made read-only")
    if os.geteuid():
        folder.chmod(0o555)
        for path in folder.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            yield
        finally:
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
        return
    mount("--bind", "-o", "ro", str(folder), str(folder))
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("root may write here in spite of a read-only mount")
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Callable[[int], None]]:
    """A disk of that many KiB at `folder`; gives what makes it larger. Skips where none can be mounted."""
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("needs root to mount a small disk")
    mount("-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder))
    try:
        yield lambda more: mount("-o", f"remount,size={more}k", str(folder))
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def mount(*arguments: str) -> None:
    if shutil.which("mount") is None or subprocess.run(["mount", *arguments], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount anything")


def test_a_read_only_folder_says_so_and_keeps_what_it_has(home: Path, rag: Rag, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [article(50)])
    with read_only(home):
        for arguments in (["ask", QUESTION], ["status"], ["add", more], ["remove", "article-1"], ["rebuild"]):
            said = complaint(rag("--home", home, *arguments))
            assert f"{home} is read-only; make it writable or name another folder with --home" in said
        with pytest.raises(LibraryError):
            open_engine(home)
    assert_whole(home)


def test_a_new_library_in_a_read_only_folder_says_so(rag: Rag, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    with read_only(empty):
        for folder in (empty, empty / "below"):
            assert "is read-only; make it writable" in complaint(rag("--home", folder, "init", "--empty"))
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("kib", [16, 128, 256])
def test_a_full_disk_while_the_library_is_made_leaves_nothing_that_stands_in_the_way(tmp_path: Path, kib: int) -> None:
    with small_disk(tmp_path / "disk", kib) as enlarge:
        home = tmp_path / "disk" / "home"
        said = complaint(rag_apart("--home", home, "init", "--empty"))
        assert "is full or failing" in said
        assert said.endswith("; free some space, then repeat\n")
        enlarge(20_000)
        done = rag_apart("--home", home, "init", "--empty")
        assert done == (0, f"library in {home}: 0 articles, 0 passages\n", "")


def test_a_full_disk_while_adding_keeps_what_was_finished(tmp_path: Path) -> None:
    articles = write_jsonl(tmp_path / "many.jsonl", [article(number, paragraphs=12) for number in range(15)])
    with small_disk(tmp_path / "disk", 600) as enlarge:
        home = tmp_path / "disk" / "home"
        assert rag_apart("--home", home, "init", "--empty")[0] == 0
        code, out, err = rag_apart("--home", home, "add", articles)
        assert (code, out) == (2, "")
        assert err.splitlines()[-1].startswith(f"rag: the disk that holds {home} is full or failing")
        assert "Traceback" not in err
        enlarge(20_000)
        with Home(load_settings(home=home)) as opened:
            kept = {one.id for one in opened.library.holdings()}
            assert 0 < len(kept) < 15
            assert opened.disagreements() == []
        code, out, _ = rag_apart("--home", home, "add", articles)
        assert (code, out) == (0, f"{15 - len(kept)} added, 0 updated, {len(kept)} unchanged, 0 failed\n")


# -- the indexes -------------------------------------------------------------------------------------------------------


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _garbage(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(random.Random(path.name).randbytes(5_000))
    (folder / "stray").write_bytes(b"\x00" * 100)


def _a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


def _gone(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("spoil", [_emptied, _garbage, _a_file, _gone])
@pytest.mark.parametrize("index", ["vectors-1", "fulltext"])
def test_an_index_folder_that_is_garbage_is_rebuilt_without_being_asked_or_encoding(
    home: Path, monkeypatch: pytest.MonkeyPatch, index: str, spoil: Callable[[Path], None]
) -> None:
    spoil(home / index)
    monkeypatch.setattr(BundledEncoder, "encode_passages", None)
    assert_whole(home)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"generation": "x"}', "\x00\x01", "{}"])
def test_an_index_whose_stamp_is_garbage_is_rebuilt(home: Path, text: str) -> None:
    for name in ("vectors.json", "fulltext.json"):
        (home / name).write_text(text)
    assert_whole(home)


def test_strangers_among_the_index_folders_are_no_obstacle(home: Path) -> None:
    (home / "vectors-old").write_text("a file")
    (home / "vectors-9x").mkdir()
    (home / "vectors.json").unlink()
    assert_whole(home)


def test_a_rebuild_that_failed_is_no_obstacle_to_the_next_in_the_same_process(home: Path) -> None:
    with Home(load_settings(home=home)) as opened:

        def breaks_off():  # type: ignore[no-untyped-def]
            yield from []
            raise LibraryDamaged("half way")

        for _ in range(70):
            with pytest.raises(LibraryDamaged, match="half way"):
                opened.vectors.rebuild(breaks_off(), 1)
        opened.indexer.rebuild()
        assert opened.disagreements() == []


def test_an_interrupted_making_of_the_library_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    for leftover in (f"{FILE}.new", f"{FILE}.new-journal", f"{FILE}.new-wal"):
        (folder / leftover).write_bytes(b"half a library")
    Library.create(folder / FILE, "an encoder", 3).close()
    assert [path.name for path in folder.iterdir()] == [FILE]
