"""The fields of an article as people write them (front matter, JSON), checked and put in their types."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import yaml

from rag.article import Article, slug
from rag.errors import ReadError

_FENCED = re.compile(r"\s*---[ \t]*\r?\n(?P<fields>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)(?P<body>.*)", re.DOTALL)
_LOOKS_LIKE_FIELDS = re.compile(r"\s*---[ \t]*\r?\n\s*[A-Za-z_]+[ \t]*:")
# Characters that no prose holds; a form feed between pages is prose enough.
STRANGE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].{1,30})?|\d{8}")
# In characters: YAML is read in 1 s at this length, and a text between two rules of a page is no front matter.
LONGEST_FIELDS = 60_000
# No date in words is longer; a date reader given a whole page would search it for a long time.
_LONGEST_DATE = 60


class _Fields(yaml.SafeLoader):
    """YAML in which only dates and nothing at all have a meaning: `title: No` and `id: 007` are what they say."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        first: [one for one in resolvers if one[0].endswith((":timestamp", ":null"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Neither aliases, a few lines of which stand for gigabytes, nor tags, which name types that no field has."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.composer.ComposerError(None, None, "aliases and tags have no meaning here", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:  # 2024-13-45: the field that holds it says so better than YAML can
            return node.value


_Fields.add_constructor("tag:yaml.org,2002:timestamp", _Fields.day)


def split_front_matter(text: str, what: str) -> tuple[dict[str, Any] | None, str]:
    """The fields between the `---` lines, or None where there are none, and the body to the character.

    Raises ReadError for front matter that is not closed, not YAML, or not `key: value`.
    """
    found = _FENCED.match(text)
    if found is None:
        if _LOOKS_LIKE_FIELDS.match(text):
            raise ReadError(what, "the front matter is not closed; put a line of --- after its last field")
        return None, text
    if len(found["fields"]) > LONGEST_FIELDS:
        raise ReadError(what, "its front matter is longer than any; is a line of --- missing after its last field?")
    try:
        fields = _Fields(found["fields"]).get_single_data()
    except yaml.YAMLError as error:
        raise ReadError(what, _complaint(error, found)) from None
    except (ValueError, RecursionError) as error:
        raise ReadError(
            what, f"the front matter cannot be read ({one_line(str(error))}); write `key: value` on each line"
        ) from None
    if fields is not None and not isinstance(fields, Mapping):
        raise ReadError(what, "the front matter is not a list of fields; write `key: value` on each line")
    return {str(key): value for key, value in (fields or {}).items()}, found["body"]


def _complaint(error: yaml.YAMLError, fenced: re.Match[str]) -> str:
    mark = getattr(error, "problem_mark", None)
    # What is opened and never closed is noticed at the end only; the line to correct is where it was opened.
    if mark and mark.index >= len(fenced["fields"]):
        mark = getattr(error, "context_mark", None) or mark
    before = fenced.string.count("\n", 0, fenced.start("fields"))
    where = f"line {before + mark.line + 1}" if mark else "the front matter"
    problem = one_line(str(getattr(error, "problem", None) or error))
    return f"{where} is not YAML ({problem}); write `key: value`, and quotes around a value that holds a colon"


def article_of(fields: Mapping[str, Any], text: Any, what: str, name: str) -> tuple[Article, bool]:
    """The article that `fields` and `text` make, and whether they name its id; else the id is made of `name`.

    Raises ReadError that names the field that is missing or wrong.
    """
    title = _line(fields, "title", what)
    if title is None:
        raise ReadError(what, "has no title; add `title: …`")
    if not isinstance(text, str):
        raise ReadError(what, "its `text` is not a string" if text is not None else "has no `text`; add it")
    if not text.strip():
        raise ReadError(what, "has fields and no text; add the article's text")
    refuse_unreadable(text, what)
    named = _line(fields, "id", what)
    if named and len(named) > 200:
        raise ReadError(what, "its `id` is longer than 200 characters; shorten it")
    return (
        Article(
            id=named or slug(name),
            title=title,
            text=text,
            author=_line(fields, "author", what),
            source=_line(fields, "source", what),
            published=day_of(fields.get("published"), what),
            url=_line(fields, "url", what),
            topics=_topics(fields.get("topics"), what),
        ),
        named is not None,
    )


def refuse_unreadable(text: str, what: str) -> None:
    """Raises ReadError for a text that is empty or holds characters that no prose has."""
    if not text.strip():
        raise ReadError(what, "is empty; there is nothing to read in it")
    strange = STRANGE.search(text)
    if strange:
        at = text.count("\n", 0, strange.start()) + 1
        raise ReadError(
            what, f"line {at} of the text holds the control character U+{ord(strange[0]):04X}; save it as plain text"
        )


def day_of(value: Any, what: str) -> date | None:
    """The day that `value` names; None for none. Raises ReadError for what is no date."""
    if value is None or isinstance(value, datetime):
        return value.date() if value else None
    if isinstance(value, date):
        return value
    text = one_line(str(value))
    if not text:
        return None
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text).date()
        except ValueError:
            pass
    found = _day_in_words(text) if len(text) <= _LONGEST_DATE else None
    if found is None:
        raise ReadError(what, f"`published: {text[:40]}` is not a date; write it as 2024-06-30")
    return found


def _day_in_words(text: str) -> date | None:
    """The day in "June 30, 2024" and its like; never one that is counted from today."""
    if not (re.search(r"[A-Za-z]", text) and re.search(r"\d{4}", text)) and not _ISO.match(text):
        return None
    import dateparser

    try:
        found = dateparser.parse(
            text,
            languages=["en"],
            settings={"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]},
        )
    except Exception:  # noqa: BLE001 - its rules fail on odd words with any of Python's errors
        return None
    return found.date() if isinstance(found, datetime) else None


def one_line(text: str | None) -> str:
    """`text` on one line, without characters that no prose holds."""
    return " ".join(STRANGE.sub(" ", text or "").split())


def _line(fields: Mapping[str, Any], key: str, what: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, list) and key == "author" and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    if isinstance(value, (list, dict, set)):
        raise ReadError(what, f"`{key}` is not one line of text; write `{key}: …`")
    line = " ".join(str(value).split())
    if STRANGE.search(line):
        raise ReadError(what, f"`{key}` holds a control character; take it out")
    return line or None


def _topics(value: Any, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or any(isinstance(one, (list, dict)) for one in value):
        raise ReadError(what, "`topics` is not a list; write `topics: [energy, sanctions]`")
    topics = [" ".join(str(one).split()) for one in value if one is not None]
    if any(STRANGE.search(topic) for topic in topics):
        raise ReadError(what, "`topics` holds a control character; take it out")
    return tuple(dict.fromkeys(topic for topic in topics if topic))
