"""The command line: results on standard output, progress and messages on standard error.

Exit codes: 0 done (an abstention is a result), 1 a check found something, 2 input or setup needs changing, 130
interrupted. Heavy parts are imported by the command that needs them, so that `rag --help` answers at once.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import RagError

if TYPE_CHECKING:
    from rag.engine import QueryEngine
    from rag.indexer import Progress
    from rag.settings import Settings

app = typer.Typer(
    name="rag",
    help="Questions and answers over commentary: every sentence points at the words that bear it out.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="Folder of the library (also RAG_HOME).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
AuthorOption = Annotated[str | None, typer.Option(help="Only articles by this author.", show_default=False)]
SourceOption = Annotated[str | None, typer.Option(help="Only articles of this publication.", show_default=False)]
TopicOption = Annotated[str | None, typer.Option(help="Only articles on this topic.", show_default=False)]
SinceOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only articles of this day or later.", show_default=False)
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only articles of this day or earlier.", show_default=False)
]


@app.callback()
def _common(context: typer.Context, home: HomeOption = None) -> None:
    context.obj = home


@app.command()
def ask(
    context: typer.Context,
    question: str,
    as_json: JsonOption = False,
    k: Annotated[int | None, typer.Option("-k", min=1, max=100, help="Passages to answer from.")] = None,
    author: AuthorOption = None,
    source: SourceOption = None,
    topic: TopicOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    home: HomeOption = None,
) -> None:
    """Answers QUESTION from the articles, or says that they do not hold the answer."""
    with _engine(context, home) as engine:
        answer = engine.ask(question, k=k, author=author, source=source, topic=topic, since=since, until=until)
    _print_json(answer.to_dict()) if as_json else _print(str(answer))


@app.command()
def search(
    context: typer.Context,
    query: str,
    as_json: JsonOption = False,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages to show.")] = 10,
    author: AuthorOption = None,
    source: SourceOption = None,
    topic: TopicOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    home: HomeOption = None,
) -> None:
    """The passages that bear most on QUERY, best first."""
    from rag.answer import described

    with _engine(context, home) as engine:
        found = engine.search(query, k=k, author=author, source=source, topic=topic, since=since, until=until)
    if as_json:
        _print_json({"query": query, "passages": [passage.to_dict() for passage in found]})
        return
    for number, passage in enumerate(found, 1):
        _print(
            f"{number}. {described(passage.article)}  score {passage.score:.3f}\n   {' '.join(passage.text.split())}\n"
        )
    if not found:
        _say("No passage matches.")


@app.command()
def add(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(help="Files, folders, URLs of articles, or feeds.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Adds articles: .md .txt .html .pdf .jsonl, folders, URLs and feeds. Safe to repeat."""
    with _engine(context, home) as engine, _progress("Adding articles") as progress:
        report = engine.add(*what, progress=progress)
    if as_json:
        failed = [{"what": one.what, "why": one.why} for one in report.failed]
        _print_json({"added": report.added, "updated": report.updated, "unchanged": report.unchanged, "failed": failed})
    else:
        _print(
            f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
            f"{len(report.failed)} failed"
        )
    for one in report.failed:
        _say(f"{one.what}: {one.why}")
    if report.failed:
        raise typer.Exit(2)


@app.command()
def remove(
    context: typer.Context,
    article_ids: Annotated[list[str], typer.Argument(metavar="ARTICLE_ID...")],
    home: HomeOption = None,
) -> None:
    """Takes articles out of the library."""
    with _engine(context, home) as engine:
        missing = engine.remove(*article_ids)
    _print(f"{len(article_ids) - len(missing)} removed")
    if missing:
        raise RagError(f"no article with the id {', '.join(missing)}; see the ids with: rag articles")


