"""Spoils one file of a library, then asks the library what it holds: it must answer as before, mend itself, or say what
is wrong. The process that asks is one of its own, since what it opens might end it.

A trial is a pure function of its number and of the library it spoils, so that one that fails can be run again.
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

from rag.encoder import BundledEncoder
from rag.errors import RagError
from rag.filters import Filters
from rag.home import Home
from rag.retriever import Retriever
from rag.settings import load_settings
from rag.stamp import read_stamp

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.worker", "tests.faults.damage"])

PATIENCE = 90.0

QUESTIONS = (
    ("Which lot did observer 4 note?", Filters()),
    ("Who raised the price of bread before the winter?", Filters()),
    ("observer 7 district 7", Filters(author="Column 1")),
    ("What did the insurers raise?", Filters(topic="shipping")),
    ("Which exports were kept from laboratories?", Filters.of(since="2024-03-01", until="2024-09-30")),
)


def _a_bit(whole: bytearray, chance: random.Random) -> None:
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)


def _some_bits(whole: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((2, 8, 40))):
        _a_bit(whole, chance)


def _a_run(whole: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(whole)), chance.choice((4, 64, 1024, 5000))
    whole[at : at + length] = chance.randbytes(min(length, len(whole) - at))


def _zeros(whole: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(whole)), chance.choice((16, 512, 4096))
    whole[at : at + length] = bytes(min(length, len(whole) - at))


def _cut(whole: bytearray, chance: random.Random) -> None:
    del whole[chance.randrange(len(whole)) :]


def _longer(whole: bytearray, chance: random.Random) -> None:
    whole += chance.randbytes(chance.choice((1, 100, 4096)))


KINDS: dict[str, Callable[[bytearray, random.Random], None]] = {
    "a bit": _a_bit, "some bits": _some_bits, "a run": _a_run, "zeros": _zeros, "cut short": _cut, "longer": _longer,
}  # fmt: skip

# Outcomes, best first. The last two are what must never be.
RIGHT, MENDED, SAID, WRONG, CRASHED = "right", "mended", "said", "WRONG", "CRASHED"
# Answered as before, or not as before, and the check says so.
CHECKED, MISLED = "check", "check only"


@dataclass(frozen=True, slots=True)
class Trial:
    """One file, spoilt one way. `number` is its seed."""

    number: int
    file: str
    kind: str

    def spoil(self, home: Path) -> None:
        whole = bytearray((home / self.file).read_bytes())
        if whole:
            KINDS[self.kind](whole, random.Random(self.number))
        (home / self.file).write_bytes(whole)


@dataclass(frozen=True, slots=True)
class Outcome:
    trial: Trial
    what: str
    why: str = ""


@dataclass(slots=True)
class Outcomes:
    every: list[Outcome] = field(default_factory=list)

    @property
    def bad(self) -> list[Outcome]:
        return [one for one in self.every if one.what in (WRONG, CRASHED)]

    def __str__(self) -> str:
        counts = Counter((group(one.trial.file), one.what) for one in self.every)
        groups = sorted({name for name, _ in counts})
        outcomes = (RIGHT, MENDED, SAID, CHECKED, MISLED, WRONG, CRASHED)
        head = f"{'file':<34}" + "".join(f"{name:>11}" for name in outcomes)
        rows = [f"{name:<34}" + "".join(f"{counts[name, one]:>11}" for one in outcomes) for name in groups]
        return "\n".join([head, *rows])


def group(file: str) -> str:
    """The file's name without what differs from one library to the next."""
    path = Path(file)
    where = path.parts[0].split("-")[0] + "/" if len(path.parts) > 1 else ""
    return where + (
        f"*{path.suffix}" if where == "fulltext/" and not path.name.startswith(("meta", ".")) else path.name
    )


def files_of(home: Path) -> list[str]:
    """Every file of the library that holds anything, the locks and the vectors that were in use before aside; the two
    databases four times, since most of what there is to spoil is in them."""
    used = (home / "vectors.json").read_text(encoding="utf-8")
    found = [path.relative_to(home).as_posix() for path in sorted(home.rglob("*")) if path.is_file()]
    kept = [
        name
        for name in found
        if (home / name).stat().st_size
        and not name.endswith(".lock")
        and (not name.startswith("vectors-") or f'"{Path(name).parts[0]}"' in used)
    ]
    return kept + [name for name in kept if name.endswith(("library.sqlite", ".sqlite3"))] * 3


