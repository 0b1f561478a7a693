"""Articles into the library from the page: one source after the other, with a bar and a line for each.

A visitor names files that were uploaded, text, or an address of the web; never a path of this machine.
"""

import json
import queue
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from rag.article import is_web_address, slug
from rag.engine import QueryEngine
from rag.errors import RagError
from rag.indexer import AddReport, Step
from rag.ui.handlers import explained

# How often the bar moves.
TICK = 0.2
# The folders of a path: how this machine is laid out is nobody's business on the page.
_FOLDERS = re.compile(r"(?<![\w/:.])/(?:[^\s/]+/)+")


@dataclass(frozen=True, slots=True)
class Source:
    """Something to add: how it is called to the person, and where it is."""

    name: str
    what: str | Path


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one source."""

    name: str
    good: bool
    said: str


def uploaded(engine: QueryEngine, paths: Sequence[str]) -> Iterator[str]:
    """Adds files that were uploaded, and takes the uploads away again."""
    try:
        yield from added(engine, [Source(Path(path).name, Path(path)) for path in paths])
    finally:
        # Also so that a newer version of the file may replace this one: an article belongs to its file while that is.
        for path in paths:
            with suppress(OSError):
                Path(path).unlink()


def pasted(engine: QueryEngine, text: str, title: str, author: str, source: str, published: str) -> Iterator[str]:
    """Adds a text; with no field given it is read like a plain text file, the title in its first line."""
    if not text.strip():
        yield results_html([Line("Nothing added", False, "paste a text first")])
        return
    first, _, rest = text.strip().partition("\n")
    name = title.strip() or first.strip()
    given = {"author": author, "source": source, "published": published}
    fields = {key: value.strip() for key, value in given.items() if value.strip()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{slug(name[:200])}.{'jsonl' if fields or title.strip() else 'txt'}"
        if fields or title.strip():
            body = text if title.strip() else rest
            line = {"title": name, "text": body.strip(), **fields}
            path.write_text(json.dumps(line), encoding="utf-8")
        else:
            path.write_text(text, encoding="utf-8", errors="replace")
        yield from added(engine, [Source(name[:120], path)])


def fetched(engine: QueryEngine, address: str) -> Iterator[str]:
    """Adds what is at an address of the web: an article, or those that a feed lists."""
    address = address.strip()
    if not is_web_address(address):
        yield results_html([Line(address[:200] or "Nothing added", False, "give an address that begins with https://")])
        return
    yield from added(engine, [Source(address, address)])


def added(engine: QueryEngine, sources: Sequence[Source]) -> Iterator[str]:
    """Adds the sources in turn; each piece of HTML takes the place of the one before. Never raises."""
    lines: list[Line] = []
    for number, source in enumerate(sources):
        yield progress_html(number, len(sources), source.name, None, lines)
        steps: queue.Queue[Step | AddReport | Exception] = queue.Queue()
        # A daemon: whoever closes the page does not stop what was begun, and what was begun does not stop the server.
        threading.Thread(target=_add, args=(engine, source, steps), daemon=True).start()
        while isinstance(step := _newest(steps), Step):
            yield progress_html(number, len(sources), source.name, step, lines)
        lines += _lines(source, step)
    yield results_html(lines)


def _add(engine: QueryEngine, source: Source, steps: "queue.Queue[Step | AddReport | Exception]") -> None:
    try:
        steps.put(engine.add(source.what, progress=steps.put))
    except Exception as error:  # noqa: BLE001 - it is told to the one who waits
        steps.put(error)


def _newest(steps: "queue.Queue[Step | AddReport | Exception]") -> Step | AddReport | Exception:
    """The latest of what has been said, not more often than the bar moves."""
    newest = steps.get()
    threading.Event().wait(TICK if isinstance(newest, Step) else 0)
    while isinstance(newest, Step) and not steps.empty():
        newest = steps.get_nowait()
    return newest


def _lines(source: Source, outcome: AddReport | Exception) -> list[Line]:
    if isinstance(outcome, Exception):
        return [Line(source.name, False, explained(outcome))]
    failed = [Line(_shown(source, one.what), False, _FOLDERS.sub("", one.why)) for one in outcome.failed]
    counts = {"added": outcome.added, "replaced": outcome.updated, "already there, unchanged": outcome.unchanged}
    said = ", ".join(words if len(ids) == 1 else f"{len(ids)} articles {words}" for words, ids in counts.items() if ids)
    return ([Line(source.name, True, said)] if said else []) + failed


def _shown(source: Source, what: str) -> str:
    """The source's name for the person instead of where its upload lay; the line of a file is kept."""
    return what.replace(str(source.what), source.name)


def progress_html(number: int, total: int, name: str, step: Step | None, lines: Sequence[Line]) -> str:
    """The bar: over the sources, or over the articles of a single one that says how many it holds."""
    value, most = (step.articles, step.total) if total == 1 and step else (number, total)
    amount = f' value="{value}" max="{most}"' if most and most > 1 else ""
    detail = f" · {step.articles:,} articles, {step.passages:,} passages" if step else ""
    return (
        f'<div class="adding" aria-busy="true"><p>Adding {number + 1} of {total}: {escape(name)}{detail}</p>'
        f'<progress aria-label="Adding"{amount}></progress>{_list(lines)}</div>'
    )


def results_html(lines: Sequence[Line]) -> str:
    """A line for each source, when all is done."""
    good = sum(line.good for line in lines)
    return f'<div class="adding" data-finished="{good}">{_list(lines)}</div>'


def refused_html(error: Exception) -> str:
    return results_html([Line("Nothing added", False, explained(error))])


def read_only(engine: QueryEngine) -> None:
    """Raises RagError where the page may not write."""
    if engine.settings.read_only:
        raise RagError("this library is read-only")


def _list(lines: Sequence[Line]) -> str:
    items = "".join(
        f'<li class="{"good" if line.good else "bad"}"><span aria-hidden="true">{"✓" if line.good else "✗"}</span> '
        f"<strong>{escape(line.name)}</strong>: {escape(line.said)}</li>"
        for line in lines
    )
    return f'<ul class="results">{items}</ul>' if items else ""
