"""The command line itself: usage errors, help, start-up time."""

import re
import resource
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.command_line import COMMANDS, CommandResult, Rag, python_output, result_of, start_command


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
def test_a_usage_error_is_one_line_that_names_the_help(rag: Rag, arguments: list[str], says: str, see: str) -> None:
    complaint = rag(*arguments).error_line
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
    result = rag(command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: rag {command} ")
    assert "--home" in result.out


def test_version_prints_the_version(rag: Rag) -> None:
    assert rag("--version") == CommandResult(0, f"rag {version('commentary-rag')}\n", "")


def test_eval_is_the_eval_suite(rag: Rag) -> None:
    result = rag("eval", "--help")
    assert result.code == 0
    assert "Usage: rag eval" in result.out


HEAVY = "{'gradio', 'chromadb', 'llama_index', 'onnxruntime', 'tantivy', 'sqlalchemy', 'numpy'} & set(sys.modules)"


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    for arguments in (["--help"], ["ask", "--help"], ["--version"], ["nothing"]):
        code = f"import sys; from rag.cli import run; run({arguments}); print(sorted({HEAVY}))"
        assert python_output(code).endswith("[]"), arguments
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result_of(start_command("--help")).code == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0, "seconds of processor time"


@pytest.mark.parametrize("arguments", [["status"], ["ask", "Which lot was sold?"]])
def test_a_command_imports_no_exporter_of_traces_and_no_page(home: Path, arguments: list[str]) -> None:
    call = f"run({['--home', str(home), *arguments]!r})"
    modules = "sorted({'grpc', 'gradio', 'fastapi'} & set(sys.modules))"
    assert python_output(f"import sys; from rag.cli import run; {call}; print({modules})").endswith("[]")


def test_asking_does_not_import_the_page(home: Path) -> None:
    call = f"run(['--home', {str(home)!r}, 'ask', 'Which lot was sold?'])"
    assert python_output(f"import sys; from rag.cli import run; {call}; print('gradio' in sys.modules)").endswith(
        "False"
    )


def test_the_garbage_collector_leaves_out_the_modules_and_at_the_end_everything(home: Path) -> None:
    call = f"run(['--home', {str(home)!r}, 'status'])"
    after_imports = python_output(f"import gc; from rag.cli import run; {call}; print(gc.get_freeze_count())").split()[
        -1
    ]
    assert int(after_imports) > 100_000
    at_the_end = "sys.argv[1:] = ['--version']; atexit.register(lambda: print(len(gc.get_objects()))); main()"
    tracked = python_output(f"import atexit, gc, sys; from rag.cli import main; {at_the_end}").split()[-1]
    assert int(tracked) < 1_000, "objects that the last collections visit"
