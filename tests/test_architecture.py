"""Who may know whom, and which module alone speaks to which library (docs/architecture.md)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOORS = {
    "chromadb": {"rag/collection.py", "rag/vector_server.py"},
    "tantivy": {"rag/fulltext.py", "rag/terms.py"},
    "onnxruntime": {"rag/encoder.py"},
    "tokenizers": {"rag/encoder.py"},
    "openai": {"rag/remote_encoder.py", "rag/writers/openai_chat.py"},
    "tenacity": {"rag/writers/openai_chat.py"},
    "gradio": {"rag/ui/page.py", "rag/ui/corpus_tab.py"},
    "limits": {"rag/guard.py"},
    "anyio": {"rag/places.py", "rag/server.py"},
    "sqlalchemy": {
        "rag/library.py",
        "rag/changes.py",
        "rag/counts.py",
        "rag/listing.py",
        "rag/schema.py",
        "rag/postgres.py",
    },
    "sentencex": {"rag/sentences.py"},
    "httpx": {"evals/benchmarks/visitors.py", "rag/readers/web.py", "rag/vector_server.py"},
    "trafilatura": {"rag/readers/html.py"},
    "pypdf": {"rag/readers/pdf.py"},
    "feedparser": {"rag/readers/web.py"},
    "ray": {"rag/workers.py"},
    "filelock": {"rag/writer_lock.py"},
    "typer": {"rag/cli.py", "rag/backup_cli.py", "rag/cli_options.py", "rag/feedback_cli.py", "evals/__main__.py"},
    "fastapi": {"rag/api.py", "rag/server.py", "rag/ui/page.py"},
    "uvicorn": {"rag/server.py"},
    "sklearn": {
        "evals/verifier/calibrate.py",
        "evals/verifier/checking.py",
        "evals/benchmarks/abstention.py",
    },
    "scipy": {"evals/metrics/resampling.py", "evals/metrics/agreement.py"},
    "ir_measures": {"evals/metrics/retrieval.py"},
    "matplotlib": {"evals/benchmarks/abstention.py", "evals/report/charts.py"},
    "jinja2": {"evals/report/page.py"},
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
    found = {path.relative_to(ROOT).as_posix() for path in _needed() if library in _imported(path)}
    assert found == DOORS[library]


def test_nothing_heavy_is_needed_at_run_time() -> None:
    assert [path for path in _needed() if _imported(path) & NEVER] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in _modules()
        if any(word in path.read_text(encoding="utf-8") for word in ("os.environ", "getenv"))
    ]
    assert readers == ["rag/settings.py"]


def test_every_dependency_has_bounds_and_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    extras = project["optional-dependencies"]
    for dependency in (*project["dependencies"], *extras["evals"], *extras["postgres"], *extras["ray"]):
        name = dependency.split(">")[0]
        assert ">=" in dependency, dependency
        assert "<" in dependency, dependency
        assert f"`{name}`" in reasons, f"docs/architecture.md gives no reason for {name}"


def test_the_resolved_set_is_the_intended_one() -> None:
    """A resolver that cannot please everybody falls back to ancient versions without a word."""
    from importlib.metadata import version

    assert version("openai").startswith("3.")
    assert version("llama-index-core").startswith("0.14.")
    assert version("chromadb").startswith("1.5.")
