"""Who may know whom, and which module alone speaks to which library (docs/architecture.md)."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Library → the places that may import it: a module, or a package (with a slash at its end).
DOORS = {
    "chromadb": {"rag/index/"},
    "tantivy": {"rag/index/", "rag/text/analyzer.py"},
    "onnxruntime": {"rag/embedding/onnx_session.py"},
    "tokenizers": {"rag/embedding/onnx_session.py"},
    "openai": {"rag/embedding/remote.py", "rag/generation/openai_chat.py", "rag/generation/openai_errors.py"},
    "tenacity": {"rag/generation/openai_chat.py", "rag/generation/openai_errors.py"},
    "gradio": {
        "rag/ui/gradio_import.py",
        "rag/ui/page.py",
        "rag/ui/published.py",
        "rag/ui/tabs/articles_tab.py",
        "rag/ui/tabs/draft_tab.py",
        "rag/ui/tabs/owner_tab.py",
    },
    "gradio_client": {"rag/ui/page.py"},
    "prometheus_client": {"rag/server/monitoring/metrics.py", "rag/server/app.py"},
    "pythonjsonlogger": {"rag/server/monitoring/logs.py"},
    "opentelemetry": {"rag/server/monitoring/tracing.py"},
    "limits": {"rag/server/middleware.py"},
    "anyio": {"rag/admission.py", "rag/mcp_server/", "rag/server/app.py"},
    "mcp": {"rag/mcp_server/"},
    "mcp_types": {"rag/mcp_server/"},
    "sqlalchemy": {"rag/storage/"},
    "sentencex": {"rag/text/sentences.py"},
    "httpx": {
        "evals/benchmarks/performance/load_clients.py",
        "evals/benchmarks/performance/start.py",
        "rag/readers/fetch.py",
        "rag/index/",
        "rag/generation/openai_errors.py",
        "rag/generation/servers/local_servers.py",
    },
    "trafilatura": {"rag/readers/pages/html.py", "rag/readers/pages/body.py"},
    "pypdf": {"rag/readers/pdf.py"},
    "lxml": {"rag/readers/parsing/"},
    "mammoth": {"rag/readers/documents/docx.py"},
    "odfdo": {"rag/readers/documents/odt.py"},
    "striprtf": {"rag/readers/documents/rtf.py"},
    "mailparser_reply": {"rag/readers/mail/quoted_replies.py"},
    "rispy": {"rag/readers/exports/ris.py", "rag/citing/exchange.py"},
    "bibtexparser": {"rag/readers/exports/bibtex.py", "rag/citing/exchange.py"},
    "feedparser": {"rag/readers/feeds.py"},
    "dateparser": {"rag/text/dates.py"},
    "citeproc": {"rag/citing/style.py"},
    "nameparser": {"rag/citing/authors.py"},
    "titlecase": {"rag/citing/titles.py"},
    "pylatexenc": {"rag/citing/exchange.py"},
    "docx": {"rag/citing/word_document.py", "rag/drafts/reports/word.py"},
    "rapidfuzz": {
        "rag/answering/intent/mentions/title_runs.py",
        "rag/answering/intent/spelling/slips.py",
        "rag/drafts/",
    },
    "textblob": {"rag/answering/intent/follow_up/parts_of_speech.py"},
    "py3langid": {"rag/answering/intent/language.py"},
    # The types only name the class of a table.
    "pandas": {"rag/notebooks/tables.py", "rag/types/catalogue.py", "rag/types/passage.py"},
    "ray": {"rag/ingest/workers.py"},
    "packaging": {"rag/maintenance/doctor/installation.py"},
    "watchfiles": {"rag/maintenance/following.py"},
    "filelock": {"rag/storage/locks.py"},
    "typer": {"rag/cli/", "evals/__main__.py", "evals/command_options.py"},
    "fastapi": {
        "rag/server/",
        "rag/ui/page.py",
        "rag/ui/published.py",
        "rag/ui/static_files.py",
        "rag/ui/tabs/draft_tab.py",
        "rag/ui/tabs/owner_tab.py",
    },
    "uvicorn": {"rag/server/app.py"},
    "sklearn": {"evals/training/", "evals/benchmarks/quality/abstention.py"},
    "scipy": {"evals/metrics/", "evals/training/", "evals/benchmarks/quality/"},
    "ir_measures": {"evals/metrics/retrieval.py"},
    "matplotlib": {"evals/benchmarks/quality/abstention.py", "evals/report/charts.py"},
    "jinja2": {"evals/report/html.py"},
}
NEVER = {"torch", "transformers", "sentence_transformers", "nltk", "requests"}
# What is compared with runs in an environment of its own, and may use what it likes there.
PEERS = ROOT / "evals" / "benchmarks" / "peers"


def _modules() -> list[Path]:
    return sorted(path for folder in ("rag", "evals") for path in (ROOT / folder).rglob("*.py"))


def _needed() -> list[Path]:
    return [path for path in _modules() if PEERS not in path.parents]


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_no_import_runs_against_the_flow() -> None:
    # In a process of its own: it silences every logger that is there already.
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_outside_library_has_one_door(library: str) -> None:
    importers = {path.relative_to(ROOT).as_posix() for path in _needed() if library in _imported(path)}
    used = {door for door in DOORS[library] for module in importers if module == door or module.startswith(door)}
    assert used == DOORS[library], "a door that nothing uses"
    assert [
        module
        for module in importers
        if not any(module == d or (d[-1] == "/" and module.startswith(d)) for d in DOORS[library])
    ] == []


def test_the_table_of_packages_has_them_all_in_the_order_of_the_import_contract() -> None:
    import re
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "rag: data flows one way")
    layer_of = {name.strip(): number for number, layer in enumerate(layers) for name in layer.split("|")}
    document = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = [name.removesuffix(".py") for name in re.findall(r"^\| `rag/([\w.]+)/?` \|", document, re.MULTILINE)]
    modules = [
        path.stem for path in (ROOT / "rag").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    assert sorted(listed) == sorted({*modules, "models"} - {"__init__", "__main__"})
    order = [layer_of[name] for name in listed if name in layer_of]
    assert order == sorted(order)


def test_a_package_holds_at_most_ten_modules_and_a_module_350_lines() -> None:
    packages: dict[Path, list[Path]] = {}
    for path in _modules():
        packages.setdefault(path.parent, []).append(path)
    crowded = {
        folder.relative_to(ROOT).as_posix(): len(modules)
        for folder, modules in packages.items()
        if len([module for module in modules if module.name not in ("__init__.py", "__main__.py")]) > 10
    }
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in _modules()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 350
    }
    assert crowded == {}
    assert long == {}


def test_one_class_name_stands_for_one_thing() -> None:
    places: dict[str, list[str]] = {}
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), []).append(path.relative_to(ROOT).as_posix())
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_a_variable_s_name_says_what_it_holds_and_a_limit_begins_with_max() -> None:
    vague = {"one", "found", "at", "held", "said", "mine", "theirs"}
    limits = ("MOST_", "LONGEST_", "LARGEST_")
    names = [
        (path.relative_to(ROOT).as_posix(), name)
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (name := _bound_name(node)) in vague or name.lstrip("_").startswith(limits)
    ]
    assert names == []


def _bound_name(node: ast.AST) -> str:
    """The variable or argument that the node binds, else ""."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.arg if isinstance(node, ast.arg) else ""


