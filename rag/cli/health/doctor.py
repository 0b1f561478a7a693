"""`rag doctor`: what is installed, reachable and healthy, and what to do."""

from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import HomeOption, JsonOption, command_settings
from rag.cli.output import print_json, print_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.maintenance.doctor.finding import Finding
    from rag.settings import Settings

FOUND_PROBLEMS = 1


def doctor(
    context: typer.Context,
    as_json: JsonOption = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no server of a model.")] = False,
    home: HomeOption = None,
) -> None:
    """Examines the installation, the library and the servers; says what to do.

    One line each; the exit code is 1 if there is a problem. Servers of models are asked for the names of their models.
    """
    settings = command_settings(context, home)
    findings = []
    for finding in _findings(settings, offline=offline):
        findings.append(finding)
        if not as_json:
            print_text(str(finding))
    if as_json:
        print_json([finding.to_dict() for finding in findings])
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(FOUND_PROBLEMS)


def _findings(settings: "Settings", *, offline: bool) -> "Iterator[Finding]":
    from rag.maintenance.doctor.installation import examine_installation
    from rag.maintenance.doctor.library import examine_library
    from rag.maintenance.doctor.servers import examine_servers

    yield from examine_installation(settings)
    yield from examine_library(settings)
    if not offline:
        yield from examine_servers(settings)
