"""docs/reference/errors.md: every error that the package raises on purpose, with what to do about it."""

import inspect
import re

import rag
from rag import errors

HEADER = """# Errors

Every error that the package raises on purpose is a `rag.RagError`. Its message is one line that says what to do next.
The command line prints the line as `rag: …` and ends with exit code 2. Over HTTP the line is `error.message` of the
response. Any other exception is a mistake of the package: please report it.

| error | is a | raised when | what to do |
|---|---|---|---|
"""
_TREE_LINE = re.compile(r"[├└]── (?P<name>\w+)\s+(?P<when>.+?) → (?P<what_to_do>.+)")


def errors_page() -> str:
    """The page.

    Raises KeyError for an exported error that the tree in rag/errors.py does not explain.
    """
    rows = []
    explained = explanations()
    for error in exported_errors():
        if error is rag.RagError:
            continue
        when, what_to_do = explained[error.__name__]
        rows.append(f"| `{error.__name__}` | `{error.__bases__[0].__name__}` | {when} | {what_to_do} |\n")
    details = [f"\n## {error.__name__}\n\n{inspect.getdoc(error)}\n" for error in exported_errors()]
    return HEADER + "".join(rows) + "".join(details)


def exported_errors() -> list[type[Exception]]:
    """The public errors, a base before what derives from it."""
    exported = [getattr(rag, name) for name in rag.__all__]
    classes = [item for item in exported if isinstance(item, type) and issubclass(item, Exception)]
    return sorted(classes, key=lambda error: ([base.__name__ for base in reversed(error.__mro__)]))


def explanations() -> dict[str, tuple[str, str]]:
    """For each error of the tree in rag/errors.py: when it is raised, and what to do."""
    matches = _TREE_LINE.finditer(errors.__doc__ or "")
    return {match["name"]: (match["when"].strip(), match["what_to_do"].strip()) for match in matches}
