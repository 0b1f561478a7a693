"""Each client asks a real server with a key: what it gets is what docs/clients.md says of it.

A client that is in this environment is run in it. RAG_CLIENTS names a folder with environments for the others, one for
each (tests/clients/make_environments.py makes them): `FOLDER/litellm/bin/python`, `FOLDER/node/node_modules`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.clients.table import CLIENTS, PROGRAMS, ClientCase
from tests.support.servers.live_server import running_server

KEY = "a-key-of-this-server"
QUESTION = "Is BRICS an alliance?"
EXPECTED, TITLE = "Nothing in BRICS binds any of these states", "A Guest List Is No Alliance"
FOLDER = Path(os.environ.get("RAG_CLIENTS", os.devnull))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with running_server(home, RAG_API_KEY=KEY) as address:
        yield address


def _is_importable(module: str) -> bool:
    try:
        return bool(module) and find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False


def _command(case: ClientCase) -> tuple[list[str], Path | None]:
    """The command before the program, and the folder to run it in; skips the test where the client is missing."""
    environment = FOLDER / case.environment
    for python in (environment / "bin" / "python", environment / "Scripts" / "python.exe"):
        if case.module and python.exists():
            return [str(python)], None
    if _is_importable(case.module):
        return [sys.executable], None
    program = "node" if case.program.endswith(".mjs") else sys.executable
    if not case.module and (environment / "node_modules").is_dir() and shutil.which(program):
        return [program], environment
    pytest.skip(f"{case.name} is not here: {case.install}, in {case.environment}/ of the folder that RAG_CLIENTS names")


@pytest.mark.parametrize("case", CLIENTS, ids=lambda case: case.name)
def test_a_client_gets_what_the_page_says(case: ClientCase, address: str, tmp_path: Path) -> None:
    command, folder = _command(case)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "RAG_"))}
    done = subprocess.run(
        [*command, str(PROGRAMS / case.program), address, KEY, QUESTION],
        cwd=folder or tmp_path, env=variables, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    got: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # some clients print hints before
    assert EXPECTED in " ".join(got["answer"].split())
    assert (len(got["pieces"]) > 1) == case.streams, got["pieces"]
    assert any(TITLE in title for title in got["titles"]) == case.cites, got["titles"]
    assert re.search(case.refusal, got["refused"], re.IGNORECASE), "a wrong key is refused"


def test_every_program_is_a_client_s_and_shows_how() -> None:
    assert {case.program for case in CLIENTS} == {path.name for path in PROGRAMS.iterdir() if path.is_file()}
    for case in CLIENTS:
        assert case.how.strip()
        assert "KEY" in case.how or "key" in case.how
