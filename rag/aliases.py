"""Names that commentary uses for one and the same: a country, its people, its capital as its government; initials.

A statement may say "Russia" where its source says "Moscow" without adding anything. Only names that are the same in
almost any column stand here.
"""

import re
from collections.abc import Iterable
from functools import cache

from rag.terms import terms

_SAME = (
    "Russia Russian Russians Moscow Kremlin",
    "China Chinese Beijing",
    "America American Americans Washington US USA",
    "Ukraine Ukrainian Ukrainians Kyiv Kiev",
    "Pyongyang DPRK",
    "Japan Japanese Tokyo",
    "India Indian Indians Delhi",
    "Europe European Europeans Brussels EU",
    "Britain British UK London England English",
    "France French Paris Élysée",
    "Germany German Germans Berlin",
    "Italy Italian Italians Rome",
    "Spain Spanish Spaniards Madrid",
    "Poland Polish Poles Warsaw",
    "Hungary Hungarian Hungarians Budapest",
    "Slovakia Slovak Slovaks Bratislava",
    "Turkey Turkish Turks Türkiye Ankara",
    "Iran Iranian Iranians Tehran",
    "Israel Israeli Israelis Jerusalem",
    "Egypt Egyptian Egyptians Cairo",
    "Saudi Saudis Riyadh",
    "Qatar Qatari Doha",
    "Pakistan Pakistani Pakistanis Islamabad",
    "Brazil Brazilian Brazilians Brasília",
    "Mexico Mexican Mexicans",
    "Canada Canadian Canadians Ottawa",
    "Australia Australian Australians Canberra",
    "Indonesia Indonesian Indonesians Jakarta",
    "Vietnam Vietnamese Hanoi",
    "Taiwan Taiwanese Taipei",
    "Philippines Philippine Filipino Filipinos Manila",
    "Netherlands Dutch Hague",
    "Belgium Belgian Belgians",
    "Sweden Swedish Swedes Stockholm",
    "Finland Finnish Finns Helsinki",
    "Norway Norwegian Norwegians Oslo",
    "Denmark Danish Danes Copenhagen",
    "Switzerland Swiss Bern",
    "Austria Austrian Austrians Vienna",
    "Greece Greek Greeks Athens",
    "Romania Romanian Romanians Bucharest",
    "Serbia Serbian Serbs Belgrade",
    "Syria Syrian Syrians Damascus",
    "Nigeria Nigerian Nigerians Abuja",
    "Kenya Kenyan Kenyans Nairobi",
    "Africa African Africans",
    "Asia Asian Asians",
    "Soviet Soviets USSR",
)


# Names of several words, and the one word for each.
_PHRASES = tuple(
    (re.compile(phrase), word)
    for phrase, word in (
        (r"\bNorth[- ]Korea(?:ns?|[’']s)?\b", "Pyongyang"),
        (r"\bSouth[- ]Korea(?:ns?|[’']s)?\b", "Seoul"),
        (r"\bUnited States\b|\bU\.S\.(?:A\.)?", "America"),
        (r"\bUnited Kingdom\b|\bU\.K\.", "Britain"),
        (r"\bEuropean Union\b|\bE\.U\.", "EU"),
        (r"\bUnited Nations\b|\bU\.N\.", "UN"),
        (r"\bUnited Arab Emirates\b", "Emirates"),
        (r"\bSaudi Arabia\b", "Saudi"),
        (r"\bSoviet Union\b", "Soviet"),
        (r"\b[Aa]rtificial intelligence\b", "AI"),
        (r"\bWorld Trade Organi[sz]ation\b", "WTO"),
        (r"\bInternational Monetary Fund\b", "IMF"),
        (r"\b[Ll]iquefied natural gas\b", "LNG"),
    )
)


def in_one_word(text: str) -> str:
    """`text` with names of several words in the one word that says the same."""
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    return text


@cache
def _groups() -> dict[str, frozenset[str]]:
    """Each index term with all terms that say the same."""
    groups: dict[str, set[str]] = {}
    for line in _SAME:
        same = {term for term in terms(line) if len(term) > 1}
        for term in same:
            groups.setdefault(term, set()).update(same)
    return {term: frozenset(same) for term, same in groups.items()}


def with_aliases(words: Iterable[str]) -> set[str]:
    """Index terms, and those that say the same."""
    found = set(words)
    return found.union(*(_groups()[word] for word in found if word in _groups()))


def is_alias(word: str) -> bool:
    """Whether other index terms say the same as this one."""
    return word in _groups()
