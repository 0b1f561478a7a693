"""docs/clients.md: the clients that are tried, from the table and the programs of tests/clients."""

from tests.clients.table import CLIENTS, ClientCase

HEADER = """# Clients

These clients ask `rag serve`, each in a test that runs it against a real server with a key
([tests/clients](../tests/clients/test_clients.py)). In every line the client asks, gets the answer, and is refused
with a wrong key. *Streams* means that the client shows the answer as it is made, *citations* that it passes them on as
data. Below, `ADDRESS` is what `rag serve` prints, `KEY` is `RAG_API_KEY`; if it is not set, any key does.

| client | speaks to | streams | citations | |
|---|---|---|---|---|"""
FOOTER = """## Trying them

The tests run the clients that are installed beside this package. For the others,
`python tests/clients/make_environments.py FOLDER` makes an environment for each in `FOLDER`, and
`RAG_CLIENTS=FOLDER pytest tests/clients` runs them all. A client that is missing is skipped with its reason.
"""
LANGUAGES = {".py": "python", ".mjs": "javascript"}


def clients_page() -> str:
    """The page."""
    rows = "\n".join(map(_row, CLIENTS))
    return "\n".join([f"{HEADER}\n{rows}\n", *map(_section, CLIENTS), FOOTER])


def _row(case: ClientCase) -> str:
    link = f"[{case.name}](#{_anchor(case)})"
    return f"| {link} | {_interface(case)} | {_yes(case.streams)} | {_yes(case.cites)} | {case.note} |"


def _section(case: ClientCase) -> str:
    language = LANGUAGES[case.program[case.program.index(".") :]]
    return f"## {case.name}\n\n`{case.install}`\n\n```{language}\n{case.how}\n```\n"


def _anchor(case: ClientCase) -> str:
    kept = "".join(character for character in case.name.lower() if character.isalnum() or character in "_- ")
    return kept.strip().replace(" ", "-")


def _interface(case: ClientCase) -> str:
    return f"`{case.interface}`" if case.interface.startswith("/") else case.interface


def _yes(value: bool) -> str:
    return "yes" if value else "–"