def test_the_first_line_of_a_docstring_has_at_most_80_characters() -> None:
    too_long = [
        f"{path.relative_to(ROOT).as_posix()}: {first_line}"
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and len(first_line := (ast.get_docstring(node) or "").partition("\n")[0]) > 80
    ]
    assert too_long == []


def test_no_name_of_a_day_or_month_depends_on_the_locale() -> None:
    """strftime() names them in the language of the process; `rag.types.article` names them in English."""
    formats = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value!r}"
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"%[AbBcpxX]\b", node.value)
    ]
    assert not formats


def test_nothing_heavy_is_needed_at_run_time() -> None:
    assert [path for path in _needed() if _imported(path) & NEVER] == []


def test_one_module_reads_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in _modules()
        if any(word in path.read_text(encoding="utf-8") for word in ("os.environ", "getenv"))
    ]
    assert readers == ["rag/settings/process.py"]


def test_every_dependency_has_bounds_and_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "architecture" / "dependencies.md").read_text(encoding="utf-8")
    extras = project["optional-dependencies"]
    for dependency in (
        *project["dependencies"],
        *extras["evals"],
        *extras["postgres"],
        *extras["ray"],
        *extras["notebook"],
    ):
        name = dependency.split(">")[0]
        assert ">=" in dependency, dependency
        assert "<" in dependency, dependency
        assert f"`{name}`" in reasons, f"docs/architecture/dependencies.md gives no reason for {name}"


def test_the_resolved_set_is_the_intended_one() -> None:
    """A resolver that cannot please everybody falls back to ancient versions without a word."""
    from importlib.metadata import version

    assert version("openai").startswith("3.")
    assert version("llama-index-core").startswith("0.14.")
    assert version("chromadb").startswith("1.5.")


def test_the_names_of_tests_have_at_most_80_characters() -> None:
    tests = [
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert tests
    assert [name for name in tests if len(name) > 80] == []
