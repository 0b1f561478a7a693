"""Finds the names of an article's authors in bylines and author fields.

A byline names the persons, all of them, or nobody: dates, roles, publications, addresses and the words around a name
are no part of it. A name is never guessed from a word that is not one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from rag.text.lexicon import (
    BIOGRAPHY_ROLES,
    BYLINE_PLACE_ENDS,
    BYLINE_PLACE_STARTS,
    BYLINE_PLACES,
    BYLINE_PUBLICATION_ENDS,
    PERSON_NAME_PARTICLES,
    alternation,
)
from rag.types.article import MONTHS

MAX_BYLINE_CHARACTERS = 300
# More names than this are a list of staff.
MAX_AUTHORS = 12

_MONTH = rf"(?:{alternation(month[:3] for month in MONTHS)})[a-z]*\.?"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?"
# A month counts only beside a number, so that Theresa May and April Jones keep their names.
_FROM_DATE = re.compile(
    rf"\s*(?:[,|·•–—(-]\s*)?\b(?:on:?\s+)?(?:{_WEEKDAY}\s+)?"
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?!\w)|{_MONTH}\s+\d{{4}}\b|"
    r"\d{1,4}[-./:]\d{1,2}\b|\d{4}年|\d{1,2}[hdm](?: ago)?\b|"
    r"\d+ (?:second|minute|min|hour|day|week|month|year)s? (?:ago|read)\b|"
    r"(?:today|yesterday)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_FROM_OTHER_WORK = re.compile(
    r"\s*(?:[,;|·•–—(-]\s*)?\b(?:last\s+)?(?:updated?|modified|published|posted|edited|reviewed|translated|illustrated|"
    r"photograph(?:s|ed|y)?|photos?|illustrations?|graphics?|video|fact[- ]checked|produced|source|listen|follow|"
    r"share|comments?|read (?:more|bio|full))\b(?:\s+(?:on|at|by|in)\b|\s*:|\s+\d|\s*$).*",
    re.IGNORECASE | re.DOTALL,
)
_BY = re.compile(
    r"\W*(?:(?:(?:guest\s+)?(?:post(?:ed)?|written|words|story|stories|text|analysis|opinion|commentary|comment|report|"
    r"reported|reporting|essay|column|review|published|submitted|compiled|article|interview|perspective)\s+)?by\b|by\b|"
    r"(?:von\s+)?aut(?:h?ors?|orin(?:nen)?|or[ei]s?|eurs?)\s*:|writer\s*:|par\b|por\b|nga\b|av\b|door\b|von\s*:|作者|文|記者|记者)\s*[:：/／|]?\s*",
    re.IGNORECASE,
)
# "von" and "di" before a first and a last name mean "by"; within a name they are particles.
_BY_BEFORE_NAMES = re.compile(r"(?:[Vv]on|VON|[Dd]i)\s+(?=[^\W\d_a-zß-öø-ÿ][\w.'’-]*\s+[^\W\d_a-zß-öø-ÿ])")
# A company; what follows it in a byline is its town.
_COMPANY = re.compile(r"\b(?:GmbH|Inc|LLC|Ltd|Corp|plc|KG|AG|S\.A|SARL|S\.?p\.?A|B\.V|e\.\s?V|d\.o\.o|Pty)\b\W*\Z")
_ORGANIZATION = re.compile(
    r"\b(?:University|College|Institute|Foundation|Ministry|Department|Council|Committee|Commission|Association|Agency|"
    r"Universit[äà]t?|Institut|Stiftung|Ministerium|Verband|Universidad|Universit[ée]|Fondation|Fundaci[oó]n)\b"
)
# One word after a whole name is a town or a publication, in writing that has capitals.
_PLACE = re.compile(r"[A-Z\u00c0-\u00dd][a-z\u00df-\u00ff]+")
# More words are one only if they are names of a known kind: "New York", "The Associated Press".
_LONG_PLACE = re.compile(
    rf"(?:{alternation(BYLINE_PLACE_STARTS)})\s.+|.+\s(?:{alternation(BYLINE_PLACE_ENDS)})|(?:{alternation(BYLINE_PLACES)})|"
    rf"(?:.+\s)?(?:{alternation(BYLINE_PUBLICATION_ENDS)})|.+\sNews-\w+|The\s.+",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"<?\b(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+>?|\bhttps?:\S+|\bwww\.\S+|(?<!\w)@\w+")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,200}[|/])?([^\[\]|]{0,200})\]\]")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_SEPARATOR = re.compile(r"\s*(?:[;|·•/]|,|，|、|\band\b|\bwith\b|&|\s[–—-]+\s)\s*", re.IGNORECASE)
# These join two whole names, and the surnames of one person: "Ortega y Gasset".
_JOINED_NAMES = re.compile(r"(\S+ \S.*) (?:und|et|e|y|en|og|och) (\S+ \S.*)")
_SURNAME_FIRST = re.compile(r"([^\s,]+(?:\s[^\s,]+){0,3}),\s*([^\s,\d]+(?:\s[^\s,\d]+){0,2})")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"(?:Ph\.?\s?D|M\.?D|M\.?A|M\.?B\.?A|J\.?D|D\.?Phil|Esq|RN|CPA|LL\.?M|M\.?Sc|B\.?Sc)\.?", re.IGNORECASE
)
# Words that stand in an author field in place of a name.
_NOBODY = re.compile(
    r"(?:the\s+)?(?:anonymous|anon|(?:site\s?)?admin\w*|"
    r"super ?user|user(?:\s?name)?|user\s+admin|guest(?:\s+(?:author|writer))?|"
    r"staff|author|unknown|none|null|undefined|n/?a|nobody|root|web\s?(?:master|desk|team|admin)|system|default|test|"
    r"contributors?|news\s?(?:desk|room|staff)|no\s?reply|contact|support|info|redacci[oó]n|redaktion|r[eé]daction|"
    r"redazione|team|login|sign in|various(?:\s+authors)?|wordpress|by)",
    re.IGNORECASE,
)
_ROLE_NOUNS = (
    *BIOGRAPHY_ROLES, "writer", "correspondent", "editor", "reporter", "columnist", "contributor", "producer", "staff",
    "bureau", "chief", "meteorologist", "analyst", "commentator", "blogger", "critic", "photographer",
)  # fmt: skip
_ROLE_NOUN = re.compile(rf"(?:{alternation(dict.fromkeys(_ROLE_NOUNS))})s?", re.IGNORECASE)
# Words that begin a role after a name without a comma, and are no name.
_ROLE_START = re.compile(
    r"(?:senior|staff|special|chief|contributing|associate|assistant|deputy|executive|managing|political|national|"
    r"international|foreign|guest|opinion|business|science|technology|economics?|health|sports?|is|was|has|for|at|of|in|"
    r"from|via|"
    r"envoy[ée]s?|sp[ée]cia(?:l|ux))",
    re.IGNORECASE,
)
_MORE_PARTICLES = "y e del della dos das du di da la le ten ter bin ibn al el st"
_PARTICLES = frozenset((*PERSON_NAME_PARTICLES, *_MORE_PARTICLES.split(" ")))
_MAX_NAME_WORDS = 6


def author_names(bylines: Iterable[str], publications: Iterable[str | None] = ()) -> str | None:
    """The persons that `bylines` name, separated by commas; None for nobody.

    `bylines` are texts of any source; a name that differs from another one only in its capitals is named once.
    `publications` are names or hosts of the publication, which is no author.
    """
    known = [_letters(name) for name in publications if name and _letters(name)]
    names: dict[str, str] = {}
    for byline in bylines:
        for name in _names_in(byline, known):
            key = _letters(name)
            if key not in names or (_has_normal_capitals(name) and not _has_normal_capitals(names[key])):
                names[key] = name
    if not names or len(names) > MAX_AUTHORS:
        return None
    return ", ".join(name if _has_normal_capitals(name) else _in_normal_capitals(name) for name in names.values())


def without_date(byline: str) -> str:
    """The part of a byline before its date."""
    return _FROM_DATE.sub("", byline)


def author_of_field(text: str | None) -> str | None:
    """The author that a person wrote into a field, as written; None for nobody.

    Links, addresses and the word "by" are no part of a name.
    """
    if not text:
        return None
    if "[[" in text or _ADDRESS.search(text) or _BY.match(text):
        return author_names([text])
    return None if _NOBODY.fullmatch(text.strip()) else text


def given_name_first(name: str) -> str:
    """ "Brookfield, Ada" as "Ada Brookfield".

    Two whole names with a comma between them stay as they are. It is for fields in which catalogues and programs
    write one person.
    """
    match = _SURNAME_FIRST.fullmatch(name)
    if match is None or _SUFFIX.fullmatch(match[2]) or _CREDENTIAL.fullmatch(match[2]):
        return name
    is_surname = all(word.casefold() in _PARTICLES for word in match[1].split()[:-1])
    return f"{match[2]} {match[1]}" if is_surname else name


def _names_in(byline: str, publications: list[str]) -> list[str]:
    text = " ".join(_WIKI_LINK.sub(r"\1", byline[:MAX_BYLINE_CHARACTERS]).split())
    address, in_parentheses = _ADDRESS.search(text), _PARENTHESES.search(text)
    # An address with a name in parentheses, as in RSS 2.0: "editor@example.org (Ada Brookfield)".
    if address and in_parentheses and address.start() < in_parentheses.start():
        text = in_parentheses[1]
    text = _PARENTHESES.sub(" ", _ADDRESS.sub(" ", text))
    start = _BY.match(text) or _BY_BEFORE_NAMES.match(text)
    text = _FROM_OTHER_WORK.sub("", text[start.end() :] if start else text)
    if not start and (inner := re.search(r"\b[Bb]y:?\s+(?=[^\W\d_a-z])", text)):  # "OPINION By Ada Brookfield"
        text = text[inner.end() :]
    text = _FROM_OTHER_WORK.sub("", _FROM_DATE.sub("", text))
    names: list[str] = []
    for part in _parts(text):
        part = part.strip(" .:*_\"“”'’–—-") + ("." if _SUFFIX.search(part) and part.endswith("r.") else "")
        if _COMPANY.search(part):
            break
        if names and _SUFFIX.fullmatch(part):
            names[-1] = f"{names[-1]} {part}"
        elif names and (_ORGANIZATION.search(part) or (" " in names[0] and _is_place_or_publication(part))):
            continue
        elif name := _person(part, publications):
            names.append(name)
    # An agency in capitals beside names in ordinary spelling: "JORDAN ROBERTSON, RACHEL METZ, AP".
    if len(names) > 1:
        names = [name for name in names if " " in name or not re.fullmatch(r"[A-Z]{2,6}", name)]
    return names


def _parts(text: str) -> Iterator[str]:
    for part in _SEPARATOR.split(text):
        joined = _JOINED_NAMES.fullmatch(part)
        yield from joined.groups() if joined else (part,)


def _is_place_or_publication(part: str) -> bool:
    """Whether a part after a whole name is a town or a publication, no person."""
    return (_PLACE.fullmatch(part) or _LONG_PLACE.fullmatch(part.replace(".", ""))) is not None


def _person(part: str, publications: list[str]) -> str | None:
    """The person whom one part of a byline names.

    None if the part is a role, a publication or no name.
    """
    part = _without_publication(part, publications)
    words = _without_leading_role(part.split())
    part = " ".join(words)
    if not words or _NOBODY.fullmatch(part) or _CREDENTIAL.fullmatch(part) or not re.search(r"[^\W\d_]", part):
        return None
    if re.search(r"\d", part) or re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", part):  # a domain, or no name
        return None
    role_at = next((index for index, word in enumerate(words) if _is_role(word)), None)
    if role_at is not None:
        if re.fullmatch(r"[A-Z]{2,5}", words[0]) and not " ".join(words[:2]).isupper():  # "HG Harbour Writers"
            return None
        ends_with_role = _ROLE_NOUN.fullmatch(words[-1]) is not None
        if role_at < 2 or not (ends_with_role or _ROLE_START.fullmatch(words[role_at])):
            return None
        words = words[: 2 if ends_with_role and role_at == len(words) - 1 and role_at > 2 else role_at]
    capitals = next((index for index, word in enumerate(words) if not _is_in_capitals(word)), len(words))
    if 2 <= capitals < len(words):  # "ADA BROOKFIELD Harbour Press"
        words = words[:capitals]
    if len(words[0]) == 1 and len(words) == 1 and words[0].isascii():
        return None
    while len(words) > 2 and _CREDENTIAL.fullmatch(words[-1]):
        words = words[:-1]
    if len(words) > _MAX_NAME_WORDS or not _begins_names(words):
        return None
    return " ".join(words)


def _without_leading_role(words: list[str]) -> list[str]:
    """The words after a role before a whole name: "Staff Writer Ada Brookfield"."""
    if not any(map(_ROLE_NOUN.fullmatch, words[:3])):
        return words
    last = max(index for index, word in enumerate(words[:3]) if _ROLE_NOUN.fullmatch(word))
    rest, role = words[last + 1 :], words[: last + 1]
    is_name = len(rest) in (2, 3) and all(word[0].isupper() and not _is_role(word) for word in rest)
    # Before the noun stand words that begin a role, or a town; a name before it has its role after it.
    is_role = last == 0 or _is_role(words[0]) or (last == 1 and _PLACE.fullmatch(words[0]) is not None)
    return rest if is_name and is_role and role else words


def _is_role(word: str) -> bool:
    return (_ROLE_START.fullmatch(word) or _ROLE_NOUN.fullmatch(word)) is not None


def _begins_names(words: list[str]) -> bool:
    """Whether every word begins as a name does: no small letter, except in particles."""
    return all(not word[0].islower() or word.casefold() in _PARTICLES or "’" in word or "'" in word for word in words)


def _without_publication(part: str, publications: list[str]) -> str:
    """Returns `part` without the publication at its end; empty if it is nothing else."""
    letters = _letters(part)
    for publication in publications:
        if letters == publication or letters in (f"the{publication}", f"{publication}news", f"{publication}staff"):
            return ""
    words = part.split()
    for start in range(1, len(words)):
        if _letters(" ".join(words[start:])) in publications:
            if start == 1:
                # The site of a person has the surname for its name: "Ada Brookfield" on brookfield.example.
                is_person = len(words) == 2 and not _NOBODY.fullmatch(words[0]) and words[0].casefold() != "the"
                return part if is_person else ""
            return " ".join(words[:start])
    return part


def _is_in_capitals(word: str) -> bool:
    return word.isupper() or word.casefold() in _PARTICLES


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if character.isalnum())


def _has_normal_capitals(name: str) -> bool:
    """Whether the name is not in capitals only, and not in small letters only."""
    return not (name.isupper() and len(name) > 3) and not name.islower()


def _in_normal_capitals(name: str) -> str:
    if " " not in name:  # an abbreviation, or a pen name
        return name
    words: list[str] = []
    for word in name.split():
        if word.casefold() in _PARTICLES and words:
            words.append(word.casefold())
        else:
            words.append("".join(piece.capitalize() for piece in re.split(r"([-'’.])", word)))
    return " ".join(words)
