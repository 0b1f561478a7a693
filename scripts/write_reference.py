"""Writes the pages of docs that describe the code from the code itself.

PYTHONPATH=. python scripts/write_reference.py            # writes docs/reference/*.md, docs/formats.md, docs/clients.md
PYTHONPATH=. python scripts/write_reference.py --check    # exit code 1 and one line for each page that is stale
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from reference.clients import clients_page
from reference.commands import commands_page
from reference.errors import errors_page
from reference.http_api import http_page
from reference.python_api import python_page
from reference.settings import settings_page

from rag.readers.formats.table import formats_document

DOCS = Path(__file__).parents[1] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "clients.md": clients_page,
    "formats.md": formats_document,
    "reference/commands.md": commands_page,
    "reference/errors.md": errors_page,
    "reference/http.md": http_page,
    "reference/python.md": python_page,
    "reference/settings.md": settings_page,
}


def main() -> int:
    """Writes or checks the pages; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; say which pages are stale")
    options = parser.parse_args()
    stale = []
    for name, write in PAGES.items():
        path, text = DOCS / name, write()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not options.check:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/{name} {'is stale; run: python scripts/write_reference.py' if options.check else 'written'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
