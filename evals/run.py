"""A suite put to an engine: one line a case as it is measured, so that a run that was killed goes on where it was."""

import hashlib
import os
import platform
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import rag
from evals.errors import EvalError
from evals.measure import Bench, measured
from evals.record import VERSION, Record, read_records
from evals.runs import RESULTS, RUN, SUMMARY, RunInfo, read_info
from evals.suite import Case
from rag.errors import LibraryBusy
from rag.settings import bundled
from rag.writer_lock import writer_lock

# What in the settings says where things are and what is secret; neither changes a figure.
_PRIVATE = ("home", "lock_timeout")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases of a suite: `field=value` for `kind`, `subject`, `id` or `answerable`, and the first so many."""

    fields: tuple[tuple[str, str], ...] = ()
    limit: int | None = None

    @classmethod
    def of(cls, given: Sequence[str], limit: int | None) -> "Filter":
        """Raises EvalError for what is not a field's name, an equals sign and a value."""
        fields = []
        for one in given:
            name, equals, wanted = one.partition("=")
            if not equals or name not in _FILTERED:
                raise EvalError(f"--filter {one}: write one of {', '.join(_FILTERED)}, =, and a value, as in kind=why")
            fields.append((name, wanted))
        return cls(tuple(fields), limit)

    def chosen(self, cases: Sequence[Case]) -> list[Case]:
        """Values of one field are alternatives; different fields all have to fit. Raises EvalError when none does."""
        wanted: dict[str, set[str]] = {}
        for name, one in self.fields:
            wanted.setdefault(name, set()).add(one.lower())
        found = [case for case in cases if all(_FILTERED[name](case) in some for name, some in wanted.items())]
        if not found:
            kinds = ", ".join(dict.fromkeys(case.kind for case in cases))
            raise EvalError(f"no case is left by --filter {' '.join('='.join(one) for one in self.fields)}; "
                            f"the suite has the kinds {kinds}")  # fmt: skip
        return found[: self.limit]

    def __str__(self) -> str:
        limit = [f"limit {self.limit}"] if self.limit is not None else []
        return ", ".join([*("=".join(one) for one in self.fields), *limit])


_FILTERED: dict[str, Callable[[Case], str]] = {
    "kind": lambda case: case.kind,
    "subject": lambda case: case.subject,
    "id": lambda case: case.id,
    "answerable": lambda case: str(case.answerable).lower(),
}


