"""A library in one file and back: whole, at one moment, and never in the place of what is better."""

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from rag import LibraryBusy, LibraryError, RagError, open_engine
from rag.backup import back_up, restore
from rag.cli import run
from rag.encoder import BundledEncoder
from rag.feedback import Feedback
from rag.home import Home
from rag.indexer import Step
from rag.library import FILE, Library
from rag.schema import FORMAT
from rag.settings import load_settings
from rag.writer_lock import writer_lock
from tests.corpora import article, readings, write_jsonl
from tests.served import served

NUMBERS = range(8)
OTHERS = range(20, 28)
Rag = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def _sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    with Home(load_settings(home=folder / "home"), empty=True) as home:
        home.indexer.add(readings(*NUMBERS))
        home.keep_feedback(Feedback("one", "2024-06-30T10:00:00+00:00", "Why?", "Because.", (), "up", "Good."))
    back_up(load_settings(home=folder / "home"), folder / "backup")
    with Home(load_settings(home=folder / "other"), empty=True) as other:
        other.indexer.add(readings(*OTHERS))
    return folder


@pytest.fixture
def home(_sound: Path, tmp_path: Path) -> Path:
    """A library of eight articles."""
    return Path(shutil.copytree(_sound / "home", tmp_path / "home"))


@pytest.fixture
def mine(_sound: Path, tmp_path: Path) -> Path:
    """A library of as many other articles, and of the same generation."""
    return Path(shutil.copytree(_sound / "other", tmp_path / "mine"))


