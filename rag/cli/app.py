"""The command line `rag`: its commands, its exit codes, its errors.

Results go to standard output, progress and messages to standard error. Exit codes: 0 done (an abstention is a result),
1 a check found something, 2 input or setup needs changing, 130 interrupted. Each command imports its heavy modules
itself, so that `rag --help` starts fast.
"""

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli import library, questions
from rag.cli.backup import backup, restore
from rag.cli.exports.cite import cite
from rag.cli.feedback import feedback_app
from rag.cli.health.doctor import doctor
from rag.cli.models import models
from rag.cli.options import TUNING_KEY, HomeOption
from rag.cli.output import discard_output, print_message, print_text
from rag.cli.serve import mcp, serve
from rag.cli.sources.show import show
from rag.cli.sources.sync import follow, following, sync, unfollow
from rag.errors import RagError
from rag.interrupts.signals import install_interrupt_handlers

if TYPE_CHECKING:
    from rag.workspace import Tuning

DONE, WRONG_INPUT, INTERRUPTED = 0, 2, 130

app = typer.Typer(
    name="rag",
    help="Questions and answers over commentary: every sentence cites the words that support it.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    add_completion=False,
)
app.add_typer(feedback_app())
app.command(help=library.ADD_HELP)(library.add)
for command in (
    questions.ask, questions.chat, questions.search, questions.debate, library.remove, library.articles, show, sync,
    follow, unfollow, following, library.status, library.check, library.rebuild, cite, backup, restore, library.init,
    serve, mcp, models, doctor, questions.check_draft,
):  # fmt: skip
    app.command()(command)


@app.command(
    name="eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def evaluate(context: typer.Context) -> None:
    """The eval suite, as `python -m evals` runs it."""
    from evals.__main__ import main as evals_main

    raise typer.Exit(evals_main(context.args))


def _print_version(is_given: bool) -> None:
    if is_given:
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
    """Runs before every command: sets the library's folder, switches telemetry off."""
    context.obj = home
    if context.invoked_subcommand is None:
        print_text(context.get_help())
        return
    from rag.settings.process import disable_third_party_telemetry

    disable_third_party_telemetry()


def main() -> None:
    """The console script."""
    install_interrupt_handlers()
    exit_code = run(sys.argv[1:])
    # Python collects garbage several times while it ends, over every object: 0.4 s after an answer. Frozen objects are
    # left to the system, which frees the memory of the process at once.
    gc.freeze()
    raise SystemExit(exit_code)


def run(arguments: list[str], *, tuning: "Tuning | None" = None) -> int:
    """Runs one command line and returns its exit code.

    An error that the user can act on is one line on standard error. Any other exception is a bug and is raised.
    `tuning` replaces the batch sizes with which the library is opened.
    """
    command = typer.main.get_command(app)
    try:
        # command.main() is not used: it ends the process itself when the output's reader has closed the pipe, and turns
        # Ctrl-C into an exit code that `rag eval` may also return.
        with command.make_context("rag", list(arguments)) as context:
            context.meta[TUNING_KEY] = tuning
            command.invoke(context)
    except typer.Exit as exit_request:
        return exit_request.exit_code
    except RagError as error:
        print_message(f"rag: {error}")
        return WRONG_INPUT
    except typer.TyperException as error:
        print_message(_usage_message(error))
        return WRONG_INPUT
    except (KeyboardInterrupt, typer.Abort):
        print_message("rag: interrupted; what was finished is kept")
        return INTERRUPTED
    except BrokenPipeError:  # `rag articles | head`: the output's reader has closed the pipe
        discard_output()
    return DONE


def _usage_message(error: typer.TyperException) -> str:
    """The error in the command line, in one line."""
    context = getattr(error, "ctx", None)  # of a usage error: the command that could not be understood
    command_path = context.command_path if context else "rag"
    return f"rag: {error.format_message().rstrip('.')}; see: {command_path} --help"
