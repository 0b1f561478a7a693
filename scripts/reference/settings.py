"""docs/reference/settings.md: every setting, from the fields of rag.Settings."""

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from rag.settings.fields import Settings
from reference.markdown import link_pages

HEADER = """# Settings

A setting is an environment variable, or a line `NAME=value` of a file `.env` in the folder in which a command is
started. The environment goes before the file. An empty value counts as not set. A value that is not usable is refused
in one line, with exit code 2.

From Python, `open_engine(settings=Settings(…))` takes the same settings by their names without `RAG_`, in lower case.
Python does not read `.env`.

| variable | meaning | default | values |
|---|---|---|---|
"""


def settings_page() -> str:
    """The page."""
    rows = []
    for name, field in Settings.model_fields.items():
        meaning = link_pages(field.description or "")
        rows.append(f"| `{variable_of(name, field)}` | {meaning} | {_default(field)} | {_values(field)} |\n")
    return HEADER + "".join(rows)


def variable_of(name: str, field: FieldInfo) -> str:
    """The environment variable of the field `name`."""
    return str(field.validation_alias or f"RAG_{name.upper()}")


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"`{value.as_posix() if hasattr(value, 'as_posix') else value}`"


def _values(field: FieldInfo) -> str:
    """What the variable may hold."""
    annotation: Any = field.annotation
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if annotation is bool:
        return "0 or 1"
    lower = next((limit.ge for limit in field.metadata if isinstance(limit, Ge)), None)
    above = next((limit.gt for limit in field.metadata if isinstance(limit, Gt)), None)
    upper = next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)
    if lower is not None and upper is not None:
        return f"{lower:,} to {upper:,}"
    if lower is not None or above is not None:
        return f"{lower:,} or more" if lower is not None else f"more than {above:,}"
    return "folder" if "Path" in str(annotation) else "text"
