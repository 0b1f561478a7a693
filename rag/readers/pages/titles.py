"""Finds an article's title on a web page, without the site's or section's name.

A page repeats its title: in a heading, in its head, in its metadata. The heading has no site name; the others tell
which heading is the article's.
"""

import re
from collections.abc import Iterable

from rag.readers.pages.declared import DeclaredPage

_SEPARATOR = re.compile(r"\s+(?:[|·•»:‹›/~]|::|--?|[–—]+)\s+|\s*[|»•]\s*")
# Sections and kinds of articles that stand before a title.
_SECTION = re.compile(
    r"(?:opinions?|analysis|editorials?|comment(?:ary)?|column|op-?ed|letters?|review|news|politics|world|business|sports?|"
    r"blogs?|home|culture|voices|perspectives?|ideas|essays?|views?|viewpoint|exclusive)",
    re.IGNORECASE,
)
_SECTION_PREFIX = re.compile(rf"\A{_SECTION.pattern}\s*[|:]\s+(?=\S)", re.IGNORECASE)
_SHORTEST_HEADING = 3


def article_title(page: DeclaredPage, site_names: Iterable[str], authors: str | None) -> str:
    """The article's title; "" if the page has none.

    `site_names` are the names and hosts of the publication, `authors` are the article's authors.
    """
    sites = {key for name in site_names if (key := _key(name))}
    known = [title for title in (page.og_title, page.headline, page.page_title) if _key(title) not in sites and title]
    headings = [h for h in page.headings if _key(h) not in sites and len(h) >= _SHORTEST_HEADING]
    # The title that is declared for sharing is the article's alone; the title of the window may begin or end with the
    # site's name, which may be a heading too.
    for title in known:
        for heading in (*headings, page.headline):
            # The page's head has the heading and more: that is the title, in the heading's own spelling.
            if heading and _key(heading) in _key(title) and (title is not heading or len(known) == 1):
                return _without_section(heading)
    if known:
        return _without_site(known[0], sites | {key for name in (authors or "").split(", ") if (key := _key(name))})
    return headings[0] if len(headings) == 1 else page.page_title or page.og_title


def site_name_parts(site_name: str) -> list[str]:
    """The parts of a site's name: "The Review - News and views" is "The Review"."""
    return _SEPARATOR.split(site_name)


def _without_site(title: str, names: set[str]) -> str:
    """Removes site names, sections and authors at either end of `title`."""
    parts = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    # A bar never stands within a title; a dash or a colon may.
    first, last = 0, len(parts) - 1
    while first < last and _is_name(parts[first], names):
        first += 1
    while last > first and (_is_name(parts[last], names) or separators[last - 1].strip() in ("|", "»", "•")):
        last -= 1
    kept = parts[first]
    for index in range(first + 1, last + 1):
        kept += separators[index - 1] + parts[index]
    return _without_section(kept)


def _is_name(part: str, names: set[str]) -> bool:
    key = _key(part)
    authors = all(piece in names for piece in map(_key, re.split(r",| and | & ", part)))
    return key in names or authors or _SECTION.fullmatch(part.strip()) is not None


def _without_section(title: str) -> str:
    return _SECTION_PREFIX.sub("", title, count=1).strip()


def _key(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
