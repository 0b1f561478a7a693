"""Finds an article's title on a web page, without the site's or section's name.

A page repeats its title: in a heading, in its head, in its metadata. The heading has no site name; the others tell
which heading is the article's.
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from rag.readers.pages.declared import DeclaredPage

_SEPARATOR = re.compile(r"\s+(?:[|·•»:‹›/~]|::|--?|[–—]+)\s+|\s*[|»•]\s*")
_SEPARATOR_BUT_MARKS = re.compile(r"\s+(?:[|·•:‹›/~]|::|--?|[–—]+)\s+|\s*[|•]\s*")
# A name of a file in place of a title: "child-seats-test-2018".
_FILE_NAME = re.compile(r"[\w.%]+(?:[-_][\w.%]+){2,}", re.ASCII)
_SMALL_WORDS = frozenset(("the", "of", "and", "der", "die", "das", "le", "la", "el", "les", "und", "et", "y"))
# Words that a site's name has beside the name in its address.
_SITE_WORDS = frozenset(("news", "online", "magazine", "blog", "com", "de", "org", "net", "politics", "opinion"))
_MAX_SITE_WORDS = 6
# JSON-LD and sharing cut titles off at about this many characters.
_CUT_TITLE = 100
# A shorter part of an address is a number or a section.
_SHORTEST_SLUG = 8
_SPELT_IN_ADDRESSES = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})
# Sections and kinds of articles that stand before a title.
_SECTION = re.compile(
    r"(?:opinions?|analysis|editorials?|comment(?:ary)?|column|op-?ed|letters?|review|news|politics|world|business|sports?|"
    r"blogs?|home|culture|voices|perspectives?|ideas|essays?|views?|viewpoint|exclusive|"
    # German, French, Spanish, Italian.
    r"meinung|kommentar|leitartikel|gastbeitrag|gastkommentar|analyse|kolumne|nachrichten|politik|wirtschaft|kultur|"
    r"tribune|[ée]ditorial|chronique|opinion[ei]|actualit[ée]s?|opini[oó]n|tribuna|columna|noticias|sociedad|commento)",
    re.IGNORECASE,
)
_SECTION_PREFIX = re.compile(rf"\A{_SECTION.pattern}\s*[|:]\s+(?=\S)", re.IGNORECASE)
_SHORTEST_HEADING = 3


def article_title(
    page: DeclaredPage, site_names: Iterable[str], authors: str | None, address: str | None = None
) -> str:
    """The article's title; "" if the page has none.

    `site_names` are the names and hosts of the publication, `authors` are the article's authors. `address` is the
    page's: its last part is often the title.
    """
    sites = {key for name in site_names if (key := _key(name))}
    declared = (page.og_title, page.headline, page.page_title)
    known = [title for title in declared if title and _key(title) not in sites]
    known = [title for title in known if not _FILE_NAME.fullmatch(title)] or known
    # A heading may be the site's name, which the page declares nowhere.
    sites |= {_key(heading) for heading in page.headings if _is_site_heading(heading, page.page_title, address)}
    headings = [h for h in page.headings if _key(h) not in sites and len(h) >= _SHORTEST_HEADING]
    slug = _address_key(address)
    for heading in headings if len(slug) >= _SHORTEST_SLUG else ():
        if " " in heading and _key(_ascii(heading)) == slug:
            return _without_section(heading)
    for heading in headings if known else ():
        # A title that was cut off is whole in the heading.
        cut = known[0].rstrip(" .…")
        if (cut != known[0] or len(cut) >= _CUT_TITLE) and _key(heading).startswith(_key(cut)):
            return _without_section(heading)
    # The title that is declared for sharing is the article's alone; the title of the window may begin or end with the
    # site's name, which may be a heading too.
    for title in known:
        for heading in (*headings, page.headline):
            # The page's head has the heading and more: that is the title, in the heading's own spelling.
            if heading and _key(heading) in _key(title) and (title is not heading or len(known) == 1):
                return _without_section(heading)
    if known:
        names = sites | {key for name in (authors or "").split(", ") if (key := _key(name))}
        return _until_address(_without_site(known[0], names), slug)
    return headings[0] if len(headings) == 1 else page.page_title or page.og_title


def site_name_parts(site_name: str) -> list[str]:
    """The parts of a site's name: "The Review - News and views" is "The Review"."""
    return _SEPARATOR.split(site_name)


def _is_site_heading(heading: str, page_title: str, address: str | None) -> bool:
    """Whether a heading is the site's name.

    It ends the title of the window then, and has every word of the host.
    """
    parts = _SEPARATOR.split(page_title)
    labels = (urlsplit(address or "").hostname or "").removeprefix("www.").split(".")[:-1]
    words = [word for label in labels for word in label.split("-") if word]
    key = _key(_ascii(heading))
    return len(parts) > 1 and _key(parts[-1]) == _key(heading) and bool(words) and all(word in key for word in words)


def _until_address(title: str, slug: str) -> str:
    """The beginning of `title` that the address has, if it is whole parts."""
    parts, separators = _SEPARATOR.split(title), _SEPARATOR.findall(title)
    kept = parts[0]
    for separator, part in zip(separators, parts[1:], strict=True):
        if len(slug) >= _SHORTEST_SLUG and _key(_ascii(kept)) == slug:
            return kept
        kept += separator + part
    return title


def _address_key(address: str | None) -> str:
    """The last part of an address as a key, without suffix, date and number."""
    path = urlsplit(address or "").path.rstrip("/")
    name = re.sub(r"\.\w{2,5}\Z", "", path.rpartition("/")[2])
    return _key(_ascii(unquote(re.sub(r"\A\d{4}-\d\d-\d\d-|[-_.,]{1,2}(?:id)?\d{3,}\Z", "", name))))


def _ascii(text: str) -> str:
    """The text as addresses spell it."""
    plain = text.casefold().translate(_SPELT_IN_ADDRESSES)
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))


def _without_site(title: str, names: set[str]) -> str:
    """Removes site names, sections and authors at either end of `title`."""
    # Quotation marks of this kind are no separators.
    separator = _SEPARATOR_BUT_MARKS if "«" in title else _SEPARATOR
    parts = separator.split(title)
    separators = separator.findall(title)
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
    if any(_abbreviates(part, name) for name in names):
        return True
    authors = all(piece in names for piece in map(_key, re.split(r",| and | & ", part)))
    return key in names or authors or _SECTION.fullmatch(part.strip()) is not None


def _abbreviates(part: str, name: str) -> bool:
    """Whether `name`, of a host, is `part` with words in short.

    "nytimes" is "The New York Times".
    """
    words = [word for word in re.findall(r"\w+", _ascii(part)) if word not in _SMALL_WORDS]
    if not 2 <= len(words) <= _MAX_SITE_WORDS or len(name) < 2:
        return False
    short = "".join(f"(?:{word}|{word[0]})" if word not in _SITE_WORDS else f"(?:{word})?" for word in words)
    return re.fullmatch(short, name) is not None


def _without_section(title: str) -> str:
    return _SECTION_PREFIX.sub("", title, count=1).strip()


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())