@app.command()
def articles(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The catalogue, newest first."""
    with _engine(context, home) as engine:
        held = engine.articles()
    if as_json:
        _print_json(
            [
                {
                    "id": one.id, "title": one.title, "author": one.author, "source": one.source,
                    "published": one.published.isoformat() if one.published else None, "url": one.url,
                    "topics": list(one.topics), "characters": one.characters, "passages": one.passages,
                    "sha256": one.sha256,
                }
                for one in held
            ]
        )  # fmt: skip
        return
    if not held:
        _say("No articles yet. Add some with: rag add PATH")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Published", "Author", "Title", "Id", box=None)
    for one in held:
        published = one.published.isoformat() if one.published else ""
        table.add_row(*(Text(cell) for cell in (published, one.author or "", one.title, one.id)))
    Console().print(table)


@app.command()
def status(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Counts, sizes, encoder, writer, and where the library is."""
    with _engine(context, home) as engine:
        counts = engine.counts()
        facts: dict[str, Any] = {
            "home": str(engine.home),
            "articles": counts.articles,
            "passages": counts.passages,
            "characters": counts.characters,
            "bytes": sum(path.stat().st_size for path in engine.home.rglob("*") if path.is_file()),
            "encoder": engine.encoder,
            "writer": engine.writer,
        }
    if as_json:
        _print_json(facts)
    else:
        _print("\n".join(f"{name:<11}{value}" for name, value in facts.items()))


@app.command()
def check(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what differs, from the library.")] = False,
    home: HomeOption = None,
) -> None:
    """Do library, vectors and full text agree? Exit code 1 where they do not and no repair was asked for."""
    with _engine(context, home) as engine:
        found = engine.check()
        for one in found:
            _print(f"{one.store}: {one.what}")
        if found and repair:
            engine.rebuild()
            left = engine.check()
            _print("\n".join(f"still {one.store}: {one.what}" for one in left) or "repaired: everything agrees")
            found = left
        elif not found:
            _print("everything agrees")
    if found:
        raise typer.Exit(1)


@app.command()
def rebuild(
    context: typer.Context,
    reencode: Annotated[bool, typer.Option("--re-encode", help="Encode every passage anew, too.")] = False,
    home: HomeOption = None,
) -> None:
    """Builds both indexes anew from the library."""
    with _engine(context, home, any_encoder=reencode) as engine, _progress("Encoding anew") as progress:
        engine.rebuild(reencode=reencode, progress=progress)
        counts = engine.counts()
    _print(f"rebuilt: {counts.articles} articles, {counts.passages} passages")


@app.command()
def init(
    context: typer.Context,
    empty: Annotated[bool, typer.Option("--empty", help="Without the bundled corpus.")] = False,
    home: HomeOption = None,
) -> None:
    """Makes the library, filled from the bundled corpus; one that is there is left as it is."""
    with _engine(context, home, empty=empty) as engine:
        counts = engine.counts()
        _print(f"library in {engine.home}: {counts.articles} articles, {counts.passages} passages")


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    home: HomeOption = None,
) -> None:
    """The page and the HTTP API; prints the address when ready."""
    with _engine(context, home) as engine:
        from rag.server import run

        run(engine, host, port, ready=lambda address: _print(f"ready: {address}"))


@app.command(
    name="eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def evaluate(context: typer.Context) -> None:
    """The eval suite: the same as python -m evals."""
    from evals.__main__ import main as evals_main

    raise typer.Exit(evals_main(context.args))


def main() -> None:
    """The console script."""
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code; whatever goes wrong on purpose is one line."""
    try:
        code = typer.main.get_command(app).main(args=arguments, prog_name="rag", standalone_mode=False)
        sys.stdout.flush()
    except RagError as error:
        _say(f"rag: {' '.join(str(error).split())}")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        _say("rag: interrupted; what was finished is kept")
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone (`rag articles | head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        code = _usage(error)
        if code is None:
            raise
    return code if isinstance(code, int) else 0


def _usage(error: Exception) -> int | None:
    """Exit code 2 and one line for a command line that cannot be understood; None for any other error."""
    described = getattr(error, "format_message", None)
    if described is None:
        return None
    said = described()
    if said:  # `rag` alone prints its help and has nothing more to say
        _say(f"rag: {' '.join(said.split())}; see: rag --help")
    return 2


@contextmanager
def _engine(
    context: typer.Context, home: Path | None, *, empty: bool = False, any_encoder: bool = False
) -> Iterator["QueryEngine"]:
    """The engine of the library that --home names, before or after the command."""
    settings = _settings(home or context.obj)
    if sys.stderr.isatty() and not settings.home_path.exists() and not empty:
        _say(f"Making a library in {settings.home_path} from the bundled corpus.")
    from rag.engine import open_engine

    with _progress("Adding the bundled corpus") as progress:
        engine = open_engine(settings=settings, empty=empty, any_encoder=any_encoder, progress=progress)
    with engine:
        yield engine


def _settings(home: Path | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(home=home) if home is not None else load_settings()


@contextmanager
def _progress(doing: str) -> Iterator["Progress"]:
    """A bar on standard error that appears with the first step: articles, passages a second, time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from rag.indexer import Step

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} passages/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task = bar.add_task(doing, total=None, rate="–")

    def show(step: Step) -> None:
        bar.start()
        elapsed = bar.tasks[0].elapsed or 0.0
        rate = f"{step.passages / elapsed:.0f}" if elapsed > 0.5 and step.passages else "–"
        bar.update(task, completed=step.articles, total=step.total, rate=rate)

    try:
        yield show
    finally:
        bar.stop()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _print_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
