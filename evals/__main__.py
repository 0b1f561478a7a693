"""`python -m evals …`, the same as `rag eval …`: which measurement to run. Each says with --help what it needs."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

app = typer.Typer(
    name="evals", help="Measures how well the answers are found, cited and borne out.", rich_markup_mode=None,
    pretty_exceptions_enable=False, no_args_is_help=True, add_completion=False,
)  # fmt: skip
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_BENCHMARKS = {
    "abstention": "evals.benchmarks.abstention",
    "answers": "evals.benchmarks.answers",
    "chunking": "evals.benchmarks.chunking",
    "commentary": "evals.benchmarks.commentary",
    "speed": "evals.benchmarks.speed",
    "statements": "evals.benchmarks.statements",
    "writing": "evals.benchmarks.writing",
    "verifier": "evals.verifier.calibrate",
}


@app.callback()
def _common() -> None:
    """Measures how well the answers are found, cited and borne out."""


@app.command(context_settings=_PASSED_ON)
def bench(context: typer.Context, name: str = typer.Argument(help=" | ".join(_BENCHMARKS))) -> None:
    """Runs one benchmark; what follows its name is passed on to it."""
    module = _BENCHMARKS.get(name)
    if module is None:
        raise typer.BadParameter(f"there is no benchmark {name!r}; there are {', '.join(_BENCHMARKS)}")
    import_module(module).main(context.args)


def main(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; bad input is one line and 2."""
    from rag.errors import RagError

    try:
        asked = list(arguments) or ["--help"]
        if asked in (["bench"], ["bench", "--help"], ["bench", "-h"]):
            sys.stdout.write(f"rag eval bench NAME [--help]: {', '.join(_BENCHMARKS)}\n")
            return 0
        code = typer.main.get_command(app).main(args=asked, prog_name="rag eval", standalone_mode=False)
    except RagError as error:
        sys.stderr.write(f"evals: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except SystemExit as stop:
        if isinstance(stop.code, str):
            sys.stderr.write(f"{stop.code}\n")
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except FileNotFoundError as error:
        sys.stderr.write(f"evals: {error.filename} is not there; check --data\n")
        return 2
    except Exception as error:
        described = getattr(error, "format_message", None)
        if described is None:
            raise
        if described():
            sys.stderr.write(f"evals: {described()}\n")
        return 2
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
