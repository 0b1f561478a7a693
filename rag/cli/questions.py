"""`rag ask`, `rag chat`, `rag search`, `rag debate` and `rag check-draft`.

The first four put questions to the articles; the last compares a text with them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.exports.save import CiteOption, SaveOption, check_style, save_conversation
from rag.cli.options import (
    HomeOption,
    IgnoreOption,
    JsonOption,
    PassagesOption,
    ignored_parts,
    open_library,
    with_filters,
)
from rag.cli.output import print_json, print_message, print_text, print_wider_search, status_line
from rag.errors import RagError, single_line
from rag.types.question import FilterArgs, QuestionOptions

if TYPE_CHECKING:
    from rag.drafts.findings import DraftReport

CHECK_FOUND_ERRORS = 1


@with_filters
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", show_default=False)],
    as_json: JsonOption = False,
    k: PassagesOption = None,
    *,
    filters: FilterArgs,
    ignore: IgnoreOption = None,
    revisions: Annotated[
        bool,
        typer.Option("--revisions", help="List the sentences that were corrected, left out or dropped, and why."),
    ] = False,
    with_passages: Annotated[
        bool, typer.Option("--with-passages", help="With --json: the retrieved passages too, cited or not.")
    ] = False,
    cite: CiteOption = None,
    save: SaveOption = None,
    home: HomeOption = None,
) -> None:
    """Answers QUESTION from the articles, or says why they do not answer it."""
    from rag.answering.streaming import final_answer, report_steps

    ignored, style = ignored_parts(ignore), check_style(cite)
    with open_library(context, home) as engine, status_line() as show_step:
        events = engine.events(question, k=k, ignore=ignored, with_passages=with_passages, **filters)
        answer = final_answer(report_steps(events, show_step))
    bibliography = answer.cite(style) if style else None
    if save:
        save_conversation(save, [answer], style)
    if as_json:
        print_json(answer.to_dict() | ({"bibliography": bibliography.split("\n")} if bibliography else {}))
    else:
        print_text(str(answer))
        if bibliography:
            print_text(f"\n{bibliography}")
        if revisions:
            print_text("\n".join(["", *(answer.revision_lines() or ["No sentence was changed or left out."])]))
        print_wider_search(answer)


@with_filters
def chat(
    context: typer.Context,
    as_json: JsonOption = False,
    save: SaveOption = None,
    cite: CiteOption = None,
    k: PassagesOption = None,
    *,
    filters: FilterArgs,
    ignore: IgnoreOption = None,
    home: HomeOption = None,
) -> None:
    """Holds a conversation: one question a line, follow-ups included."""
    from rag.cli.chat import converse

    style = check_style(cite)
    options: QuestionOptions = {"k": k, "ignore": ignored_parts(ignore), **filters}
    with open_library(context, home) as engine:
        converse(engine, options, as_json=as_json, save=save, style=style)


@with_filters
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", show_default=False)],
    as_json: JsonOption = False,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages to show.")] = 10,
    *,
    filters: FilterArgs,
    home: HomeOption = None,
) -> None:
    """Prints the passages that are most relevant to QUERY, best first."""
    from rag.types.article import reference_line

    with open_library(context, home) as engine:
        passages = engine.search(query, k=k, **filters)
    if as_json:
        print_json({"query": query, "passages": [passage.to_dict() for passage in passages]})
        return
    for number, passage in enumerate(passages, 1):
        text = " ".join(passage.text.split())
        print_text(f"{number}. {reference_line(passage.article)}  score {passage.score:.3f}\n   {text}\n")
    if not passages:
        print_message("No passage matches.")


@with_filters
def debate(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", show_default=False)],
    as_json: JsonOption = False,
    k: PassagesOption = None,
    *,
    filters: FilterArgs,
    home: HomeOption = None,
) -> None:
    """Shows who holds what on QUESTION, who answers whom, and since when."""
    with open_library(context, home) as engine, status_line() as show_step:
        show_step("reading the debate")
        shown = engine.debate(question, k=k, **filters)
    if as_json:
        print_json(shown.to_dict())
    else:
        print_text(str(shown))


@with_filters
def check_draft(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The draft: .md, .txt, .docx, .html or .pdf.")],
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The draft as Markdown, with footnotes.")] = False,
    docx: Annotated[
        Path | None,
        typer.Option("--docx", metavar="OUT", help="Write a Word document with comments to OUT.", show_default=False),
    ] = None,
    *,
    filters: FilterArgs,
    home: HomeOption = None,
) -> None:
    """Checks every quotation, claim, citation and name of a draft.

    The exit code is 1 if something is altered, misattributed or contradicted.
    """
    from rag.drafts.files import read_draft

    if as_json and as_markdown:
        raise RagError("--json and --markdown are two forms of the report; give one of them")
    with open_library(context, home) as engine, status_line() as show_step:
        text = read_draft(file.expanduser(), engine.settings)
        show_step("checking the draft")
        report = engine.check_draft(text, **filters)
    if docx is not None:
        _write_word(report, docx)
    _print_report(report, as_json=as_json, as_markdown=as_markdown)
    if report.has_errors:
        raise typer.Exit(CHECK_FOUND_ERRORS)


def _print_report(report: "DraftReport", *, as_json: bool, as_markdown: bool) -> None:
    from rag.drafts.reports.markdown import to_markdown
    from rag.drafts.reports.plain import to_lines

    if as_json:
        print_json(report.to_dict())
    elif as_markdown:
        print_text(to_markdown(report).rstrip("\n"))
    else:
        print_text("\n".join(to_lines(report)))


def _write_word(report: "DraftReport", path: Path) -> None:
    from rag.drafts.reports.word import to_word
    from rag.files import write_file

    try:
        write_file(path, to_word(report))
    except OSError as error:
        raise RagError(f"{path}: cannot be written ({single_line(error)}); name another file") from error
    print_message(f"Written to {path}.")
