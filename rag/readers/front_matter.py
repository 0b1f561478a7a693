"""Splits the front matter of a Markdown text from its body: YAML, TOML or JSON.

A YAML value is the text as written: its types are off except dates and null, so `title: No` is a title. Aliases and
tags are refused, because a few lines of them can expand to gigabytes or name Python types.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml

from rag.errors import ReadError
from rag.readers.encoding import to_one_line

# PyYAML reads this many characters in 1 s; a longer text between two lines of --- is not front matter.
MAX_FRONT_MATTER_CHARACTERS = 60_000

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(?P<fields>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)(?P<body>.*)", re.DOTALL)
_TOML_FRONT_MATTER = re.compile(
    r"\s*\+\+\+[ \t]*\r?\n(?P<fields>.*?)(?<=\n)\+\+\+[ \t]*(?:\r?\n|\Z)(?P<body>.*)", re.DOTALL
)
_JSON_FRONT_MATTER = re.compile(r"\s*\{\s*\"")
_UNCLOSED_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n\s*[A-Za-z_]+[ \t]*:")


class _FrontMatterLoader(yaml.SafeLoader):
    """YAML loader that converts only dates and null.

    `title: No` and `id: 007` stay strings.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        first_character: [resolver for resolver in resolvers if resolver[0].endswith((":timestamp", ":null"))]
        for first_character, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuses aliases and tags.

        A few lines of aliases can expand to gigabytes; a tag names a type that no field has.
        """
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, "aliases and tags have no meaning here", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_date(self, node: yaml.ScalarNode) -> Any:
        """The date of a timestamp node.

        If there is no such day, returns the node's text, for which parse_published() raises the error.
        """
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_FrontMatterLoader.add_constructor("tag:yaml.org,2002:timestamp", _FrontMatterLoader.construct_date)


def split_front_matter(text: str, source_name: str) -> tuple[dict[str, Any] | None, str]:
    """Splits `text` into its front matter and its body.

    The fields are YAML between two lines of `---`, TOML between two lines of `+++`, or one JSON object. Returns them
    (None if there are none) and the body to the character.
    Raises ReadError for front matter that is not closed, too long, not YAML or TOML, or not `key: value`.
    """
    if toml := _TOML_FRONT_MATTER.match(text):
        return _toml_fields(toml, source_name), toml["body"]
    if _JSON_FRONT_MATTER.match(text):
        return _json_fields(text)
    match = _FRONT_MATTER.match(text)
    if match is None:
        if _UNCLOSED_FRONT_MATTER.match(text):
            raise ReadError(source_name, "the front matter is not closed; put a line of --- after its last field")
        return None, text
    _check_length(match["fields"], "---", source_name)
    try:
        fields = _FrontMatterLoader(match["fields"]).get_single_data()
    except yaml.YAMLError as error:
        raise ReadError(source_name, _describe_yaml_error(error, match)) from None
    except (ValueError, RecursionError) as error:
        raise ReadError(
            source_name, f"the front matter cannot be read ({to_one_line(str(error))}); write `key: value` on each line"
        ) from None
    if fields is not None and not isinstance(fields, Mapping):
        raise ReadError(source_name, "the front matter is not a list of fields; write `key: value` on each line")
    return {str(key): value for key, value in (fields or {}).items()}, match["body"]


def _check_length(fields: str, mark: str, source_name: str) -> None:
    if len(fields) > MAX_FRONT_MATTER_CHARACTERS:
        raise ReadError(
            source_name,
            f"its front matter is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters; "
            f"is a line of {mark} missing after its last field?",
        )


def _toml_fields(match: re.Match[str], source_name: str) -> dict[str, Any]:
    _check_length(match["fields"], "+++", source_name)
    try:
        return tomllib.loads(match["fields"])
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem = to_one_line(str(error))
        raise ReadError(source_name, f"its front matter is not TOML ({problem}); correct it") from None


def _json_fields(text: str) -> tuple[dict[str, Any] | None, str]:
    start = len(text) - len(text.lstrip())
    try:
        fields, end = json.JSONDecoder().raw_decode(text[: start + MAX_FRONT_MATTER_CHARACTERS], start)
    except (ValueError, RecursionError):  # a text that begins with a brace
        return None, text
    return (fields, text[end:].lstrip("\r\n")) if isinstance(fields, dict) else (None, text)


def _describe_yaml_error(error: yaml.YAMLError, match: re.Match[str]) -> str:
    mark = getattr(error, "problem_mark", None)
    # PyYAML notices an unclosed quote or bracket at the end only; the line to correct is the one that opens it.
    if mark and mark.index >= len(match["fields"]):
        mark = getattr(error, "context_mark", None) or mark
    lines_before = match.string.count("\n", 0, match.start("fields"))
    place = f"line {lines_before + mark.line + 1}" if mark else "the front matter"
    problem = to_one_line(str(getattr(error, "problem", None) or error))
    return f"{place} is not YAML ({problem}); write `key: value`, and quotes around a value that holds a colon"
