"""Reads what a web page declares of its article.

It declares it in JSON-LD, meta elements, headings and bylines. The values are as the page has them;
rag.readers.pages.authors and titles clean them. Nothing is fetched.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.readers.encoding import to_one_line
from rag.readers.pages.authors import given_name_first

# A longer script is data of the site's program.
MAX_JSON_CHARACTERS = 2_000_000
MAX_NODES = 20_000
_ARTICLE_TYPE = re.compile(r"(?:\w*Article|BlogPosting|Report\w*|Review|SocialMediaPosting|Opinion\w*)\Z")
_WEB_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_AUTHOR_METAS = (
    "author", "byl", "parsely-author", "sailthru.author", "dc.creator", "dc.creator.name", "dcterms.creator",
    "article:author", "article:author_name", "og:article:author", "citation_author", "dable:author",
    "cxenseparse:author", "article_author",
)  # fmt: skip
# Libraries write one person in each of these, the surname first.
_CATALOGUE_METAS = frozenset(("dc.creator", "dc.creator.name", "dcterms.creator", "citation_author"))
# A byline's element says so in its class, its id or its type.
_BYLINE_NAME = re.compile(
    r"(?:\A|[\s_-])(?:by-?line|author(?:s|-?names?|-?links?)?|writer|contributor-?name)(?:\Z|[\s_-])", re.I
)
_NOT_THE_ARTICLE = re.compile(
    r"(?:\A|[\s_-])(?:comments?|related|recommend\w*|recirc\w*|footer|sidebar|most-?(?:read|popular)|teasers?|promo\w*|"
    r"trending|newsletter\w*|cookie\w*|login|modal|popular|dropdown|captions?)(?:\Z|[\s_-])",
    re.IGNORECASE,
)
_NO_BYLINE_TAGS = frozenset(("body", "html", "meta", "link", "script", "style", "img", "form"))
_MAX_BYLINE_CHARACTERS = 160
_BETWEEN_AUTHORS = re.compile(r"\s*(?:[,/&|·;]|and|und|et|y|e|og|och)?\s*")


@dataclass(frozen=True, slots=True)
class DeclaredAuthors:
    """Whom a page names as its authors.

    `persons` are those that JSON-LD declares as persons, `organizations` those that it declares as organizations.
    `bylines` are the texts of meta elements and of bylines. `descriptions` are what JSON-LD says of the persons.
    """

    persons: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    metas: tuple[str, ...] = ()
    bylines: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredPage:
    """What a page declares of itself.

    `body_characters` is the length that JSON-LD gives the article's body, 0 where it gives none; `is_free` is False
    where JSON-LD says that only subscribers read it.
    """

    authors: DeclaredAuthors
    headline: str
    og_title: str
    page_title: str
    headings: tuple[str, ...]
    site_name: str
    publisher: str
    canonical: str
    body_characters: int
    is_free: bool


def read_declared(tree: Any) -> DeclaredPage:
    """Reads the declarations in the page `tree` (lxml)."""
    nodes = list(_json_ld_nodes(tree))
    articles = [node for node in nodes if any(map(_ARTICLE_TYPE.match, _types(node)))]
    # A page may list other articles, too; its own stands first, or is the one with a body.
    article = max(articles, key=_weight, default={})
    metas = _metas(tree)
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    publisher = _names(article.get("publisher"), by_id, but="Person")
    return DeclaredPage(
        authors=_authors(article, by_id, metas, tree),
        headline=_line(article.get("headline")),
        og_title=_line(next(iter(metas.get("og:title", []) or metas.get("twitter:title", [])), "")),
        page_title=_line(" ".join(tree.xpath("string((//head//title | //title)[1])").split())),
        headings=tuple(filter(None, map(_heading, tree.iter("h1")))),
        site_name=next(iter(metas.get("og:site_name", []) or metas.get("application-name", [])), ""),
        publisher=publisher[0] if publisher else "",
        canonical=next(iter(tree.xpath("//link[@rel='canonical']/@href")), "")
        or next(iter(metas.get("og:url", [])), ""),
        body_characters=_body_characters(article),
        is_free=str(article.get("isAccessibleForFree", True)).casefold() not in ("false", "http://schema.org/false"),
    )


def _authors(
    article: dict[str, Any], by_id: dict[str, dict[str, Any]], metas: dict[str, list[str]], tree: Any
) -> DeclaredAuthors:
    persons: list[str] = []
    organizations: list[str] = []
    descriptions: list[str] = []
    for key in ("author", "creator"):
        for value in _listed(article.get(key)):
            node = by_id.get(value.get("@id", ""), value) if isinstance(value, dict) else {"name": value}
            names = [_line(name) for name in _listed(node.get("name"))]
            # One who is declared as both, as on many blogs, is a person who publishes.
            is_person = "Person" in _types(node) or not any("Organization" in kind for kind in _types(node))
            (persons if is_person else organizations).extend(name for name in names if name)
            details = [_line(node.get("jobTitle")), _line(node.get("description"))]
            descriptions += [detail for detail in details if detail and is_person]
        if persons:
            break
    declared = [
        given_name_first(value) if name in _CATALOGUE_METAS else value
        for name in _AUTHOR_METAS
        for value in metas.get(name, [])
    ]
    addresses = {value for value in declared if _WEB_ADDRESS.match(value)}
    bylines = (*_names_linked_to(tree, addresses), *_bylines(tree))
    meta_authors = tuple(value for value in declared if value not in addresses)
    return DeclaredAuthors(tuple(persons), tuple(organizations), meta_authors, bylines, tuple(descriptions))


def _names_linked_to(tree: Any, addresses: set[str]) -> Iterator[str]:
    """Yields the names on links to the addresses that are declared as the author's."""
    for link in tree.iter("a") if addresses else ():
        href = link.get("href", "")
        text = to_one_line(" ".join(link.itertext()))
        if len(href) > 2 and " " in text and any(address == href or address.endswith(href) for address in addresses):
            yield text


