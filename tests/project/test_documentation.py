"""The documentation: everything has an entry, generated pages are current, links lead somewhere, the site is whole."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import rag
from evals.__main__ import app as evals_app
from rag.cli.app import app as rag_app
from rag.readers.formats.table import FORMATS
from rag.server.allowed_routes import OUR_ROUTES
from rag.server.openapi.operations import OPERATIONS
from rag.settings import Settings
from tests.support.documents import DOCS, ROOT

REFERENCE = DOCS / "reference"
ALL_PAGES = [
    *(path for path in ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
    ROOT / "corpus" / "README.md",
    ROOT / "prompts" / "README.md",
    ROOT / "evals" / "suites" / "README.md",
]


def _text(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def _commands(command: Any, path: str) -> dict[str, Any]:
    """The command and every command below it, by what is typed."""
    commands = {path: command}
    for name, child in getattr(command, "commands", {}).items():
        commands |= _commands(child, f"{path} {name}")
    return commands


def _headings(path: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_setting_has_an_entry() -> None:
    page = _text("settings.md")
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"RAG_{name.upper()}"
        assert f"| `{variable}` | " in page
        assert field.description


def test_every_command_has_an_entry_with_its_options() -> None:
    page = _text("commands.md")
    commands = _commands(typer.main.get_command(rag_app), "rag")
    commands |= _commands(typer.main.get_command(evals_app), "rag eval")
    assert len(commands) > 25
    for path, command in commands.items():
        section = page.partition(f"\n## {path}\n")[2].partition("\n## ")[0]
        assert section, path
        assert command.help, f"{path} says what it does"
        options = [option for option in command.params if option.param_type_name == "option"]
        assert [option.name for option in options if not option.help] == [], f"{path} says what each option does"
        names = [name for option in options for name in option.opts]
        assert [name for name in names if f"`{name}" not in section] == [], path


def test_every_public_name_has_an_entry() -> None:
    page, errors = _text("python.md"), _text("errors.md")
    for name in rag.__all__:
        exported = getattr(rag, name)
        if isinstance(exported, type) and issubclass(exported, Exception):
            assert f"\n## {name}\n" in errors
            assert exported is rag.RagError or re.search(rf"^\| `{name}` \| .+ \| .+ \| .+ \|$", errors, re.MULTILINE)
        elif name != "Settings":
            assert f"\n### {name}\n" in page


def test_every_method_of_the_engine_has_an_entry() -> None:
    page = _text("python.md")
    for of in (rag.QueryEngine, rag.Chat):
        own = [base for base in of.__mro__ if base.__module__.startswith("rag.")]
        names = {name for base in own for name in vars(base) if not name.startswith("_")}
        assert len(names) > 5
        assert [name for name in sorted(names) if f"\n#### {of.__name__}.{name}\n" not in page] == []


def test_every_public_name_method_and_property_says_what_it_is() -> None:
    silent = []
    for name in rag.__all__:
        exported = getattr(rag, name)
        silent += [] if inspect.getdoc(exported) else [name]
        for base in getattr(exported, "__mro__", ()):
            if base.__module__.startswith("rag."):
                members = {key: getattr(value, "fget", value) for key, value in vars(base).items()}
                functions = {key: getattr(value, "__func__", value) for key, value in members.items()}
                silent += [
                    f"{base.__name__}.{key}"
                    for key, function in functions.items()
                    if inspect.isfunction(function) and not key.startswith("_") and not function.__doc__
                ]
    assert silent == []


def test_every_format_has_an_entry() -> None:
    page = (DOCS / "formats.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<!\w)\.[a-z0-9]+\b", page))
    assert [suffix for entry in FORMATS for suffix in entry.suffixes if suffix not in named] == []


def test_every_route_has_an_entry() -> None:
    # tests/server/openapi/test_document.py compares the operations with the routes of the application.
    page = _text("http.md")
    served = [(operation.method.upper(), operation.path) for operation in OPERATIONS]
    assert ("POST", "/v1/chat/completions") in served
    missing = [route for route in served if f"\n## {route[0]} {route[1]}\n" not in page]
    assert missing == [("GET", "/openapi.json")]


def test_every_route_beside_v1_is_on_a_page() -> None:
    # tests/server/test_allowed_routes.py: no route is answered that is not listed.
    described = {operation.path for operation in OPERATIONS}
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    own = set(OUR_ROUTES) - described - {"/v1/{path:path}", "/page/{name}"}  # the last is the page's own script
    assert {"/metrics", "/mcp"} <= own
    assert [route for route in sorted(own) if f"{route}`" not in pages] == []


def test_the_generated_pages_are_current() -> None:
    command = [sys.executable, "scripts/write_reference.py", "--check"]
    # As scripts/docs runs it: the table of clients is read from the tests.
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", ALL_PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file_and_to_a_heading_of_it(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target, anchor in re.findall(r"\]\(([^()#\s]*)(?:#([^()\s]+))?\)", text):
        if "://" in target:
            continue
        file = path.parent / target if target else path
        assert file.exists(), target
        assert not anchor or file.suffix != ".md" or anchor in _headings(file), f"{target}#{anchor}"


def test_every_page_has_a_place_in_the_site_and_in_the_index() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    placed: list[str] = []

    def collect(entry: Any) -> None:
        if isinstance(entry, str):
            placed.append(entry)
        for child in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
            collect(child)

    collect(nav)
    files = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert {page for page in placed if not page.startswith("project/")} == files
    assert len(placed) == len(set(placed))


def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        html = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"([^\"]+)\"", html)
        loaded += re.findall(r"<link\b[^>]*\bhref=\"([^\"]+)\"", html)
        assert [address for address in loaded if "://" in address or address.startswith("//")] == [], page
