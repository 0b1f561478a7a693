"""Ctrl-C and SIGTERM: one line, exit code 130, within seconds, nothing lost."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE, Library
from rag.workspace import Workspace
from tests.faults.seeds import seeds
from tests.support.library.articles import article, loaded_articles, write_jsonl
from tests.support.library.tuned_command import tuned_command

# An index sync every few passages, so that an interrupt can come during one.
COMMAND = tuned_command(sync_passages=8)
SIGNALS = [signal.SIGINT, signal.SIGTERM]
NAMES = ["Ctrl-C", "SIGTERM"]
MESSAGE = "rag: interrupted; what was finished is kept"
# The command must have ended this long after the signal.
MAX_SECONDS = 60


def _interrupt(home: Path, *arguments: str, wait: Callable[[], None], by: signal.Signals) -> tuple[int, str, float]:
    """Sends the signal when `wait` returns.

    Returns the exit code, the last line on standard error, and how many seconds the command took to end.
    """
    command = [*COMMAND, "--home", str(home), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    wait()
    process.send_signal(by)
    sent = time.monotonic()
    output, error_output = process.communicate(timeout=120)
    seconds = time.monotonic() - sent
    assert "Traceback" not in error_output, error_output
    lines = [line for line in error_output.splitlines() if line.strip()]
    # Python ignores signals at its own end, and SIGTERM ends it then; the result has been printed.
    code = 0 if output and process.returncode == -by else process.returncode
    return code, lines[-1] if lines else "", seconds


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Workspace(load_settings(home=tmp_path / "home"), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*range(6)))
    return tmp_path / "home"


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "many.jsonl", [article(number, paragraphs=8) for number in range(6, 300)])


@pytest.mark.parametrize("by", SIGNALS[1:], ids=NAMES[1:])  # Ctrl-C: tests/cli
def test_an_interrupted_add_ends_at_once_and_keeps_what_was_finished(
    home: Path, many: Path, by: signal.Signals
) -> None:
    library = Library(home / LIBRARY_FILE)
    deadline = time.monotonic() + 90

    def wait_for_an_article() -> None:
        while library.count_articles() == 6:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    code, line, seconds = _interrupt(home, "add", str(many), wait=wait_for_an_article, by=by)
    library.close()
    assert (code, line) == (130, MESSAGE)
    assert seconds < MAX_SECONDS
    with Workspace(load_settings(home=home)) as workspace:
        assert 6 < workspace.library.count_articles() < 300
        assert find_inconsistencies(workspace) == []


@pytest.mark.parametrize("by", SIGNALS, ids=NAMES)
def test_an_interrupt_that_python_drops_is_raised_again(by: signal.Signals) -> None:
    """It drops one in a weak reference's callback; SQLAlchemy has many of these."""
    code = f"""
import signal, threading, weakref
from rag.interrupts.signals import install_interrupt_handlers
install_interrupt_handlers()
thing = type("Thing", (), {{}})()
watched = weakref.ref(thing, lambda _: signal.raise_signal({int(by)}))
try:
    del thing
    threading.Event().wait(60)
    print("never raised")
except KeyboardInterrupt:
    print("raised")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("raised\n", "")


def test_a_dropped_interrupt_is_raised_again_where_threads_take_no_signals() -> None:
    """Windows has no pthread_kill; there the interrupt is raised after a wait of the main thread, not within it."""
    code = """
import signal, time, weakref
del signal.pthread_kill
from rag.interrupts.signals import install_interrupt_handlers
install_interrupt_handlers()
thing = type("Thing", (), {})()
watched = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
try:
    del thing
    for _ in range(600):
        time.sleep(0.1)
    print("never raised")
except KeyboardInterrupt:
    print("raised")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("raised\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("by", SIGNALS, ids=NAMES)
@pytest.mark.parametrize("seed", seeds(6))
def test_any_command_interrupted_at_any_moment_ends_soon_and_loses_nothing(
    home: Path, many: Path, by: signal.Signals, seed: int
) -> None:
    chance = random.Random(seed)
    for command in (["add", str(many)], ["remove", "article-1"], ["rebuild"], ["rebuild", "--re-encode"], ["check"]):
        moment = chance.uniform(0.1, 5)
        code, line, seconds = _interrupt(home, *command, wait=lambda moment=moment: time.sleep(moment), by=by)  # type: ignore[misc]
        assert seconds < MAX_SECONDS
        assert code == 0 or (code, line) == (130, MESSAGE), (command, code, line)
        with Workspace(load_settings(home=home)) as workspace:
            assert find_inconsistencies(workspace) == []
            assert workspace.library.article("article-0") is not None
