"""Reads an article's metadata from YAML front matter or JSON fields.

The fields are validated and converted to their types.

A value is the text as written: YAML's types are off except dates and null, so `title: No` is a title. Aliases and tags
are refused, because a few lines of them can expand to gigabytes or name Python types. A wrong field is never dropped or
guessed: ReadError names it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import yaml

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS, check_readable, to_one_line
from rag.text.dates import parse_day
from rag.types.article import Article, slug

# A first line longer than this is a paragraph, not a title.
MAX_TITLE_CHARACTERS = 200
# PyYAML reads this many characters in 1 s; a longer text between two lines of --- is not front matter.
MAX_FRONT_MATTER_CHARACTERS = 60_000
MAX_ID_CHARACTERS = 200

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(?P<fields>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)(?P<body>.*)", re.DOTALL)
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

    Returns the fields between the two `---` lines (None if there are none) and the body to the character.
    Raises ReadError for front matter that is not closed, too long, not YAML, or not `key: value`.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        if _UNCLOSED_FRONT_MATTER.match(text):
            raise ReadError(source_name, "the front matter is not closed; put a line of --- after its last field")
        return None, text
    if len(match["fields"]) > MAX_FRONT_MATTER_CHARACTERS:
        raise ReadError(
            source_name,
            f"its front matter is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters; "
            "is a line of --- missing after its last field?",
        )
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


def article_from_fields(fields: Mapping[str, Any], text: Any, source_name: str, name: str) -> tuple[Article, bool]:
    """Builds an article from its fields and its text.

    `fields` are the values as written, by the names of Article's attributes; unknown fields are ignored. If there is no
    `id`, the article's id is made from `name`. Returns the article and whether `fields` has an id.
    Raises ReadError that names the missing or wrong field.
    """
    title = _line_field(fields, "title", source_name)
    if title is None:
        raise ReadError(source_name, "has no title; add `title: …`")
    if not isinstance(text, str):
        raise ReadError(source_name, "its `text` is not a string" if text is not None else "has no `text`; add it")
    if not text.strip():
        raise ReadError(source_name, "has fields and no text; add the article's text")
    check_readable(text, source_name)
    own_id = _line_field(fields, "id", source_name)
    if own_id and len(own_id) > MAX_ID_CHARACTERS:
        raise ReadError(source_name, f"its `id` is longer than {MAX_ID_CHARACTERS} characters; shorten it")
    return (
        Article(
            id=own_id or slug(name),
            title=title,
            text=text,
            author=_line_field(fields, "author", source_name),
            source=_line_field(fields, "source", source_name),
            published=parse_published(fields.get("published"), source_name),
            url=_line_field(fields, "url", source_name),
            topics=_topics(fields.get("topics"), source_name),
            correction=_line_field(fields, "correction", source_name),
        ),
        own_id is not None,
    )


def parse_published(value: Any, source_name: str) -> date | None:
    """Parses the publication date in `value`; None for an empty value.

    Accepts a date, an ISO date, or a full English date in words. Relative dates ("yesterday") and dates without a day
    are refused: the reader never guesses. Raises ReadError.
    """
    if value is None or isinstance(value, datetime):
        return value.date() if value else None
    if isinstance(value, date):
        return value
    text = to_one_line(str(value))
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        raise ReadError(source_name, f"`published: {text[:40]}` is not a date; write it as 2024-06-30")
    return day


def _describe_yaml_error(error: yaml.YAMLError, match: re.Match[str]) -> str:
    mark = getattr(error, "problem_mark", None)
    # PyYAML notices an unclosed quote or bracket at the end only; the line to correct is the one that opens it.
    if mark and mark.index >= len(match["fields"]):
        mark = getattr(error, "context_mark", None) or mark
    lines_before = match.string.count("\n", 0, match.start("fields"))
    place = f"line {lines_before + mark.line + 1}" if mark else "the front matter"
    problem = to_one_line(str(getattr(error, "problem", None) or error))
    return f"{place} is not YAML ({problem}); write `key: value`, and quotes around a value that holds a colon"


def _line_field(fields: Mapping[str, Any], key: str, source_name: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, list) and key == "author" and all(isinstance(author, str) for author in value):
        value = ", ".join(value)
    if isinstance(value, (list, dict, set)):
        raise ReadError(source_name, f"`{key}` is not one line of text; write `{key}: …`")
    line = " ".join(str(value).split())
    if CONTROL_CHARACTERS.search(line):
        raise ReadError(source_name, f"`{key}` holds a control character; remove it")
    return line or None


def _topics(value: Any, source_name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or any(isinstance(topic, (list, dict)) for topic in value):
        raise ReadError(source_name, "`topics` is not a list; write `topics: [energy, sanctions]`")
    topics = [" ".join(str(topic).split()) for topic in value if topic is not None]
    if any(CONTROL_CHARACTERS.search(topic) for topic in topics):
        raise ReadError(source_name, "`topics` holds a control character; remove it")
    return tuple(dict.fromkeys(topic for topic in topics if topic))