def trials(home: Path, numbers: Iterable[int]) -> list[Trial]:
    """A trial for each number: the files by turns, the ways by lot, most often a single bit."""
    files, made = files_of(home), []
    for number in numbers:
        kind = random.Random(-number - 1).choice(["a bit"] * 4 + list(KINDS))
        made.append(Trial(number, files[number % len(files)], kind))
    return made


def run(sound: Path, folder: Path, wanted: list[Trial]) -> Outcomes:
    """What comes of each trial, on a copy of the library in `sound`."""
    done, rest = Outcomes(), list(wanted)
    while rest:
        mine, theirs = _context.Pipe()
        process = _context.Process(target=_all_of, args=(str(sound), str(folder / f"copy-{len(rest)}"), rest, theirs))
        process.start()
        theirs.close()
        while rest:
            why = f"no answer within {PATIENCE} s"
            try:
                if mine.poll(PATIENCE):
                    done.every.append(mine.recv())
                    rest.pop(0)
                    continue
            except EOFError:
                process.join()
                why = f"the process ended with {process.exitcode}"
            done.every.append(Outcome(rest.pop(0), CRASHED, why))
            break
        process.kill()
        process.join()
    return done


def _all_of(sound: str, copy: str, wanted: list[Trial], answers: Any) -> None:
    encoder = BundledEncoder(threads=1)
    right = _right(Path(sound), Path(copy), encoder)
    for trial in wanted:
        home = Path(shutil.copytree(sound, copy))
        trial.spoil(home)
        answers.send(_outcome(home, trial, right, encoder))
        shutil.rmtree(home)
    os._exit(0)


def _right(sound: Path, copy: Path, encoder: BundledEncoder) -> list[list[Any]]:
    """What the library may say: what it does, and what it does once its indexes are built anew, in which passages that
    were taken out no longer count towards how rare a word is."""
    home = Path(shutil.copytree(sound, copy))
    as_it_is, found = seen(home, encoder)
    if found:
        raise AssertionError(found)
    with Home(load_settings(home=home, threads=1)) as opened:
        opened.indexer.rebuild()
    rebuilt, _ = seen(home, encoder)
    shutil.rmtree(home)
    return [as_it_is, rebuilt]


def seen(home: Path, encoder: BundledEncoder) -> tuple[list[Any], list[str]]:
    """All that the library says of itself and answers, and what its check finds."""
    with Home(load_settings(home=home, threads=1, lock_timeout=5), empty=True) as opened:
        opened.encoder = encoder
        library = opened.library
        retriever = Retriever(library, opened.vectors, opened.fulltext, encoder)
        said: list[Any] = [library.holdings(), library.articles([one.id for one in library.holdings()])]
        said += [library.values(name) for name in ("author", "source", "topics")]
        for question, filters in QUESTIONS:
            found = retriever.retrieve(question, 4, filters).passages
            said.append([(one.id, one.text, one.sentences, round(one.score, 3)) for one in found])
        return said, [f"{one.store}: {one.what}" for one in opened.disagreements()]


def _outcome(home: Path, trial: Trial, right: list[list[Any]], encoder: BundledEncoder) -> Outcome:
    stamps = [read_stamp(home / name) for name in ("vectors.json", "fulltext.json")]
    try:
        said, found = seen(home, encoder)
    except RagError as error:
        line = str(error)
        return Outcome(trial, SAID if "\n" not in line and ";" in line else WRONG, line)
    except BaseException:  # noqa: BLE001  (a panic of Tantivy's or Chroma's is no Exception)
        return Outcome(trial, CRASHED, traceback.format_exc())
    if found:
        return Outcome(trial, CHECKED if said in right else MISLED, "; ".join(found))
    if said not in right:
        differing = [at for at, (one, other) in enumerate(zip(said, right[0], strict=True)) if one != other]
        return Outcome(trial, WRONG, f"differs in {differing}, and the check finds nothing")
    is_mended = stamps != [read_stamp(home / name) for name in ("vectors.json", "fulltext.json")]
    return Outcome(trial, MENDED if is_mended else RIGHT)
