"""An archive of newsletters: each message of a mailbox becomes an article with its day.

    python examples/newsletter_archive.py            # makes a library in the folder `newsletter-library`

A mail program exports a folder of newsletters as such a file (.mbox). To keep it up to date, export into the same file
and run this again: only what is new is read.
"""

import sys
from pathlib import Path

from rag import open_engine

MAILBOX = Path(__file__).parent / "newsletters.mbox"


def main(home: str) -> None:
    """Syncs the library with the mailbox, lists the letters, and asks."""
    with open_engine(home, empty=True) as engine:
        report = engine.sync(str(MAILBOX))
        print(f"{len(report.added)} new, {len(report.unchanged)} unchanged")
        for letter in engine.articles():
            print(f"{letter.published}  {letter.title}")

        print(engine.ask("Why do the fares on the island buses rise?"))
        print(engine.ask("What did the council do about the bus contract?", since="2025-10-01"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "newsletter-library")