@pytest.fixture
def backup(_sound: Path, tmp_path: Path) -> Path:
    """Its backup."""
    return Path(shutil.copy(_sound / "backup", tmp_path / "backup"))


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rag:
    """Runs a command line in this process; gives exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        return (code, *capsys.readouterr())

    return called


def complaint(done: tuple[int, str, str]) -> str:
    code, out, err = done
    assert (code, out) == (2, ""), done
    last = err.splitlines()[-1]
    assert last.startswith("rag: "), err
    assert "Traceback" not in err
    return last


def holds(home: Path, *numbers: int, revision: int = 0) -> bool:
    """Whether the library holds these articles to the character, finds them, and agrees with its indexes."""
    with open_engine(home, empty=True) as engine:
        assert {one.id for one in engine.articles()} == {f"article-{number}" for number in numbers}
        assert all(engine.article(f"article-{one}") == article(one, revision=revision) for one in numbers)
        assert engine.check() == []
        assert not numbers or engine.search(f"observer {numbers[0]}", k=1)
    return True


# -- backing up --------------------------------------------------------------------------------------------------------


def test_a_backup_restored_elsewhere_is_the_library_to_the_character_with_what_people_said(
    home: Path, rag: Rag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = rag("--home", home, "backup", "kept.rag")
    assert (code, out) == (0, f"kept.rag: 8 articles, 8 passages, {Path('kept.rag').stat().st_size} bytes\n")
    assert "Backing up" in err
    assert {one.name for one in tmp_path.iterdir()} == {"home", "kept.rag"}
    monkeypatch.setattr(BundledEncoder, "encode_passages", None)  # nothing is encoded again
    code, out, err = rag("--home", tmp_path / "new", "restore", "kept.rag")
    assert (code, out) == (0, "restored: 8 articles, 8 passages\n")
    assert "Building the indexes" in err
    assert holds(tmp_path / "new", *NUMBERS)
    with open_engine(tmp_path / "new") as engine:
        assert [one.note for one in engine.feedback()] == ["Good."]
    assert not list((tmp_path / "new").glob("*.restoring*"))


def test_a_backup_is_one_sqlite_file_that_needs_no_log_and_holds_no_index(home: Path, tmp_path: Path) -> None:
    back_up(load_settings(home=home), tmp_path / "kept")
    with sqlite3.connect(f"file:{tmp_path / 'kept'}?immutable=1", uri=True) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert tables >= {"meta", "articles", "passages", "feedback"}
    assert (tmp_path / "kept").stat().st_size <= (home / FILE).stat().st_size


def test_a_backup_overwrites_nothing_unless_told_to(home: Path, rag: Rag, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("My notes.")
    assert "exists; name another file, or overwrite it with --force" in complaint(rag("--home", home, "backup", there))
    assert there.read_text() == "My notes."
    assert rag("--home", home, "backup", there, "--force")[0] == 0
    assert there.read_bytes().startswith(b"SQLite format 3\0")


def test_a_backup_where_none_can_be_written_says_so(home: Path, rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file, words in (
        (tmp_path / "folder", "is a folder; name a file in it"),
        (home / "kept", "lies in the library's own folder; name a file somewhere else"),
        (home / FILE, "lies in the library's own folder"),
        (tmp_path / "nowhere" / "kept", "cannot be written (No such file or directory); name another file"),
        (tmp_path / ("x" * 300), "cannot be written (File name too long); name another file"),
    ):
        assert words in complaint(rag("--home", home, "backup", file, "--force"))
    assert {one.name for one in tmp_path.iterdir()} == {"home", "folder"}
    assert holds(home, *NUMBERS)


def test_where_there_is_no_library_nothing_is_backed_up_and_none_is_made(rag: Rag, tmp_path: Path) -> None:
    assert "no library in" in complaint(rag("--home", tmp_path / "none", "backup", tmp_path / "kept"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_backup_and_what_is_restored_from_it_can_be_read_by_nobody_who_could_not_read_the_library(
    home: Path, tmp_path: Path
) -> None:
    (home / FILE).chmod(0o600)
    back_up(load_settings(home=home), tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o600
    restore(load_settings(home=tmp_path / "new"), tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "new" / FILE).stat().st_mode) == 0o600


def test_a_damaged_library_is_not_backed_up_as_if_it_were_sound(home: Path, rag: Rag, tmp_path: Path) -> None:
    with sqlite3.connect(home / FILE) as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'lot', 'Lot') WHERE id = 'article-3'")
    connection.close()
    said = complaint(rag("--home", home, "backup", tmp_path / "kept"))
    assert "is damaged (1 articles are not as they were added)" in said
    assert said.endswith("was not written; see: rag check")
    assert {one.name for one in tmp_path.iterdir()} == {"home"}


def test_backups_taken_while_another_process_adds_hold_whole_articles_and_more_each_time(
    home: Path, tmp_path: Path
) -> None:
    many = write_jsonl(tmp_path / "many.jsonl", [article(number, paragraphs=2) for number in range(20, 30)])
    code = "import rag.indexer; rag.indexer.ENCODE_AT = 1; from rag.cli import main; main()"
    adding = subprocess.Popen(
        [sys.executable, "-c", code, "--home", str(home), "add", str(many)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen: list[int] = []
    while adding.poll() is None:
        counts = back_up(load_settings(home=home), tmp_path / "kept", force=True)
        seen.append(counts.articles)
        with_library = Library(tmp_path / "kept")
        assert with_library.integrity() == []
        for one in with_library.holdings():
            number = int(one.id.removeprefix("article-"))
            assert with_library.article(one.id) == article(number, paragraphs=2 if number >= 20 else 4)
            text = article(number, paragraphs=2 if number >= 20 else 4).text
            passages = with_library.passages_of(one.id)
            assert passages[0].passage.start == 0
            assert passages[-1].passage.end == len(text)
        with_library.close()
    assert adding.returncode == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 3, "no backup fell into the middle of the add"
    assert back_up(load_settings(home=home), tmp_path / "kept", force=True).articles == 18


# -- restoring ---------------------------------------------------------------------------------------------------------


def test_a_library_that_is_there_is_left_alone_unless_told_to_and_then_kept_beside(
    mine: Path, backup: Path, rag: Rag, tmp_path: Path
) -> None:
    said = complaint(rag("--home", mine, "restore", backup))
    assert "holds a library; replace it, keeping it beside, with --force" in said
    assert holds(mine, *OTHERS)
    code, out, _ = rag("--home", mine, "restore", backup, "--force")
    kept = mine / f"{FILE}.replaced-1"
    assert (code, out) == (
        0,
        f"restored: 8 articles, 8 passages\nthe library that was there is kept in {kept}\n",
    )
    assert holds(mine, *NUMBERS)
    assert rag("--home", tmp_path / "again", "restore", kept)[0] == 0
    assert holds(tmp_path / "again", *OTHERS)
    assert f"{FILE}.replaced-2" in rag("--home", mine, "restore", backup, "--force")[1]


def test_an_interrupted_restore_never_lends_the_old_library_s_indexes_to_the_new_one(mine: Path, backup: Path) -> None:
    """Both have the same generation and as many passages: nothing in the indexes' stamps tells them apart."""

    def interrupted(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(load_settings(home=mine), backup, force=True, rebuilding=interrupted)
    assert holds(mine, *NUMBERS)


def _flipped(whole: bytes) -> bytes:
    at = whole.index(b"Observer 3 noted")
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda whole: b"", "is no backup of a library"),
        (lambda whole: b"Some text.\n" * 900, "is no backup of a library"),
        (lambda whole: whole[: len(whole) // 2], "is damaged"),
        (lambda whole: whole[:-4096], "is damaged"),
        (_flipped, "is damaged (1 articles are not as they were added)"),
        (lambda whole: whole[:4096] + random.Random(1).randbytes(len(whole) - 4096), "is damaged"),
    ],
    ids=["empty", "text", "half", "last page gone", "one bit of an article", "garbage"],
)
def test_a_backup_that_is_damaged_replaces_nothing(
    home: Path, backup: Path, rag: Rag, tmp_path: Path, spoil: Callable[[bytes], bytes], words: str
) -> None:
    backup.write_bytes(spoil(backup.read_bytes()))
    before = (home / FILE).read_bytes()
    for folder in (home, tmp_path / "new"):
        assert words in complaint(rag("--home", folder, "restore", backup, "--force"))
    assert (home / FILE).read_bytes() == before
    assert holds(home, *NUMBERS)
    assert not (tmp_path / "new" / FILE).exists()
    assert not list(home.glob("*.restoring*"))


