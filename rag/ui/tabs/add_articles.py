"""Adds articles from the page, with a progress bar and a result for each source.

The sources are added one after the other. A visitor names uploaded files, text, or a web address; never a path of this
machine.
"""

import json
import queue
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from rag.engine import QueryEngine
from rag.text.dates import parse_day
from rag.types.article import is_web_address, slug
from rag.types.ingest import AddReport, IngestProgress
from rag.ui.requests.replies import user_message

# How often the progress bar moves.
REFRESH_SECONDS = 0.2
# The folders of a path: the page does not show how this machine is laid out.
_FOLDERS = re.compile(r"(?<![\w/:.])/(?:[^\s/]+/)+")
# What the page calls the option `--links` of the command.
LINKS_LABEL = "Fetch linked pages"
_LINKS_ADVICE = "to fetch, add it with --links"
_LINKS_ADVICE_HERE = f"to fetch, tick “{LINKS_LABEL}” and choose the file again"
# The results of a source.
_Outcome = AddReport | Exception


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A source to add, and the name that the page shows for it."""

    name: str
    source: str | Path


@dataclass(frozen=True, slots=True)
class SourceResult:
    """The result line of one source.

    `field` is the field of the form that is wrong: "text", "published", "address", or "" where no field is.
    """

    name: str
    is_good: bool
    text: str
    field: str = ""


def add_uploads(engine: QueryEngine, paths: Sequence[str], *, follow_links: bool = False) -> Iterator[str]:
    """Adds uploaded files and deletes the uploads; yields HTML as `add_sources` does.

    With `follow_links`, pages that the files list without their text are fetched.
    """
    try:
        sources = [NamedSource(Path(path).name, Path(path)) for path in paths]
        yield from add_sources(engine, sources, follow_links=follow_links)
    finally:
        # While its file exists, an article without an id of its own belongs to that file. If the upload stayed, a newer
        # version in another upload would be refused.
        for path in paths:
            with suppress(OSError):
                Path(path).unlink()


def add_pasted_text(
    engine: QueryEngine, text: str, title: str, author: str, source: str, published: str
) -> Iterator[str]:
    """Adds a text; yields HTML as `add_sources` does.

    Without any field it is read like a plain text file, with the title in its first line.
    """
    if not text.strip():
        yield results_html([SourceResult("Nothing added", False, "paste a text first", "text")])
        return
    if published.strip() and parse_day(published, "first") is None:
        wrong = f"{published.strip()[:60]!r} is not a date; write it as 2024-06-30, or leave it out"
        yield results_html([SourceResult("Nothing added", False, wrong, "published")])
        return
    first_line, _, rest = text.strip().partition("\n")
    name = title.strip() or first_line.strip()
    fields = {"author": author, "source": source, "published": published}
    given_fields = {key: value.strip() for key, value in fields.items() if value.strip()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{slug(name[:200])}.{'jsonl' if given_fields or title.strip() else 'txt'}"
        if given_fields or title.strip():
            body = text if title.strip() else rest
            record = {"title": name, "text": body.strip(), **given_fields}
            path.write_text(json.dumps(record), encoding="utf-8")
        else:
            path.write_text(text, encoding="utf-8", errors="replace")
        yield from add_sources(engine, [NamedSource(name[:120], path)], field="text")


def add_from_web(engine: QueryEngine, address: str) -> Iterator[str]:
    """Adds the article at a web address, or those that a feed lists.

    Yields HTML as `add_sources` does.
    """
    address = address.strip()
    if not is_web_address(address):
        name = address[:200] or "Nothing added"
        yield results_html([SourceResult(name, False, "give an address that begins with https://", "address")])
        return
    yield from add_sources(engine, [NamedSource(address, address)], field="address")


def add_sources(
    engine: QueryEngine, sources: Sequence[NamedSource], *, field: str = "", follow_links: bool = False
) -> Iterator[str]:
    """Adds the sources in turn and yields HTML that shows how far it is.

    Each piece replaces the one before. A failure marks `field` of the form. Never raises.
    """
    results: list[SourceResult] = []
    for number, source in enumerate(sources):
        yield progress_html(number, len(sources), source.name, None, results)
        steps: queue.Queue[IngestProgress | _Outcome] = queue.Queue()
        # A daemon thread: adding goes on when the visitor closes the page, and does not keep the server from ending.
        threading.Thread(target=_add, args=(engine, source, steps, follow_links), daemon=True).start()
        while isinstance(step := _newest(steps), IngestProgress):
            yield progress_html(number, len(sources), source.name, step, results)
        results += [replace(result, field="" if result.is_good else field) for result in _results(source, step)]
    yield results_html(results)


def _add(
    engine: QueryEngine, source: NamedSource, steps: "queue.Queue[IngestProgress | _Outcome]", follow_links: bool
) -> None:
    try:
        steps.put(engine.add(source.source, follow_links=follow_links, progress=steps.put))
    except Exception as error:  # noqa: BLE001 - the page shows it as the source's result
        steps.put(error)


def _newest(steps: "queue.Queue[IngestProgress | _Outcome]") -> IngestProgress | _Outcome:
    """Waits for the newest step, at least REFRESH_SECONDS after a step of progress."""
    newest = steps.get()
    threading.Event().wait(REFRESH_SECONDS if isinstance(newest, IngestProgress) else 0)
    while isinstance(newest, IngestProgress) and not steps.empty():
        newest = steps.get_nowait()
    return newest


def _results(source: NamedSource, outcome: _Outcome) -> list[SourceResult]:
    if isinstance(outcome, Exception):
        return [SourceResult(source.name, False, user_message(outcome))]
    failures = [
        SourceResult(_without_path(source, failure.what), False, _in_words_of_the_page(failure.why))
        for failure in outcome.failed
    ]
    counts = {"added": outcome.added, "replaced": outcome.updated, "already there, unchanged": outcome.unchanged}
    summary = ", ".join(
        label if len(ids) == 1 else f"{len(ids)} articles {label}" for label, ids in counts.items() if ids
    )
    notes = [SourceResult(_without_path(source, note.what), True, note.note) for note in outcome.notes]
    return ([SourceResult(source.name, True, summary)] if summary else []) + notes + failures


def _in_words_of_the_page(why: str) -> str:
    """`why` without this machine's folders, and with the page's own advice."""
    return _FOLDERS.sub("", why).replace(_LINKS_ADVICE, _LINKS_ADVICE_HERE)


def _without_path(source: NamedSource, what: str) -> str:
    """`what` with the source's name for the path of its upload; a line number stays."""
    return what.replace(str(source.source), source.name)


