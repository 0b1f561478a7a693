"""Errors that the eval suite raises on purpose.

The command prints the one line and exits with 2.
"""

from rag.errors import RagError


class EvalError(RagError):
    """A run, judge, metric or file of cases cannot be used as asked.

    The message says what to do.
    """


class BudgetSpent(EvalError):
    """The next call to a model could cost more than is left of --max-cost."""


class UnreadableReply(EvalError):
    """A model's reply does not have the form that was asked for.

    That one case is not judged.
    """