def test_what_is_no_backup_is_said_in_one_line(home: Path, mine: Path, backup: Path, rag: Rag, tmp_path: Path) -> None:
    with sqlite3.connect(backup) as connection:
        connection.execute(f"UPDATE meta SET value = '{FORMAT + 1}' WHERE key = 'format'")
    connection.close()
    assert "of another version of commentary-rag" in complaint(rag("--home", home, "restore", backup, "--force"))
    assert "is no file; name one" in complaint(rag("--home", home, "restore", tmp_path / "none", "--force"))
    assert "is no file; name one" in complaint(rag("--home", home, "restore", home, "--force"))
    other = tmp_path / "other"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE notes (one)")
    connection.close()
    assert "is damaged (no such table: meta)" in complaint(rag("--home", home, "restore", other, "--force"))
    (mine / f"{FILE}-wal").write_bytes(b"\0" * 100)
    assert "is a library in use, not a backup" in complaint(rag("--home", home, "restore", mine / FILE, "--force"))
    assert holds(home, *NUMBERS)


@pytest.mark.parametrize("left", ["garbage", "empty", "gone", "cut"])
def test_a_library_that_cannot_be_opened_gives_way_and_its_files_are_kept(
    home: Path, backup: Path, rag: Rag, left: str
) -> None:
    whole = (home / FILE).read_bytes()
    spoilt = {"garbage": b"no database" * 400, "empty": b"", "cut": whole[:5_000], "gone": None}[left]
    if spoilt is None:
        (home / FILE).unlink()
    else:
        (home / FILE).write_bytes(spoilt)
    (home / f"{FILE}-wal").write_bytes(b"a log")
    code, out, err = rag("--home", home, "restore", backup, "--force")
    assert code == 0, err
    assert "is kept in" in out
    assert holds(home, *NUMBERS)
    if left in ("garbage", "empty"):
        assert (home / f"{FILE}.replaced-1").read_bytes() == spoilt
    if left != "cut":
        assert (home / f"{FILE}.replaced-1-wal").read_bytes() == b"a log"


