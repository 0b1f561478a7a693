"""Measures figures again and writes them into the marked blocks of docs/*.md.

A block stands between `<!-- figures: NAME -->` and `<!-- end of figures -->`, and says when and on which machine it was
measured. Each measurement is a command of its own, so that a failed one leaves its block, and the others, as they are.
See scripts/figures.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evals.metrics.registry import find_metric, format_value
from evals.report.tables import markdown_table

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)
# Metrics of the golden questions that the page shows.
GOLDEN_METRICS = (
    "any_gold_quoted", "first_quote_is_gold", "points_covered", "recall_at_5", "rightly_declined", "wrongly_declined",
)  # fmt: skip
# A machine that other work used by more than this many processes is named as busy.
IDLE_LOAD = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """`is_small`: a slice, to try the command. `is_whole`: with the tests that take an hour.

    `data` is the folder of the chunking benchmark.
    """

    is_small: bool = False
    is_whole: bool = False
    data: Path | None = None


class Skipped(Exception):
    """A block that cannot be measured here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A block: its page, what is run, and the function that returns its Markdown."""

    page: str
    command: str
    measure: Callable[[Options], str]


def _golden(options: Options) -> str:
    summary = _suite("commentary", options)
    figures = {name: summary["figures"].get(name) for name in GOLDEN_METRICS}
    rows = [
        (find_metric(name).title, _interval(name, value), str(value["cases"]))
        for name, value in figures.items()
        if value
    ]
    return markdown_table(("golden questions, test", "value [95% interval]", "cases"), rows)


def _interval(name: str, value: Mapping[str, Any]) -> str:
    unit, interval = find_metric(name).unit, value["interval"]
    text = format_value(value["value"], unit)
    if interval is None:
        return text
    return f"{text} [{format_value(interval['low'], unit)}, {format_value(interval['high'], unit)}]"


def _conversations(options: Options) -> str:
    summary = _suite("chat", options)
    kinds = {**summary["by_kind"], "all": summary["right"]}
    rows = [(kind, str(share["turns"]), f"{share['right'] / share['turns']:.0%}") for kind, share in kinds.items()]
    return markdown_table(("kind", "turns of the test split", "right"), rows)


def _suite(name: str, options: Options) -> dict[str, Any]:
    """The summary of a run over the test split."""
    with tempfile.TemporaryDirectory() as folder:
        limit = ["--limit", "6"] if options.is_small else []
        command = ["-m", "evals", "run", "--suite", name, "--split", "test", "--label", "figures"]
        _python([*command, *limit, "--results", folder])
        (file,) = Path(folder).rglob("summary.json")
        summary: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return summary


def _chunking(options: Options) -> str:
    if options.data is None:
        raise Skipped("name the folder of its data with --data")
    return _python(["-m", "evals", "bench", "chunking", "--data", str(options.data)]).strip()


def _starts(options: Options) -> str:
    return _fenced(_python(["-m", "evals", "bench", "start", "--runs", "1" if options.is_small else "5"]))


def _faults(options: Options) -> str:
    if options.is_small:
        return _tests(["tests/faults/test_clock_changes.py"])
    return _tests(["tests/faults", "tests/maintenance"], ["-m", ""] if options.is_whole else [])


def _security(options: Options) -> str:
    tests = _tests(["tests/security/test_audit.py"] if options.is_small else ["tests/security"])
    bandit = ["-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "rag", "evals", "-ll", "-f", "json"]
    if find_spec("bandit"):
        holes = str(len(json.loads(_python(bandit, codes=(0, 1)))["results"]))
    else:
        holes = "not measured: pip install '.[audit]'"
    return f"{tests}\n| calls that bandit holds for hazardous, of medium severity or higher | {holes} |"


def _tests(paths: Sequence[str], options: Sequence[str] = ()) -> str:
    """A table: how many tests there were, and what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tests.xml"
        _python(["-m", "pytest", "-q", f"--junitxml={report}", *options, *paths], codes=(0, 1))
        suites = list(ElementTree.parse(report).iter("testsuite"))  # noqa: S314 - pytest wrote it
    counts = {
        name: sum(int(suite.attrib[name]) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    }
    passed = counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"]
    rows = [
        ("tests passed", str(passed)), ("tests failed", str(counts["failures"] + counts["errors"])),
        ("tests skipped, for what this machine lacks", str(counts["skipped"])),
    ]  # fmt: skip
    return markdown_table((f"`pytest {' '.join(paths)}`", ""), rows)


FIGURES = {
    "golden-questions": Figure("quality.md", "rag eval run --suite commentary --split test", _golden),
    "conversations": Figure("quality.md", "rag eval run --suite chat --split test", _conversations),
    "chunking": Figure("quality.md", "rag eval bench chunking --data DIR", _chunking),
    "starts": Figure("performance.md", "rag eval bench start", _starts),
    "faults": Figure("faults.md", "pytest tests/faults tests/maintenance", _faults),
    "security": Figure("security.md", "pytest tests/security; bandit -r rag evals -ll", _security),
}


def main(arguments: Sequence[str]) -> int:
    """Measures and writes; the exit code is 1 if a measurement failed, 2 for a name that is no block's."""
    parser = argparse.ArgumentParser(prog="scripts/figures", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"blocks; by default all: {', '.join(FIGURES)}")
    parser.add_argument("--data", type=Path, help="folder of the chunking benchmark (docs/quality.md)")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder of the pages")
    parser.add_argument("--small", action="store_true", help="a slice of each measurement, to try the command")
    parser.add_argument("--whole", action="store_true", help="the long tests of faults too, about an hour")
    parser.add_argument("--list", action="store_true", help="name the blocks and what each runs")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in FIGURES]:
        print(f"figures: there is no block {unknown[0]!a:.60}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    if given.list:
        print("\n".join(f"{name}: docs/{figure.page}: {figure.command}" for name, figure in FIGURES.items()))
        return 0
    has_failed = False
    for name in given.names or FIGURES:
        figure = FIGURES[name]
        try:
            heading = _heading(figure.command, "a slice, " if given.small else "")
            measured = figure.measure(Options(given.small, given.whole, given.data))
            write_block(given.docs / figure.page, name, f"{heading}\n\n{measured}")
        except Skipped as reason:
            print(f"{name}: skipped; {reason}")
        except RuntimeError as error:
            has_failed = True
            print(f"{name}: failed; {error}", file=sys.stderr)
        else:
            print(f"{name}: written to {given.docs / figure.page}")
    return int(has_failed)


def write_block(page: Path, name: str, text: str) -> None:
    """Replaces the content of a block. Raises RuntimeError for a page without it."""
    before = page.read_text(encoding="utf-8")
    blocks = [match for match in BLOCK.finditer(before) if match["name"] == name]
    if len(blocks) != 1:
        raise RuntimeError(f"{page} has {len(blocks)} blocks <!-- figures: {name} -->; it needs one")
    (block,) = blocks
    page.write_text(
        f"{before[: block.start()]}{block[1]}\n{text}\n\n{block[3]}{before[block.end() :]}", encoding="utf-8"
    )


def _heading(command: str, extent: str) -> str:
    """What, when and where: the command, the commit, the date, the machine, whether other work used it."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    busy = f", with other work on it (load {load:.0f})" if load > IDLE_LOAD else ""
    return (
        f"`{command}`, {extent}{_commit()}{datetime.now(UTC):%Y-%m-%d}, {platform.system()}, {platform.machine()}, "
        f"{os.cpu_count()} processors, Python {platform.python_version()}{busy}:"
    )


def _commit() -> str:
    """ "commit NAME, ", with "-dirty" where files were changed since; empty outside a checkout."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return f"commit {done.stdout.strip()}, " if done.returncode == 0 else ""


def _python(arguments: Sequence[str], codes: Sequence[int] = (0,)) -> str:
    """The standard output of a Python command in the repository. Raises RuntimeError for another exit code."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in codes:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise RuntimeError(f"python {' '.join(arguments)} ended with {done.returncode}: {last}")
    return done.stdout


def _fenced(text: str) -> str:
    return f"```text\n{text.strip(chr(10))}\n```"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
