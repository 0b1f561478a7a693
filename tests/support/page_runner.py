"""Runs the blocks of a page of the documentation in a folder of their own."""

import contextlib
import glob
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.cli import run
from tests.support.documents import Block, commands_of, fenced_blocks, output_matches
from tests.support.servers.live_server import start_server, stop_server

# The address that pages show for `rag serve`.
SHOWN_SERVER = "http://127.0.0.1:7860"


class PageRunner:
    """Runs the blocks of one page.

    `addresses` maps the addresses that pages show to the servers that answer in the tests. A server that the page
    starts runs until `close`.
    """

    def __init__(self, folder: Path, home: Path, addresses: dict[str, str], patch: pytest.MonkeyPatch) -> None:
        self._folder, self._home, self._patch = folder, home, patch
        self._addresses = dict(addresses)
        self._names: dict[str, object] = {"__name__": "page"}
        self._server: subprocess.Popen[str] | None = None
        self._code, self._last_output = 0, ""

    def run(self, path: Path) -> int:
        """Runs every block of the page; returns how many commands and blocks of Python were run."""
        blocks = [block for block in fenced_blocks(path) if block.why_not_run is None]
        count = 0
        for number, block in enumerate(blocks):
            if block.title:
                file = self._folder / block.title
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(self._real(block.text) + "\n", encoding="utf-8")
            elif block.language == "console":
                for command in commands_of(block):
                    self._check_command(path, block, command.text, command.standard_input, command.output)
                    count += 1
            elif block.language == "python":
                shown = blocks[number + 1] if number + 1 < len(blocks) else None
                expected = shown.text if shown and shown.language == "text" and not shown.title else None
                self._check_python(path, block, expected)
                count += 1
        assert self._code == 0, f"the last command of {path.name}: exit code {self._code}\n{self._last_output}"
        return count

    def close(self) -> None:
        """Ends the server that the page started."""
        if self._server:
            stop_server(self._server)

    def _check_command(self, path: Path, block: Block, text: str, standard_input: str, expected: str) -> None:
        where = f"{path.name}, block in line {block.line}: $ {text}"
        if text == "echo $?":
            assert expected == str(self._code), f"{where}: the exit code was {self._code}"
            self._code = 0
            return
        assert self._code == 0, f"before {where}: exit code {self._code}\n{self._last_output}"
        self._code, out, err = self._execute(self._real(text), standard_input)
        self._last_output = out + err
        printed = [self._shown(output) for output in (out, err, err + out, out + err)]
        if expected and not any(output_matches(expected, output) for output in printed):
            pytest.fail(f"{where} prints\n\n{printed[2]}")

    def _execute(self, text: str, standard_input: str) -> tuple[int, str, str]:
        """Exit code, output and messages of a command; commands of `rag` run in this process."""
        words = [path for word in shlex.split(text, comments=True) for path in _expanded(word)]
        variables = {}
        while "=" in words[0] and words[0].partition("=")[0].isupper():
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        if words[:2] == ["rag", "serve"] and "--host" not in words:
            self._serve(words[2:], variables)
            return 0, "", ""
        file = Path(words.pop()) if words[-2:-1] == [">"] else None
        if words[0] != "rag" or {"|", "&&"} & set(words):
            return self._in_shell(text, standard_input)
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.StringIO(standard_input))
            code = run([word for word in words[1:] if word != ">"])
        if file:
            file.write_text(out.getvalue(), encoding="utf-8")
        return code, "" if file else out.getvalue(), err.getvalue()

    def _in_shell(self, text: str, standard_input: str) -> tuple[int, str, str]:
        """A command that is not `rag` alone, in a shell that knows `rag`."""
        rag = f'rag() {{ "{sys.executable}" -m rag "$@"; }}; '
        done = subprocess.run(
            ["bash", "-c", rag + text], input=standard_input, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def _serve(self, arguments: list[str], variables: dict[str, str]) -> None:
        self.close()
        self._server, self._addresses[SHOWN_SERVER] = start_server(self._home, *arguments, **variables)

    def _check_python(self, path: Path, block: Block, expected: str | None) -> None:
        out = io.StringIO()
        code = compile(self._real(block.text), f"{path.name}:{block.line}", "exec")
        with contextlib.redirect_stdout(out):
            exec(code, self._names)
        if expected is not None and not output_matches(expected, self._shown(out.getvalue())):
            pytest.fail(f"{path.name}, block in line {block.line} prints\n\n{out.getvalue()}")

    def _real(self, text: str) -> str:
        return self._replaced(text, lambda shown, real: (shown, real))

    def _shown(self, text: str) -> str:
        return self._replaced(text, lambda shown, real: (real, shown))

    def _replaced(self, text: str, order: Callable[[str, str], tuple[str, str]]) -> str:
        for shown, real in self._addresses.items():
            text = text.replace(*order(shown, real))
        return text


def _expanded(word: str) -> list[str]:
    """A word of a command as a shell passes it on: the user's folder for `~`, the files for a pattern with `*`."""
    files = sorted(glob.glob(word)) if "*" in word and " " not in word else []
    return files or [os.path.expanduser(word)]
