"""The command `rag` with small batches, for a process of its own.

In a library of a few dozen passages, an interrupt, a kill or a full disk then meets every kind of write.
"""

import sys

from rag.index.base import COMPACT_AFTER_CHANGES
from rag.ingest.indexer import BATCH_CHARACTERS, SYNC_PASSAGES


def tuned_command(
    *,
    batch_characters: int = BATCH_CHARACTERS,
    sync_passages: int = SYNC_PASSAGES,
    compact_after_changes: int = COMPACT_AFTER_CHANGES,
) -> list[str]:
    """The start of a command line, which prints "started" before the command runs."""
    code = f"""
import sys
from rag.cli.app import run
from rag.index.base import IndexParameters
from rag.interrupts.signals import install_interrupt_handlers
from rag.workspace import Tuning
print("started", flush=True)
install_interrupt_handlers()
index = IndexParameters(compact_after_changes={compact_after_changes})
tuning = Tuning(batch_characters={batch_characters}, sync_passages={sync_passages}, index=index)
sys.exit(run(sys.argv[1:], tuning=tuning))
"""
    return [sys.executable, "-c", code]
