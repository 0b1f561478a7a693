"""Persons' names that are written with the family name first: Chinese, Korean and Vietnamese ones.

A name counts as such only when it begins with a known family name and its other words have the syllables of the same
language. Everything else keeps the order of western names, also what may be either ("Chen Li").
"""

import re
import unicodedata

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


def family_first(name: str) -> tuple[str, str] | None:
    """The family name and the given name of a name that is written in this order; None for every other name."""
    family, _, given = " ".join(name.split()).partition(" ")
    first, words = _plain(family), [_plain(word) for word in given.split()]
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


def _plain(word: str) -> str:
    """The word in lower case without marks: "nguyen" for "Nguyễn"."""
    marks = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(character for character in marks if not unicodedata.combining(character))