def test_a_restore_waits_for_whoever_writes_and_then_says_who(home: Path, backup: Path) -> None:
    script = (
        "import time\nfrom pathlib import Path\nfrom rag.writer_lock import writer_lock\n"
        f"with writer_lock(Path({str(home)!r}), 5):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LibraryBusy, match=f"process {holder.pid}"):
            restore(load_settings(home=home, lock_timeout=0.2), backup, force=True)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert holds(home, *NUMBERS)
    with writer_lock(home, 1):
        pass


def _backed_up_again_and_again(home: Path, folder: Path) -> None:
    for number in range(20):
        back_up(load_settings(home=home), folder / str(number))


@pytest.mark.parametrize("room", [pytest.param(room, marks=pytest.mark.slow) for room in (1.3, 3.2, 4.3, 6.0)] + [2.1])
def test_on_a_disk_of_any_size_the_old_library_stays_or_the_new_one_is_there(
    home: Path, mine: Path, backup: Path, tmp_path: Path, room: float
) -> None:
    small, size = tmp_path / "disk", int(room * (mine / FILE).stat().st_size / 1024)
    small.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(small)]
    if not shutil.which("mount") or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("needs root to mount a small disk")
    try:
        shutil.copy(mine / FILE, small / FILE)
        said = ""
        try:
            restore(load_settings(home=small), backup, force=True)
        except LibraryError as error:
            said = str(error)
            assert f"the disk that holds {small} is full or failing" in said
            assert "free some space, then repeat" in said
        for kind in ("", "-wal"):
            if (small / f"{FILE}{kind}").exists():
                shutil.copy(small / f"{FILE}{kind}", mine / f"{FILE}{kind}")
        with closing(Library(mine / FILE)) as as_is:
            assert as_is.integrity() == []
            held = {one.id for one in as_is.holdings()}
        old, new = ({f"article-{number}" for number in some} for some in (OTHERS, NUMBERS))
        assert held in (old, new)
        assert said or held == new
        (small / "backups").mkdir(exist_ok=True)
        with pytest.raises(RagError, match=r"is full or failing \(.*\); free some space|cannot be written \(No space"):
            _backed_up_again_and_again(home, small / "backups")
        assert not list(small.glob("*.restoring*"))
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_running_server_answers_from_the_restored_library_without_a_restart(
    home: Path, mine: Path, rag: Rag, tmp_path: Path
) -> None:
    assert rag("--home", mine, "backup", tmp_path / "kept")[0] == 0
    with served(home) as address:

        def cited() -> str:
            asked = {"model": "rag", "messages": [{"role": "user", "content": "Which lot did observer 20 note?"}]}
            return httpx.post(f"{address}/v1/chat/completions", json=asked, timeout=60).text

        assert "Notes on grain, number 20" not in cited()
        assert rag("--home", home, "restore", tmp_path / "kept", "--force")[0] == 0
        assert "Notes on grain, number 20" in cited()
        assert httpx.get(f"{address}/health", timeout=60).json() == {"status": "ok", "articles": 8, "passages": 8}
    assert holds(home, *OTHERS)
    with pytest.raises(LibraryError):
        restore(load_settings(home=home), tmp_path / "kept")


def test_a_library_on_a_server_is_left_to_the_servers_tools(home: Path, tmp_path: Path) -> None:
    elsewhere = load_settings(home=home, library_url="postgresql+psycopg://reader@127.0.0.1:1/articles")
    for tried in (back_up, restore):
        with pytest.raises(LibraryError, match="pg_dump"):
            tried(elsewhere, tmp_path / "file")
    assert not (tmp_path / "file").exists()
