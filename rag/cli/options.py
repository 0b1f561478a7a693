"""The options that commands share, and the engine of the library they name."""

import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.output import print_message
from rag.errors import RagError, SettingsError
from rag.terminal.progress_bar import progress_bar

if TYPE_CHECKING:
    from rag.engine import QueryEngine
    from rag.settings import Settings
    from rag.types.understanding import UnderstoodPart

# The key under which the context of a command has the Tuning that `rag.cli.app.run` was called with, or None.
TUNING_KEY = "rag.tuning"

HomeOption = Annotated[
    str | None,
    typer.Option("--home", metavar="DIR", help="Folder of the library (also RAG_HOME).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
PassagesOption = Annotated[int | None, typer.Option("-k", min=1, max=100, help="Passages to answer from.")]
# The filters: which articles may be used.
_FILTER_OPTIONS = {
    "author": typer.Option(help="Only articles by this author.", show_default=False),
    "source": typer.Option(help="Only articles of this publication.", show_default=False),
    "topic": typer.Option(help="Only articles on this topic.", show_default=False),
    "article": typer.Option(metavar="ID", help="Only the article with this id.", show_default=False),
    "since": typer.Option(metavar="DATE", help="Only articles of this day or later.", show_default=False),
    "until": typer.Option(metavar="DATE", help="Only articles of this day or earlier.", show_default=False),
}
IgnoreOption = Annotated[
    str | None,
    typer.Option(
        metavar="PARTS",
        help="Parts of how the question is understood to leave out, with commas between them: conversation, spelling, "
        "authors, sources, topics, articles, dates.",
        show_default=False,
    ),
]


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command one option for each filter.

    The command takes their values as the argument `filters`, in whose place the options stand.
    """
    signature = inspect.signature(command)
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name == "filters":
            parameters += [
                parameter.replace(name=name, annotation=Annotated[str | None, option], default=None)
                for name, option in _FILTER_OPTIONS.items()
            ]
        else:
            parameters.append(parameter)

    @wraps(command)
    def command_with_filters(**arguments: Any) -> None:
        filters = {name: arguments.pop(name) for name in _FILTER_OPTIONS}
        command(**arguments, filters=filters)

    command_with_filters.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command_with_filters.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command_with_filters


def ignored_parts(given: str | None) -> "frozenset[UnderstoodPart]":
    """The parts that --ignore names. Raises RagError for any other name."""
    from rag.types.understanding import check_part_names

    try:
        return check_part_names([name for part in (given or "").split(",") if (name := part.strip())])
    except ValueError as error:
        raise RagError(f"--ignore: {error}") from error


@contextmanager
def open_library(
    context: typer.Context, home: str | None, *, empty: bool = False, any_encoder: bool = False
) -> Iterator["QueryEngine"]:
    """The engine of the library that --home names, before or after the command.

    `empty` and `any_encoder` are those of `open_engine`. Raises LibraryError or SettingsError.
    """
    settings = command_settings(context, home)
    with suppress(OSError):  # opening the library reports the error in the folder
        if sys.stderr.isatty() and not empty and not settings.home_folder.exists():
            print_message(f"Creating a library in {settings.home_folder} from the bundled corpus.")
    from rag.settings.process import collector_paused

    with collector_paused():
        from rag.engine import open_engine

        # The modules stay. A frozen object is not visited by later collections; the first one would take 0.1 s.
        gc.freeze()

    with progress_bar("Adding the bundled corpus") as bar:
        engine = open_engine(
            settings=settings,
            empty=empty,
            any_encoder=any_encoder,
            progress=bar.show_articles,
            tuning=context.meta.get(TUNING_KEY),
        )
    with engine:
        yield engine


def command_settings(context: typer.Context, home: str | None) -> "Settings":
    """The settings, with the library in the folder that --home names.

    The option stands before or after the command. Raises SettingsError for an empty name.
    """
    from rag.settings import load_command_settings

    folder: str | None = context.obj if home is None else home
    if folder is None:
        return load_command_settings()
    if not folder.strip():
        raise SettingsError("--home is empty; name the folder of the library")
    return load_command_settings(home=folder)
