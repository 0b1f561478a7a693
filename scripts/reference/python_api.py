"""docs/reference/python.md: the public names of `rag`, from their signatures and docstrings.

The source is parsed, not imported, so that annotations and defaults stand as they are written.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

import rag

ROOT = Path(__file__).parents[2]
HEADER = """# Python

```python
from rag import open_engine
```

Everything below is imported from `rag`. A name that is not on this page is not public and may change with any
version. The errors have [a page of their own](errors.md), the settings [another](settings.md).

`import rag` changes nothing outside the package: no environment variable, logger or signal handler. An engine may be
shared by threads.
"""
# Methods that stand before the others of their class.
FIRST_METHODS = ("ask", "stream", "chat", "search", "check_draft", "add", "sync")
GROUPS = {
    "Open a library": ("open_engine",),
    "Ask": ("QueryEngine", "Chat"),
}


def python_page() -> str:
    """The page."""
    package = griffe.load("rag", search_paths=[str(ROOT)], allow_inspection=False)
    first = [name for names in GROUPS.values() for name in names]
    parts = [HEADER]
    for title, names in (GROUPS | {"Data": tuple(name for name in documented_names() if name not in first)}).items():
        parts.append(f"## {title}\n")
        parts += [_entry(package, name) for name in names]
    return "\n".join(parts)


def documented_names() -> list[str]:
    """The public names of this page: all but the errors and the settings."""
    return [name for name in rag.__all__ if not _has_its_own_page(name)]


def _has_its_own_page(name: str) -> bool:
    item = getattr(rag, name)
    return name == "Settings" or (isinstance(item, type) and issubclass(item, Exception))


def _entry(package: Any, name: str) -> str:
    item = getattr(rag, name)
    definition = package[f"{item.__module__.removeprefix('rag.')}.{item.__name__}"]
    if definition.is_function:
        return f"### {name}\n\n{_signature(definition)}\n{_docstring(definition)}"
    lines = [f"### {name}\n", _docstring(definition)]
    fields = [member for member in _members(definition) if member.is_attribute and "property" not in member.labels]
    if fields:
        lines.append("| field | type | default |\n|---|---|---|")
        for field in fields:
            default = (
                "" if "instance-attribute" in field.labels and "class-attribute" not in field.labels else field.value
            )
            lines.append(f"| `{field.name}` | {_code(field.annotation)} | {_code(default)} |")
        lines.append("")
    for member in _members(definition):
        if member.is_function:
            lines.append(f"#### {name}.{member.name}\n\n{_signature(member)}\n{_docstring(member)}")
        elif "property" in member.labels:
            lines.append(f"#### {name}.{member.name}\n\n`{member.annotation}`\n\n{_docstring(member)}")
    return "\n".join(lines)


def _members(definition: Any) -> Iterator[Any]:
    """The public members of a class and of its bases in this package."""
    members = definition.inherited_members | definition.members
    first = {name: members[name] for name in FIRST_METHODS if name in members}
    for name, member in (first | members).items():
        target = member.final_target if member.is_alias else member
        if not name.startswith("_") and target.path.startswith("rag."):
            yield target


def _signature(function: Any) -> str:
    """The signature as a block of code, on several lines if it is long."""
    text = (
        re.sub(r"\bself(, )?", "", function.signature(), count=1) if function.parent.is_class else function.signature()
    )
    prefix = "async def" if "async" in function.labels else "def"
    if len(text) > 100:
        inside, _, after = text.partition("(")[2].rpartition(")")
        arguments = ",\n    ".join(_split_arguments(inside))
        text = f"{function.name}(\n    {arguments},\n){after}"
    return f"```python\n{prefix} {text}\n```\n"


def _split_arguments(text: str) -> Iterator[str]:
    """The arguments of a signature; a comma inside brackets divides none."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            yield text[start:position].strip()
            start = position + 1
    yield text[start:].strip()


def _docstring(definition: Any) -> str:
    """The docstring as Markdown, with its arguments and errors as lists."""
    if definition.docstring is None:
        return ""
    parts = []
    for section in definition.docstring.parse("google", warnings=False):
        if section.kind.value == "text":
            parts.append(section.value)
        elif section.kind.value == "parameters":
            parts.append("\n".join(f"- `{item.name}`: {_one_line(item.description)}" for item in section.value))
        elif section.kind.value == "raises":
            raised = (f"- `{item.annotation}`: {_one_line(item.description)}" for item in section.value)
            parts.append("Raises:\n\n" + "\n".join(raised))
    return "\n\n".join(parts) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _code(expression: Any) -> str:
    return "" if expression in (None, "") else "`" + " ".join(str(expression).split()).replace("|", "\\|") + "`"
