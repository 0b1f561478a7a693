"""`rag ask`, `rag chat` and `rag search`: questions to the articles."""

from typing import Annotated

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
from rag.types.question import FilterArgs, QuestionOptions


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
    cite: CiteOption = None,
    save: SaveOption = None,
    home: HomeOption = None,
) -> None:
    """Answers QUESTION from the articles, or says why they do not answer it."""
    from rag.answering.streaming import final_answer, report_steps

    ignored, style = ignored_parts(ignore), check_style(cite)
    with open_library(context, home) as engine, status_line() as show_step:
        events = engine.events(question, k=k, ignore=ignored, **filters)
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
