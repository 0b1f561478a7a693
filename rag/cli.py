"""The command line: results on standard output, progress and messages on standard error.

Exit codes: 0 done (an abstention is a result), 1 a check found something, 2 input or setup needs changing, 130
interrupted. Heavy parts are imported by the command that needs them, so that `rag --help` answers at once.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.backup_cli import backup, restore
from rag.cli_options import (
    AuthorOption,
    HomeOption,
    JsonOption,
    SinceOption,
    SourceOption,
    TopicOption,
    UntilOption,
    opened,
    settings_of,
)
from rag.errors import RagError
from rag.feedback_cli import commands as feedback_commands
from rag.interruption import hear_interruptions
from rag.terminal import fall_silent, print_catalogue, print_json, print_text, progress_bar, say, status_line

app = typer.Typer(
    name="rag",
    help="Questions and answers over commentary: every sentence points at the words that bear it out.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    add_completion=False,
)
app.add_typer(feedback_commands(opened))
app.command()(backup)
app.command()(restore)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print_text(f"rag {version('commentary-rag')}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    home: HomeOption = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and exit.")
    ] = False,
) -> None:
    context.obj = home
    if context.invoked_subcommand is None:
        print_text(context.get_help())


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", show_default=False)],
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
    from rag.events import final, shown

    with opened(context, home) as engine, status_line() as show:
        events = engine.events(question, k=k, author=author, source=source, topic=topic, since=since, until=until)
        answer = final(shown(events, show))
    print_json(answer.to_dict()) if as_json else print_text(str(answer))


@app.command()
def chat(
    context: typer.Context,
    as_json: JsonOption = False,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the conversation there as Markdown.", show_default=False)
    ] = None,
    k: Annotated[int | None, typer.Option("-k", min=1, max=100, help="Passages to answer from.")] = None,
    author: AuthorOption = None,
    source: SourceOption = None,
    topic: TopicOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    home: HomeOption = None,
) -> None:
    """A conversation: questions on standard input, a line each, that may lean on the ones before."""
    from rag.chat_cli import converse

    options = {"k": k, "author": author, "source": source, "topic": topic, "since": since, "until": until}
    with opened(context, home) as engine:
        converse(engine, options, as_json=as_json, save=save)


@app.command()
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", show_default=False)],
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

    with opened(context, home) as engine:
        found = engine.search(query, k=k, author=author, source=source, topic=topic, since=since, until=until)
    if as_json:
        print_json({"query": query, "passages": [passage.to_dict() for passage in found]})
        return
    for number, passage in enumerate(found, 1):
        print_text(
            f"{number}. {described(passage.article)}  score {passage.score:.3f}\n   {' '.join(passage.text.split())}\n"
        )
    if not found:
        say("No passage matches.")


@app.command()
def add(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(metavar="WHAT...", help="Files, folders, URLs of articles, or feeds.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Adds articles: .md .txt .html .pdf .jsonl, folders, URLs and feeds. Safe to repeat."""
    with opened(context, home) as engine, progress_bar("Adding articles") as progress:
        report = engine.add(*what, progress=progress)
    if as_json:
        failed = [{"what": one.what, "why": one.why} for one in report.failed]
        print_json({"added": report.added, "updated": report.updated, "unchanged": report.unchanged, "failed": failed})
    else:
        print_text(
            f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
            f"{len(report.failed)} failed"
        )
    for one in report.failed:
        say(f"{one.what}: {one.why}")
    if report.failed:
        raise typer.Exit(2)


@app.command()
def remove(
    context: typer.Context,
    article_ids: Annotated[list[str], typer.Argument(metavar="ARTICLE_ID...")],
    home: HomeOption = None,
) -> None:
    """Takes articles out of the library."""
    with opened(context, home) as engine:
        missing = engine.remove(*article_ids)
    print_text(f"{len(set(article_ids)) - len(missing)} removed")
    if missing:
        raise RagError(f"no article with the id {', '.join(missing)}; see the ids with: rag articles")


