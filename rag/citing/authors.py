"""The author of an article as names that a citation style can invert and shorten.

A person's name is divided by nameparser, one that begins with its family name ("Xi Jinping") by
a rule of its own. A column, an editorial board or a publication ("Hard Power", "The Editors") is a literal name,
which no style turns around.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from rag.text.lexicon import is_ordinary_word, may_be_name

# A word that only a body, a role or a column has.
_COLLECTIVE_WORDS = frozenset({
    "agence", "agencies", "agency", "association", "board", "bureau", "center", "centre", "college", "column",
    "committee", "contributors", "correspondent", "correspondents", "desk", "economist", "editor", "editorial",
    "editors", "foundation", "group", "institute", "institution", "journal", "ledger", "magazine", "media",
    "network", "news", "newsroom", "office", "press", "reporter", "reporters", "review", "society", "staff", "team",
    "times", "union", "university", "writers",
})  # fmt: skip
# What divides several persons, the surest first: a line of inverted names has commas inside them.
_SEPARATORS = tuple(map(re.compile, (r"\s*;\s*", r",?\s+(?:and|&)\s+", r"\s*[,;]\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+")))
_SUFFIX = re.compile(r"(?i)(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d|esq)\.?")
# Family names of which a name may begin, without marks.
_CHINESE = frozenset({
    "ai", "bai", "bo", "cai", "cao", "chen", "cheng", "cui", "dai", "deng", "ding", "dong", "du", "fan", "fang", "feng",
    "gao", "gong", "gu", "guo", "han", "hao", "he", "hou", "hu", "hua", "huang", "jia", "jiang", "jin", "kong", "lang",
    "lei", "li", "liang", "lin", "liu", "long", "lu", "luo", "ma", "mao", "meng", "pan", "peng", "qian", "qin", "qiu",
    "ren", "shao", "shen", "shi", "song", "su", "sun", "tan", "tang", "tao", "tian", "wan", "wang", "wei", "wen", "wu",
    "xi", "xia", "xiao", "xie", "xu", "xue", "yan", "yang", "yao", "ye", "yin", "yu", "yuan", "zeng", "zhang", "zhao",
    "zheng", "zhong", "zhou", "zhu", "zou",
})  # fmt: skip
# Taiwan's and Hong Kong's spellings, which have a hyphen or a space between the two syllables of a given name.
_SOUTHERN = frozenset({
    "chan", "chang", "cheung", "chiang", "ching", "chow", "hsieh", "hsu", "ko", "lai", "lam", "lau", "lee", "leung",
    "tsai", "tsang", "tseng", "wong",
})  # fmt: skip
_HYPHENATED = _SOUTHERN | _CHINESE
_KOREAN = frozenset({
    "ahn", "ban", "bang", "cho", "choi", "chun", "chung", "han", "hong", "hwang", "im", "jang", "jeon", "jeong", "jo",
    "jung", "kang", "kim", "ko", "kwon", "lee", "lim", "moon", "noh", "oh", "park", "rhee", "roh", "ryu", "seo", "shin",
    "son", "song", "yi", "yoo", "yoon", "yun",
})  # fmt: skip
_VIETNAMESE = frozenset({
    "bui", "dang", "dinh", "do", "duong", "ho", "hoang", "huynh", "le", "ly", "ngo", "nguyen", "pham", "phan", "tran",
    "truong", "vo", "vu",
})  # fmt: skip
# Family names that are given names in the west too: what follows must look Chinese in its spelling as well.
_GIVEN_IN_THE_WEST = frozenset(
    {"bo", "fan", "han", "jin", "lin", "long", "lu", "ma", "song", "su", "sun", "tan", "wan"}
)
_CHINESE_SPELLING = re.compile(r"zh|x|q|ng|ia|iu|ao|uo|ui")
# A last word that more often is a family name than a part of a given one.
_LAST_NAMES = (_CHINESE - {"bo", "dong", "hua", "jin", "long", "ming", "tao", "wei", "wen", "yan", "yu"}) | (
    _SOUTHERN | {"choi", "kang", "kim", "kwon", "park", "yoon"} | {"hoang", "huynh", "nguyen", "pham", "phan", "tran"}
) - {"ching"}

_PINYIN = (
    r"(?:(?:[bpmf]|w)o|(?:zh|ch|sh|[bpmfdtnlgkhzcsryw])?(?:ang|eng|ong|ai|ei|ao|ou|an|en|a|e)"
    r"|[bpmdtnljqxy]?(?:iang|iong|ing|iao|ian|ia|ie|iu|in|i)|[jqxy](?:uan|ue|un|u)|(?:zh|ch|sh|r|z|c|s)i"
    r"|(?:zh|ch|sh|[bpmfdtnlgkhzcsrw])(?:uang|uai|uan|ua|uo|ui|un|u)|er)"
)
_PINYIN_GIVEN = re.compile(f"{_PINYIN}{{1,2}}")
_SOUTHERN_SYLLABLE = re.compile(
    r"(?:hs|ts|tz|ch|sh|kw|[bpmfdtnlgkhjszcrwy])?(?:ou|eou|ieh|ien|ia|iu|uei|ai|ei|ao|au|eu|ee|oi|ui|ue|a|e|i|o|u)"
    r"(?:ng|n|m|k|p|t|h)?"
)
_KOREAN_SYLLABLE = re.compile(
    r"(?:kk|tt|ss|ch|sh|[gknrlmbpsjhtdyw])?(?:yeo|woo|eo|eu|ae|oe|ui|oo|ee|ou|ye|ya|yo|yu|wa|wo|wi|a|e|i|o|u)"
    r"(?:ng|k|g|n|l|m|p|b|h)?"
)
_VIETNAMESE_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
Name = dict[str, str]


def csl_names(author: str | None) -> list[Name]:
    """The persons or bodies of an author line as names of CSL-JSON.

    A name is `family`, `given` and `suffix`, or `literal`. Several persons are divided only where each of them has a
    name of two words or more.
    """
    line = " ".join((author or "").split())
    if not line:
        return []
    if not is_person(line):
        parts = _persons_in(line)
        return [_person(part) for part in parts] if parts else [{"literal": line}]
    return [_person(line)]


def is_person(name: str) -> bool:
    """Whether `name` is one person's: "Ada Brookfield", not "Hard Power".

    A name is no person's when it is one word, begins with "The", has a word of a body, a digit or "and", or
    consists of ordinary words and does not begin with a given name.
    """
    inverted = re.fullmatch(r"([^,;]+), ([^,;]+)", name)
    if inverted and not _SUFFIX.fullmatch(inverted[2]):
        return len(inverted[1].split()) == 1 and is_person(f"{inverted[2]} {inverted[1]}")
    if inverted:
        name = inverted[1]
    words = re.findall(r"[^\W_]+(?:[.’'-][^\W_]+)*\.?", name)
    lower = [word.lower().rstrip(".") for word in words]
    if len(words) < 2 or lower[0] == "the" or "," in name or ";" in name or "&" in name:
        return False
    if any(word == "and" or word in _COLLECTIVE_WORDS or any(map(str.isdigit, word)) for word in lower):
        return False
    if _family_first(name) or lower[0] in _given_names() or any(len(word) == 1 for word in lower):
        return True
    return not all(is_ordinary_word(word) and not may_be_name(word) for word in lower)


def _persons_in(line: str) -> list[str]:
    """The persons that `line` lists; empty where a part of it is no person."""
    for separator in _SEPARATORS:
        parts: list[str] = []
        for part in filter(None, separator.split(line)):
            if parts and _SUFFIX.fullmatch(part):
                parts[-1] = f"{parts[-1]}, {part}"
            else:
                parts.append(part)
        if len(parts) > 1 and all(map(is_person, parts)):
            return parts
    return []


def _person(name: str) -> Name:
    if divided := _family_first(name):
        return dict(zip(("family", "given"), divided, strict=True))
    from nameparser import HumanName

    parsed: Any = HumanName(name)
    given = f"{parsed.first} {parsed.middle}".strip()
    if not parsed.last or not given:
        return {"literal": name}
    fields = {"family": parsed.last, "given": given, "suffix": parsed.suffix}
    return {field: value for field, value in fields.items() if value}


@cache
def _given_names() -> frozenset[str]:
    """Given names that are ordinary words with inflections too ("Grace", "Mark")."""
    return frozenset(Path(__file__).with_name("given_names.txt").read_text(encoding="utf-8").split())


def _family_first(name: str) -> tuple[str, str] | None:
    """The family name and the given name of a name that is written in this order.

    None for every other name, also for one that may have either order ("Chen Li"). The name begins with a known family
    name, and its other words have the syllables of the same language.
    """
    family, _, given = " ".join(name.split()).partition(" ")
    first, words = _without_marks(family), [_without_marks(word) for word in given.split()]
    if not words or len(words) > 3 or words[-1] in _LAST_NAMES:
        return None
    syllables = [part for word in words for part in word.split("-")]
    is_parted = len(syllables) == 2
    is_family_first = (
        (len(words) == 1 and first in _CHINESE and _is_pinyin(first, words[0].replace("-", "")))
        or (is_parted and first in _KOREAN and all(map(_KOREAN_SYLLABLE.fullmatch, syllables)))
        or (is_parted and "-" in given and first in _HYPHENATED and all(map(_SOUTHERN_SYLLABLE.fullmatch, syllables)))
        or (len(words) in (2, 3) and first in _VIETNAMESE and all(map(_VIETNAMESE_SYLLABLE.fullmatch, words)))
    )  # fmt: skip
    return (family, given) if is_family_first else None


def _is_pinyin(family: str, given: str) -> bool:
    if family in _GIVEN_IN_THE_WEST and not _CHINESE_SPELLING.search(given):
        return False
    return _PINYIN_GIVEN.fullmatch(given) is not None


def _without_marks(word: str) -> str:
    """The word in lower case without marks: "nguyen" for "Nguyễn"."""
    marks = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(character for character in marks if not unicodedata.combining(character))
