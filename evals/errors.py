"""What the eval suite raises on purpose; the command line prints the one line and exits with 2."""

from rag.errors import RagError


class EvalError(RagError):
    """A run, a judge, a metric or a file of cases cannot be used as asked for: the message says what to do."""


class BudgetSpent(EvalError):
    """The next call to a model could cost more than is left of --max-cost."""


class Unreadable(EvalError):
    """A model's reply is not what was asked for; that one case goes unjudged."""
