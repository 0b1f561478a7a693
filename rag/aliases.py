"""Names that commentary uses for one and the same: a country, its people, its capital as its government; initials.

A statement may say "Russia" where its source says "Moscow" without adding anything. Only names that are the same in
almost any column stand here.
"""

from collections.abc import Iterable
from functools import cache

from rag.terms import terms

_SAME = (
    "Russia Russian Russians Moscow Kremlin",
    "China Chinese Beijing",
    "America American Americans Washington US USA States",
    "Ukraine Ukrainian Ukrainians Kyiv Kiev",
    "North Korea Korean Koreans Pyongyang DPRK",
    "South Korea Korean Koreans Seoul",
    "Japan Japanese Tokyo",
    "India Indian Indians Delhi",
    "Europe European Europeans Brussels EU",
    "Britain British UK London Kingdom England English",
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
    "Saudi Saudis Arabia Riyadh",
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
    "UN Nations",
    "AI intelligence",
    "IMF Monetary Fund",
    "WTO Trade",
    "LNG liquefied",
    "NATO Atlantic",
)


# Parts of such names that name nothing by themselves.
UNTELLING = frozenset(terms("United White House World International Organization Organisation Union General"))


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
