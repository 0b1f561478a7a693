"""Trials that damage one file of a library and compare its answers.

The library must answer as before, repair itself, or report what is wrong. Each trial is run in a process of its own,
because the files that it opens could end the process. A trial depends on its number and its library alone, so that one
that fails can be repeated.
"""

import multiprocessing
import os
import random
import shutil
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.embedding.bundled import BundledEncoder
from rag.errors import RagError
from rag.index.manifest import read_manifest
from rag.maintenance.consistency import find_inconsistencies
from rag.retrieval.filters import Filters
from rag.retrieval.retriever import Retriever
from rag.settings import load_settings
from rag.workspace import Workspace

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.worker", "tests.faults.damage_trials"])

TIMEOUT_SECONDS = 90.0
MANIFESTS = ("vectors.json", "fulltext.json")
QUESTIONS = (
    ("Which lot did observer 4 note?", Filters()),
    ("Who raised the price of bread before the winter?", Filters()),
    ("observer 7 district 7", Filters(author="Column 1")),
    ("What did the insurers raise?", Filters(topic="shipping")),
    ("Which exports were kept from laboratories?", Filters.parse(since="2024-03-01", until="2024-09-30")),
)

# -- kinds of damage ---------------------------------------------------------------------------------------------------


def _flip_bit(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _flip_bits(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((2, 8, 40))):
        _flip_bit(content, chance)


def _overwrite(content: bytearray, chance: random.Random) -> None:
    start, length = chance.randrange(len(content)), chance.choice((4, 64, 1024, 5000))
    content[start : start + length] = chance.randbytes(min(length, len(content) - start))


def _overwrite_with_zeros(content: bytearray, chance: random.Random) -> None:
    start, length = chance.randrange(len(content)), chance.choice((16, 512, 4096))
    content[start : start + length] = bytes(min(length, len(content) - start))


def _truncate(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def _lengthen(content: bytearray, chance: random.Random) -> None:
    content += chance.randbytes(chance.choice((1, 100, 4096)))


KINDS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "one bit": _flip_bit, "several bits": _flip_bits, "random bytes": _overwrite, "zeros": _overwrite_with_zeros,
    "shorter": _truncate, "longer": _lengthen,
}  # fmt: skip

# -- outcomes ----------------------------------------------------------------------------------------------------------

# It answers as before; an index was rebuilt first; one line says what is wrong.
CORRECT, REPAIRED, REPORTED = "correct", "repaired", "reported"
# It answers as before and the check reports the damage; an answer differs and the check reports the damage.
CHECK, CHECK_ONLY = "check", "check only"
# What must never happen: a wrong answer without a report, and the end of the process.
WRONG, CRASHED = "WRONG", "CRASHED"
OUTCOMES = (CORRECT, REPAIRED, REPORTED, CHECK, CHECK_ONLY, WRONG, CRASHED)


@dataclass(frozen=True, slots=True)
class Trial:
    """One file and one kind of damage. `number` is the seed."""

    number: int
    file: str
    kind: str

    def damage(self, home: Path) -> None:
        content = bytearray((home / self.file).read_bytes())
        if content:
            KINDS[self.kind](content, random.Random(self.number))
        (home / self.file).write_bytes(content)


@dataclass(frozen=True, slots=True)
class TrialResult:
    trial: Trial
    outcome: str
    details: str = ""


@dataclass(slots=True)
class TrialResults:
    """The results of many trials; as text, a table of outcomes by file."""

    results: list[TrialResult] = field(default_factory=list)

    @property
    def failures(self) -> list[TrialResult]:
        return [result for result in self.results if result.outcome in (WRONG, CRASHED)]

    def __str__(self) -> str:
        counts = Counter((_file_kind(result.trial.file), result.outcome) for result in self.results)
        kinds = sorted({kind for kind, _ in counts})
        head = f"{'file':<34}" + "".join(f"{outcome:>11}" for outcome in OUTCOMES)
        rows = [f"{kind:<34}" + "".join(f"{counts[kind, outcome]:>11}" for outcome in OUTCOMES) for kind in kinds]
        return "\n".join([head, *rows])


def _file_kind(file: str) -> str:
    """The file's name without the parts that differ between libraries."""
    path = Path(file)
    folder = path.parts[0].split("-")[0] + "/" if len(path.parts) > 1 else ""
    is_segment_file = folder == "fulltext/" and not path.name.startswith(("meta", "."))
    return folder + (f"*{path.suffix}" if is_segment_file else path.name)


# -- trials ------------------------------------------------------------------------------------------------------------


def damageable_files(home: Path) -> list[str]:
    """The files of the library that are in use and not empty, without locks.

    The two databases are named four times, because they hold most of what can be damaged.
    """
    vectors_manifest = (home / "vectors.json").read_text(encoding="utf-8")
    files = [path.relative_to(home).as_posix() for path in sorted(home.rglob("*")) if path.is_file()]
    used = [
        name
        for name in files
        if (home / name).stat().st_size
        and not name.endswith(".lock")
        and (not name.startswith("vectors-") or f'"{Path(name).parts[0]}"' in vectors_manifest)
    ]
    return used + [name for name in used if name.endswith(("library.sqlite", ".sqlite3"))] * 3


def trials(home: Path, numbers: Iterable[int]) -> list[Trial]:
    """A trial for each number: files in turn, kinds at random, most often one bit."""
    files, planned = damageable_files(home), []
    for number in numbers:
        kind = random.Random(-number - 1).choice(["one bit"] * 4 + list(KINDS))
        planned.append(Trial(number, files[number % len(files)], kind))
    return planned


def run_trials(intact: Path, folder: Path, planned: list[Trial]) -> TrialResults:
    """Runs each trial on a copy of the library in `intact`."""
    finished, remaining = TrialResults(), list(planned)
    while remaining:
        receiver, sender = _context.Pipe()
        arguments = (str(intact), str(folder / f"copy-{len(remaining)}"), remaining, sender)
        process = _context.Process(target=_run_all, args=arguments)
        process.start()
        sender.close()
        while remaining:
            details = f"no answer within {TIMEOUT_SECONDS} s"
            try:
                if receiver.poll(TIMEOUT_SECONDS):
                    finished.results.append(receiver.recv())
                    remaining.pop(0)
                    continue
            except EOFError:
                process.join()
                details = f"the process ended with {process.exitcode}"
            finished.results.append(TrialResult(remaining.pop(0), CRASHED, details))
            break
        process.kill()
        process.join()
    return finished


def _run_all(intact: str, copy: str, planned: list[Trial], sender: Any) -> None:
    encoder = BundledEncoder(threads=1)
    expected = _expected_answers(Path(intact), Path(copy), encoder)
    for trial in planned:
        home = Path(shutil.copytree(intact, copy))
        trial.damage(home)
        sender.send(_run_trial(home, trial, expected, encoder))
        shutil.rmtree(home)
    os._exit(0)


def _expected_answers(intact: Path, copy: Path, encoder: BundledEncoder) -> list[list[Any]]:
    """The answers of the intact library, and those after a rebuild of its indexes.

    The two differ, because removed passages count in the rarity of a word until a rebuild.
    """
    home = Path(shutil.copytree(intact, copy))
    answers, problems = answers_of(home, encoder)
    if problems:
        raise AssertionError(problems)
    with Workspace(load_settings(home=home, threads=1)) as workspace:
        workspace.rebuild()
    rebuilt_answers, _ = answers_of(home, encoder)
    shutil.rmtree(home)
    return [answers, rebuilt_answers]


def answers_of(home: Path, encoder: BundledEncoder) -> tuple[list[Any], list[str]]:
    """What the library lists and answers, and the problems that its check finds."""
    with Workspace(load_settings(home=home, threads=1, lock_timeout=60), empty=True) as workspace:
        library = workspace.library
        retriever = Retriever(library, workspace.vectors, workspace.fulltext, encoder)
        entries = library.entries()
        answers: list[Any] = [entries, library.articles([entry.id for entry in entries])]
        answers += [library.distinct_values(field) for field in ("author", "source", "topics")]
        for question, filters in QUESTIONS:
            passages = retriever.retrieve(question, 4, filters).passages
            answers.append(
                [(passage.id, passage.text, passage.sentences, round(passage.score, 3)) for passage in passages]
            )
        problems = find_inconsistencies(workspace)
        return answers, [f"{inconsistency.store}: {inconsistency.problem}" for inconsistency in problems]


def _run_trial(home: Path, trial: Trial, expected: list[list[Any]], encoder: BundledEncoder) -> TrialResult:
    manifests = [read_manifest(home / name) for name in MANIFESTS]
    try:
        answers, problems = answers_of(home, encoder)
    except RagError as error:
        message = str(error)
        return TrialResult(trial, REPORTED if "\n" not in message and ";" in message else WRONG, message)
    except BaseException:  # noqa: BLE001  (a panic of Tantivy's or Chroma's is no Exception)
        return TrialResult(trial, CRASHED, traceback.format_exc())
    if problems:
        return TrialResult(trial, CHECK if answers in expected else CHECK_ONLY, "; ".join(problems))
    if answers not in expected:
        pairs = enumerate(zip(answers, expected[0], strict=True))
        differing = [index for index, (answer, expected_answer) in pairs if answer != expected_answer]
        return TrialResult(trial, WRONG, f"answers {differing} differ, and the check finds nothing")
    is_repaired = manifests != [read_manifest(home / name) for name in MANIFESTS]
    return TrialResult(trial, REPAIRED if is_repaired else CORRECT)