def info(
    engine: rag.QueryEngine, cases: Sequence[Case], *, label: str, suite: str, split: str, chosen: Filter,
    writer: str, judge: str, workers: int,
) -> RunInfo:  # fmt: skip
    """What a run is of; two of the same identity give the same figures, but for times."""
    dumped = engine.settings.model_dump(mode="json", exclude={*_PRIVATE, *_secrets(engine.settings)})
    settings = {name: _without_password(one) for name, one in dumped.items()}
    held = sorted(f"{one.id}:{one.sha256}" for one in engine.articles())
    return RunInfo(
        version=VERSION,
        label=label,
        started=datetime.now(UTC).replace(microsecond=0),
        suite=suite,
        split=split,
        chosen=str(chosen),
        cases=len(cases),
        cases_sha256=_digest(case.model_dump_json() for case in cases),
        corpus_sha256=_digest(held),
        writer=writer,
        judge=judge,
        encoder=engine.encoder,
        settings=settings,
        workers=workers,
        package=_package_version(),
        code_sha256=_code(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
    )


@contextmanager
def folder_of(wanted: RunInfo, results: Path, *, fresh: bool = False) -> Iterator[tuple[Path, RunInfo]]:
    """The run's folder, held against other processes: that of an unfinished run of the same identity, else a new one.

    `fresh` begins anew. Raises EvalError when the folder cannot be made.
    """
    with ExitStack() as held:
        found = None if fresh else _unfinished(wanted, results, held)
        if found is None:
            path = _new_folder(results, wanted)
            held.enter_context(writer_lock(path, 0))
            (path / RUN).write_text(wanted.model_dump_json(indent=2) + "\n", encoding="utf-8")
            found = path, wanted
        yield found


def _unfinished(wanted: RunInfo, results: Path, held: ExitStack) -> tuple[Path, RunInfo] | None:
    """The newest unfinished run of the same identity that no other process is at; its lock is put into `held`."""
    for path in sorted(results.glob(f"*-{wanted.label}"), reverse=True):
        if (path / SUMMARY).exists() or not (path / RUN).is_file():
            continue
        with suppress(EvalError, LibraryBusy):
            before = read_info(path)
            if before.identity == wanted.identity:
                held.enter_context(writer_lock(path, 0))
                return path, before
    return None


def run_cases(
    cases: Sequence[Case], bench: Bench, folder: Path, *, workers: int = 1, done: Callable[[Record], None]
) -> list[Record]:
    """Every case that `folder` has no line of yet, each written as it is measured; `done` hears of all of them.

    Records come back in the order of `cases`. Raises EvalError when the judge cannot be asked; lines stay.
    """
    path = folder / RESULTS
    records = {record.case.id: record for record in _resumed(path)}
    for record in records.values():
        done(record)
    left = iter([case for case in cases if case.id not in records])
    with path.open("a", encoding="utf-8") as lines, ThreadPoolExecutor(workers) as pool:
        asked: set[Future[Record]] = set()
        try:
            while True:
                # As many at a time as there are workers: what is not begun yet need not be waited for when one fails.
                while len(asked) < workers and (case := next(left, None)) is not None:
                    asked.add(pool.submit(measured, case, bench))
                if not asked:
                    break
                finished, asked = wait(asked, return_when=FIRST_COMPLETED)
                refusals = []
                for one in finished:
                    if (error := one.exception()) is not None:
                        refusals.append(error)
                        continue
                    record = one.result()
                    lines.write(record.model_dump_json() + "\n")
                    lines.flush()
                    records[record.case.id] = record
                    done(record)
                if refusals:
                    raise refusals[0]
        finally:
            for one in asked:
                one.cancel()
    return [records[case.id] for case in cases]


def _resumed(path: Path) -> list[Record]:
    """The lines of before; one that a kill cut short is taken off the file."""
    if not path.exists():
        return []
    records = read_records(path)
    whole = path.read_bytes()
    if not whole.endswith(b"\n"):
        with path.open("r+b") as lines:
            lines.truncate(whole.rfind(b"\n") + 1)
    return records


def _new_folder(results: Path, wanted: RunInfo) -> Path:
    name = f"{wanted.started:%Y%m%d-%H%M%S}-{wanted.label}"
    try:
        for number in range(100):
            path = results / (f"{wanted.started:%Y%m%d-%H%M%S}.{number}-{wanted.label}" if number else name)
            with suppress(FileExistsError):
                path.mkdir(parents=True)
                return path
    except OSError as error:
        raise EvalError(f"{results} cannot be written ({error.strerror}); name another folder with --results") from None
    raise EvalError(f"{results} has a hundred runs of this second; try again")


def _secrets(settings: Any) -> set[str]:
    return {name for name in type(settings).model_fields if name.endswith("key")}


def _without_password(value: Any) -> Any:
    """An address without the name and password that it may hold: reports are passed around."""
    return re.sub(r"//[^/@\s]*@", "//", value) if isinstance(value, str) else value


def _digest(parts: Iterator[str] | Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """Of everything that answers and measures: a run of other code is another run."""
    package, suite = Path(rag.__file__).parent, Path(__file__).parent
    folders = ((package, "*.py"), (package, "models/*.json"), (bundled("prompts"), "*.md"), (suite, "*.py"))
    files = sorted({path for folder, pattern in folders for path in folder.rglob(pattern)})
    return _digest([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])


def _package_version() -> str:
    from importlib.metadata import version

    return version("commentary-rag")