def _bylines(tree: Any) -> Iterator[str]:
    """Yields the texts of the elements that are bylines, in the order of the page.

    Authors in elements of their own side by side are one byline.
    """
    joined: set[Any] = set()
    for node in tree.xpath("//*[@rel='author' or contains(@itemprop, 'author') or @class or @id]"):
        if node in joined or not isinstance(node.tag, str) or node.tag in _NO_BYLINE_TAGS:
            continue
        label = f"{node.get('class', '')} {node.get('id', '')}"
        if not (_is_author(node) or _BYLINE_NAME.search(label)) or _is_outside_article(node):
            continue
        text = _byline_text(node)
        follower = node.getnext()
        while _is_author(node) and follower is not None and _is_author(follower) and _BETWEEN_AUTHORS.fullmatch(
            node.tail or ""
        ):  # fmt: skip
            joined.add(follower)
            text = f"{text}, {_byline_text(follower)}"
            node, follower = follower, follower.getnext()
        if text and len(text) <= _MAX_BYLINE_CHARACTERS:
            yield text


def _is_author(node: Any) -> bool:
    """Whether the element is declared as the author's name."""
    return isinstance(node.tag, str) and (node.get("rel") == "author" or "author" in node.get("itemprop", ""))


def _byline_text(node: Any) -> str:
    """The words of a byline in one line.

    Whole names in elements of their own get a comma between them: they are those of several persons.
    """
    text, before = "", None
    for piece in node.xpath(".//text()[not(ancestor::script or ancestor::style)]"):
        words = to_one_line(piece)
        if not words:
            continue
        is_apart = before is not None and not piece.is_tail and piece.getparent() is not before.getparent()
        comma = "," if is_apart and " " in words and " " in to_one_line(before) and not text.endswith(",") else ""
        text, before = f"{text}{comma} {words}", piece
        if len(text) > _MAX_BYLINE_CHARACTERS:  # no byline
            break
    return text.strip()


def _heading(node: Any) -> str:
    """The words of a heading in one line, also where it has several lines or blocks."""
    pieces: list[str] = []
    for piece in node.xpath(".//text() | .//br | .//p | .//div"):
        text = str(piece) if isinstance(piece, str) else " "
        # A kicker in an element of its own has no space after it.
        pieces += [" ", text] if pieces and pieces[-1][-1:] in ("!", "?", ":") else [text]
    return to_one_line(" ".join("".join(pieces).split()))


def _is_outside_article(node: Any) -> bool:
    for ancestor in (node, *node.iterancestors()):
        if ancestor.tag in ("nav", "footer", "aside", "form", "figure", "figcaption", "li", "body"):
            return ancestor.tag not in ("body", "li") or (ancestor.tag == "li" and len(ancestor.getparent()) > 6)
        if _NOT_THE_ARTICLE.search(f"{ancestor.get('class', '')} {ancestor.get('id', '')}"):
            return True
    return False


def _metas(tree: Any) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        name = (node.get("name") or node.get("property") or node.get("itemprop") or "").strip().casefold()
        value = to_one_line(node.get("content"))
        if name and value and value not in values.setdefault(name, []):
            values[name].append(value)
    return values


def _json_ld_nodes(tree: Any) -> Iterator[dict[str, Any]]:
    count = 0
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        text = script.text or ""
        if len(text) > MAX_JSON_CHARACTERS:
            continue
        try:
            pending = [json.loads(text.strip().removesuffix(";"), strict=False)]
        except (ValueError, RecursionError):
            continue
        while pending and count < MAX_NODES:
            count += 1
            value = pending.pop()
            if isinstance(value, dict):
                yield value
                pending += reversed(list(value.values()))
            elif isinstance(value, list):
                pending += reversed(value)


def _weight(node: dict[str, Any]) -> tuple[bool, bool, bool]:
    return bool(node.get("articleBody")), bool(node.get("author")), bool(node.get("headline"))


def _body_characters(article: dict[str, Any]) -> int:
    body = article.get("articleBody")
    return len(re.sub(r"<[^>]{0,500}>|&\w{1,10};", " ", body)) if isinstance(body, str) else 0


def _types(node: dict[str, Any]) -> list[str]:
    return [kind for kind in _listed(node.get("@type")) if isinstance(kind, str)]


def _names(value: Any, by_id: dict[str, dict[str, Any]], but: str) -> list[str]:
    """The names of what a field names, but those of the type `but`."""
    nodes = [
        by_id.get(str(item.get("@id")), item) if isinstance(item, dict) else {"name": item} for item in _listed(value)
    ]
    return [name for node in nodes if but not in _types(node) and (name := _line(node.get("name")))]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _line(value: Any) -> str:
    return to_one_line(html.unescape(value)) if isinstance(value, str) else ""