def progress_html(
    number: int, total: int, name: str, step: IngestProgress | None, results: Sequence[SourceResult]
) -> str:
    """The progress bar over the sources, or over the articles of a single source."""
    value, maximum = (step.articles, step.total) if total == 1 and step else (number, total)
    amount = f' value="{value}" max="{maximum}"' if maximum and maximum > 1 else ""
    detail = f" · {step.articles:,} articles, {step.passages:,} passages" if step else ""
    return (
        f'<div class="adding" aria-busy="true"><p>Adding {number + 1} of {total}: {escape(name)}{detail}</p>'
        f'<progress aria-label="Adding"{amount}></progress>{_list(results)}</div>'
    )


def results_html(results: Sequence[SourceResult]) -> str:
    """A line for each source, when all are done."""
    good = sum(result.is_good for result in results)
    wrong = next((result.field for result in results if not result.is_good), "")
    failed = "" if all(result.is_good for result in results) else f' data-failed="{wrong}"'
    return f'<div class="adding" data-finished="{good}"{failed}>{_list(results)}</div>'


def has_failed(results: str) -> bool:
    """Whether the HTML of `results_html` names a source that was not added."""
    return " data-failed=" in results.partition(">")[0]


def failure_html(error: Exception) -> str:
    """The results when nothing could be added because of `error`."""
    return results_html([SourceResult("Nothing added", False, user_message(error))])


def _list(results: Sequence[SourceResult]) -> str:
    items = "".join(
        f'<li class="{"good" if result.is_good else "bad"}">'
        f'<span aria-hidden="true">{"✓" if result.is_good else "✗"}</span> '
        f"<strong>{escape(result.name)}</strong>: {escape(result.text)}</li>"
        for result in results
    )
    return f'<ul class="results">{items}</ul>' if items else ""
