"""The program itself: versions, packages, models, settings, memory."""

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from rag.embedding.bundled import BundledEncoder
from rag.errors import RagError
from rag.maintenance.doctor.finding import Finding
from rag.reading.passage_reader import PassageReader, ReadablePassage
from rag.settings import ENV_FILE, Settings
from rag.settings.process import available_memory, cpu_count, package_variables
from rag.verification.verifier import Verifier

DISTRIBUTION = "commentary-rag"
GIGABYTE = 1_000_000_000
# The page with all models takes about 0.8 GB.
LOW_MEMORY = 1 * GIGABYTE
_PASSAGE = ReadablePassage("Prices", ("Prices rose in June.",))
# Variables that are read by others than the settings: the tests and the fuzzer.
_OTHER_VARIABLES = frozenset(
    {"RAG_REQUIRE_BROWSER", "RAG_AXE", "RAG_TRY_OLLAMA", "RAG_TRY_OPENAI", "RAG_TRY_OPENAI_KEY"}
)


def examine_installation(settings: Settings) -> Iterator[Finding]:
    """Findings about the program, whatever library it opens."""
    python = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cpu_count()} processors"
    yield Finding("version", "ok", f"rag {version(DISTRIBUTION)}, {python}")
    yield _packages()
    yield _models(settings)
    yield from _settings()
    yield _memory()


def _packages() -> Finding:
    """Whether the required packages are there, in versions that were tried."""
    wrong = []
    requirements = [Requirement(line) for line in requires(DISTRIBUTION) or ()]
    needed = [line for line in requirements if line.marker is None or line.marker.evaluate({"extra": ""})]
    for requirement in needed:
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} {installed} is not {requirement.specifier}")
    if wrong:
        todo = f"install it again: {Path(sys.executable).name} -m pip install {DISTRIBUTION}"
        return Finding("packages", "problem", ", ".join(wrong), todo)
    return Finding("packages", "ok", f"all {len(needed)} as required")


def _models(settings: Settings) -> Finding:
    """Whether the models that ship with the package can be loaded and compute."""
    try:
        BundledEncoder(threads=settings.threads).encode(["a question"])
        PassageReader(settings.threads).read("question", "Did prices rise?", [_PASSAGE])
        Verifier(settings.threads).score("Prices rose.", ["Prices rose in June."])
    except RagError as error:
        return Finding("models", "problem", str(error), f"run: pip install --force-reinstall {DISTRIBUTION}")
    return Finding("models", "ok", "encoder, reader and verifier work")


def _settings() -> Iterator[Finding]:
    known = {str(field.validation_alias or f"RAG_{name.upper()}") for name, field in Settings.model_fields.items()}
    given = package_variables()
    for name in sorted(set(given) - known - _OTHER_VARIABLES):
        yield Finding("settings", "warning", f"there is no setting {name}", "correct its name, or unset it")
    where = f"; {ENV_FILE} is read too" if ENV_FILE.is_file() else ""
    count = len(set(given) & known)
    yield Finding("settings", "ok", f"{count} variable{'' if count == 1 else 's'} set{where}")
    try:
        mode = ENV_FILE.stat().st_mode
    except OSError:
        return
    if sys.platform != "win32" and mode & 0o044:
        yield Finding("settings", "warning", f"{ENV_FILE} can be read by other users", f"run: chmod 600 {ENV_FILE}")


def _memory() -> Finding:
    available = available_memory()
    if available is None:
        return Finding("memory", "ok", "cannot be told on this system")
    text = f"{available / GIGABYTE:.1f} GB available"
    if available < LOW_MEMORY:
        return Finding("memory", "warning", text, "close other programs; the page needs about 0.8 GB")
    return Finding("memory", "ok", text)