@app.command()
def articles(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The catalogue, newest first."""
    with opened(context, home) as engine:
        held = engine.articles()
    if as_json:
        print_json([one.to_dict() for one in held])
        return
    if not held:
        say("No articles yet. Add some with: rag add PATH")
        return
    print_catalogue(held)


@app.command()
def status(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Counts, sizes, encoder, writer, and where the library is."""
    with opened(context, home) as engine:
        counts = engine.counts()
        facts: dict[str, Any] = {
            "home": str(engine.home),
            **engine.places,
            "articles": counts.articles,
            "passages": counts.passages,
            "characters": counts.characters,
            "bytes": _bytes_in(engine.home),
            "encoder": engine.encoder,
            "writer": engine.writer,
        }
    if as_json:
        print_json(facts)
    else:
        print_text("\n".join(f"{name:<11}{value}" for name, value in facts.items()))


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # a writer at work takes files away
            total += path.stat().st_size if path.is_file() else 0
    return total


@app.command()
def check(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what differs, from the library.")] = False,
    home: HomeOption = None,
) -> None:
    """Do library, vectors and full text agree? Exit code 1 where they do not and no repair was asked for."""
    with opened(context, home) as engine, progress_bar("Encoding anew") as progress:
        found = engine.check()
        for one in found:
            print_text(f"{one.store}: {one.what}")
        if found and repair:
            found = engine.repair(found, progress)
            print_text("\n".join(f"still {one.store}: {one.what}" for one in found) or "repaired: everything agrees")
        elif not found:
            print_text("everything agrees")
    if found:
        raise typer.Exit(1)


@app.command()
def rebuild(
    context: typer.Context,
    reencode: Annotated[bool, typer.Option("--re-encode", help="Encode every passage anew, too.")] = False,
    home: HomeOption = None,
) -> None:
    """Builds both indexes anew from the library."""
    # Opened without a look at the indexes: whatever is wrong with them, they are made anew.
    with opened(context, home, any_encoder=True) as engine, progress_bar("Encoding anew") as progress:
        engine.rebuild(reencode=reencode, progress=progress)
        counts = engine.counts()
    print_text(f"rebuilt: {counts.articles} articles, {counts.passages} passages")


@app.command()
def init(
    context: typer.Context,
    empty: Annotated[bool, typer.Option("--empty", help="Without the bundled corpus.")] = False,
    home: HomeOption = None,
) -> None:
    """Makes the library, filled from the bundled corpus; one that is there is left as it is."""
    with opened(context, home, empty=empty) as engine:
        counts = engine.counts()
        print_text(f"library in {engine.home}: {counts.articles} articles, {counts.passages} passages")


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    mcp: Annotated[bool, typer.Option("--mcp", help="Also an MCP server with the tools ask and search.")] = False,
    insecure_public: Annotated[
        bool, typer.Option("--insecure-public", help="Serve a public address or name though no RAG_API_KEY is set.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """The page; prints its address when ready."""
    if not insecure_public:
        from rag.guard import refuse_unguarded

        refuse_unguarded(host, settings_of(context.obj if home is None else home))
    with opened(context, home) as engine:
        from rag.server import run

        run(engine, host, port, lambda at: print_text(f"ready: {at}"), mcp=mcp, any_name=insecure_public)


@app.command(
    name="eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def evaluate(context: typer.Context) -> None:
    """The eval suite: the same as python -m evals."""
    from evals.__main__ import main as evals_main

    raise typer.Exit(evals_main(context.args))


def main() -> None:
    """The console script."""
    hear_interruptions()
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code; whatever goes wrong on purpose is one line."""
    try:
        return _invoke(arguments)
    except RagError as error:
        say(f"rag: {error}")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        say("rag: interrupted; what was finished is kept")
        return 130
    except BrokenPipeError:  # `rag articles | head`: whoever read the output has gone
        fall_silent()
        return 0
    except Exception as error:
        line = _usage(error)
        if line is None:
            raise
        say(line)
        return 2


def _invoke(arguments: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        # Not command.main(), which has its own mind about interruptions and about readers that have gone.
        with command.make_context("rag", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    return 0


def _usage(error: Exception) -> str | None:
    """What is wrong with the command line, in one line; None for any other error."""
    described = getattr(error, "format_message", None)
    if described is None:
        return None
    context = getattr(error, "ctx", None)
    return f"rag: {described().rstrip('.')}; see: {context.command_path if context else 'rag'} --help"
