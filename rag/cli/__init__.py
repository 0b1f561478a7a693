"""The command line `rag`: one module for each group of commands."""

from rag.cli.app import main, run

__all__ = ["main", "run"]
