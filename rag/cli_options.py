"""What the commands share: the options that several of them take, and the engine of the library that --home names."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import SettingsError
from rag.terminal import progress_bar, say

if TYPE_CHECKING:
    from rag.engine import QueryEngine
    from rag.settings import Settings

HomeOption = Annotated[
    str | None,
    typer.Option("--home", metavar="DIR", help="Folder of the library (also RAG_HOME).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
AuthorOption = Annotated[str | None, typer.Option(help="Only articles by this author.", show_default=False)]
SourceOption = Annotated[str | None, typer.Option(help="Only articles of this publication.", show_default=False)]
TopicOption = Annotated[str | None, typer.Option(help="Only articles on this topic.", show_default=False)]
SinceOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only articles of this day or later.", show_default=False)
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only articles of this day or earlier.", show_default=False)
]


@contextmanager
def opened(
    context: typer.Context, home: str | None, *, empty: bool = False, any_encoder: bool = False
) -> Iterator["QueryEngine"]:
    """The engine of the library that --home names, before or after the command."""
    settings = settings_of(context.obj if home is None else home)
    with suppress(OSError):  # what is wrong with the folder is said below
        if sys.stderr.isatty() and not empty and not settings.home_path.exists():
            say(f"Making a library in {settings.home_path} from the bundled corpus.")
    from rag.engine import open_engine

    with progress_bar("Adding the bundled corpus") as progress:
        engine = open_engine(settings=settings, empty=empty, any_encoder=any_encoder, progress=progress)
    with engine:
        yield engine


def settings_of(home: str | None) -> "Settings":
    """The settings, with the library in `home` where it is named. Raises SettingsError for an empty name."""
    from rag.settings import load_settings

    if home is None:
        return load_settings()
    if not home.strip():
        raise SettingsError("--home is empty; name the folder of the library")
    return load_settings(home=home)
