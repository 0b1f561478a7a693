"""Word lists that the rules of the package use, read from `lexicon.toml`.

The words are numbers, verbs of saying, names, hedges and negations. The file is beside this module, which reads
it once and gives each list a name and a type. The rules themselves (patterns, what follows from a word) stay in the
modules that apply them.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class LongName:
    """A name of several words.

    `acronyms` are its acronyms in questions, `word` is the single word with the same meaning (None if there is none),
    and `pattern` is the regular expression of the long form.
    """

    name: str
    pattern: str
    acronyms: tuple[str, ...]
    word: str | None


def alternation(words: Iterable[str]) -> str:
    """The regular expression that matches any of `words`, longer ones first.

    The caller has to put it in a group.
    """
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def verb_forms(entries: Iterable[str]) -> tuple[str, ...]:
    """Conjugates verbs of saying.

    An entry "argue" gives the third person and the past; "say.base" gives one form (base, third, past or participle).
    Raises KeyError for a verb or form that the lexicon does not have.
    """
    forms: list[str] = []
    for entry in entries:
        base, _, form = entry.partition(".")
        conjugation = dict(zip(("base", "third", "past", "participle"), (base, *_CONJUGATIONS[base]), strict=False))
        forms += [conjugation[form]] if form else [conjugation["third"], conjugation["past"]]
    return tuple(dict.fromkeys(forms))


@dataclass(frozen=True, slots=True)
class VerbForms:
    """The forms of several verbs, in the same order: write, writes, wrote, written."""

    base: tuple[str, ...]
    third: tuple[str, ...]
    past: tuple[str, ...]
    participle: tuple[str, ...]


def _scope_verbs(key: str) -> VerbForms:
    irregular = _DATA["scope"]["irregular"]
    rows = [(base, *irregular.get(base, _regular_forms(base))) for base in _words("scope", key)]
    return VerbForms(*zip(*rows, strict=True))


def _regular_forms(base: str) -> tuple[str, str, str]:
    """Third person, past and participle of a regular verb."""
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ies", f"{base[:-1]}ied", f"{base[:-1]}ied"
    past = f"{base}d" if base.endswith("e") else f"{base}ed"
    return f"{base}es" if base.endswith(("s", "sh", "ch", "x")) else f"{base}s", past, past


def is_ordinary_word(word: str) -> bool:
    """Whether `word`, in any case, is a word of general English.

    The list of 82,834 words comes with symspellpy. It has inflections, British spellings and well-known names.
    """
    return word.lower() in _word_ranks()


def is_rare_word(word: str) -> bool:
    """Whether `word`, in any case, is a rare word of general English, or none."""
    return _word_ranks().get(word.lower(), MIN_RANK_OF_RARE_WORD) >= MIN_RANK_OF_RARE_WORD


def may_be_name(word: str) -> bool:
    """Whether an ordinary word that is typed in small letters may be a name.

    The word list does not mark names, but it has inflections of nearly all words and none of names.
    """
    lower = word.lower()
    is_frequent = _word_ranks().get(lower, MAX_NAMELESS_RANK) < MAX_NAMELESS_RANK
    if is_frequent or lower in UNINFLECTED_WORDS or lower.endswith(_DERIVED_ENDINGS):
        return False
    for ending, replaced in _LAST_INFLECTIONS:
        bases = {lower.removesuffix(ending) + letters for letters in replaced} if lower.endswith(ending) else set()
        # "Biggest" doubles its consonant.
        bases |= {base[:-1] for base in bases if len(base) > 3 and base[-1] == base[-2]}
        if any(is_ordinary_word(base) for base in bases):
            return False
    if lower.startswith("un") and is_ordinary_word(lower[2:]):
        return False
    forms = {lower + ending for ending in _INFLECTIONS}
    forms |= {lower + lower[-1] + "ing", lower[:-1] + "ing", lower[:-1] + "ies", lower[:-1] + "ier"}
    for ending in _INFLECTIONS:
        if lower.endswith(ending):
            base = lower.removesuffix(ending)
            forms |= {base, base + "e", base + "y"} if len(base) > 2 else set()
    return (forms - {lower}).isdisjoint(_word_ranks())


# From this rank on, a typed word is as likely to be a misspelling of a common word ("minster" has rank 31,547).
MIN_RANK_OF_RARE_WORD = 25_000
# The most frequent words are ordinary even without inflections ("perhaps", "went", "wrote").
MAX_NAMELESS_RANK = 2_000
_INFLECTIONS = ("s", "es", "ed", "d", "ing", "ly", "er", "ness")
# Endings to which no further inflection is added (plurals of "-y", superlatives), with the endings of other forms.
_LAST_INFLECTIONS = (("ies", ("y",)), ("ied", ("y",)), ("iest", ("y",)), ("est", ("", "e")))
_DERIVED_ENDINGS = (
    "ly", "ness", "ment", "able", "ible", "ful", "less", "tion", "sion", "ism", "ist", "ous", "ive", "ity", "ical",
    "ish", "ward", "wards", "ing", "ed", "ional", "ular", "ology", "ship", "hood", "stic", "atic", "wide",
    "ary", "ory", "acy", "ance", "ial", "graphy",
)  # fmt: skip


@cache
def _word_ranks() -> dict[str, int]:
    """Each word of general English with its rank by frequency, from 0."""
    # The file is located without importing symspellpy, because only this file is used. It is read once, in 30 ms.
    spec = find_spec("symspellpy")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("symspellpy is missing; install commentary-rag again")
    path = Path(spec.submodule_search_locations[0]) / "frequency_dictionary_en_82_765.txt"
    words = path.read_text(encoding="utf-8-sig").split()[::2]
    return dict(zip(words, range(len(words)), strict=True))


def _words(table: str, key: str) -> tuple[str, ...]:
    return tuple(_DATA[table][key])


def _verbs(name: str) -> tuple[str, ...]:
    return verb_forms(_DATA["reporting_verb_sets"][name])


UNINFLECTED_WORDS = frozenset(_words("uninflected", "words"))
WEEKDAYS: tuple[str, ...] = tuple(_DATA["weekdays"])
# Words besides dates that answer a "when": seasons, decades.
PERIODS: tuple[str, ...] = tuple(_DATA["periods"])

# Numbers from zero to twenty, the tens, "dozen".
NUMBER_WORDS: dict[str, int] = {
    **{word: number for number, word in enumerate(_words("numbers", "up_to_twenty"))},
    **_DATA["numbers"]["others"],
}
# The factors of "hundred" to "trillion"; the abbreviations stand only after digits.
SCALES: dict[str, float] = dict(_DATA["numbers"]["scales"])
SCALE_ABBREVIATIONS: dict[str, float] = dict(_DATA["numbers"]["scale_abbreviations"])
# Words that answer a "how many".
QUANTITY_WORDS: tuple[str, ...] = (
    *(word for word in NUMBER_WORDS if word not in _words("numbers", "not_an_answer")),
    *_words("numbers", "quantities"),
)

# The language of each question word of another language than English, without accents.
FOREIGN_WORDS: dict[str, str] = {
    word: language
    for table in ("foreign_question_words", "foreign_function_words")
    for language, words in _DATA[table].items()
    for word in words
}
# Articles and prepositions that may be a part of a name.
FOREIGN_ARTICLES: dict[str, str] = {
    word: language for language, words in _DATA["foreign_articles"].items() for word in words
}

_CONJUGATIONS: dict[str, list[str]] = _DATA["reporting_verbs"]
# Verbs by which a quote reports the words of a person other than the author.
SPEECH_VERBS = _verbs("speech")
# Verbs of an answer: with the first set the author passes on another person's view, with the second holds a view.
RELAYING_VERBS = _verbs("relaying")
HOLDING_VERBS = _verbs("holding")
# Verbs of a question: the first set after "who" asks for an author, the second anywhere asks for a view.
AUTHOR_QUESTION_VERBS = _verbs("asking_for_an_author")
VIEW_QUESTION_VERBS = _verbs("asking_for_a_view")
# A paragraph at an article's beginning or end with one of these verbs is not a biography.
ARTICLE_SPEECH_VERBS = _verbs("speech_in_an_article")

LONG_NAMES: tuple[LongName, ...] = tuple(
    LongName(
        entry["name"],
        entry.get("pattern", rf"\b{re.escape(entry['name'])}\b"),
        tuple(entry.get("acronyms", ())),
        entry.get("word"),
    )
    for entry in _DATA["long_names"]
)
# Each entry names a country or continent, its people, and its capital, which stands for its government.
PLACE_NAMES: tuple[tuple[str, ...], ...] = tuple(
    (*line["names"], *line["people"], *line["capital"]) for line in _DATA["places"]["lines"]
)
# The adjective of each place that has one: "Japanese" of "Japan".
PEOPLE_OF_PLACES: dict[str, str] = {
    name: line["people"][0] for line in _DATA["places"]["lines"] if line["people"] for name in line["names"]
}
GRAMMATICAL_ARTICLES = ("the", "a", "an")
# Small words inside a name, and those of a person's name alone.
NAME_PARTICLES = _words("names", "particles")
PERSON_NAME_PARTICLES = _words("names", "person_particles")
# How the names of places and of publications begin and end that stand beside a name in a byline.
BYLINE_PLACE_STARTS = _words("bylines", "place_starts")
BYLINE_PLACE_ENDS = _words("bylines", "place_ends")
BYLINE_PLACES = _words("bylines", "places")
BYLINE_PUBLICATION_ENDS = _words("bylines", "publication_ends")

# Roles at a publication ("columnist at The Weekly"), roles in a biography, and unnamed speakers in an article.
PUBLICATION_ROLES = _words("roles", "publication")
BIOGRAPHY_ROLES = (*PUBLICATION_ROLES, *_words("roles", "biography"))
SPEAKER_ROLES = _words("roles", "speakers")

# Words that negate any word beside them, and words that negate only what they govern.
NEGATION_WORDS = frozenset(_words("negation", "words"))
GOVERNING_NEGATIONS = _words("negation", "governing")
# Words that leave open whether or how far something holds.
HEDGES = _words("hedging", "words")
# The two sides of each pair of words that reverse a statement, the words of a side between blanks.
OPPOSITES: tuple[tuple[str, str], ...] = tuple((left, right) for left, right in _DATA["opposites"]["pairs"])
# Further pairs, on which no fitted weights depend.
MORE_OPPOSITES: tuple[tuple[str, str], ...] = tuple((left, right) for left, right in _DATA["opposites"]["more_pairs"])

# A question's words about articles (rag.answering.intent): what they are, what is in them, and in which order.
ARTICLE_NOUNS = tuple(form for noun in _words("scope", "article_nouns") for form in (noun, f"{noun}s"))
LOOSE_ARTICLE_NOUNS = (
    *ARTICLE_NOUNS,
    *(form for noun in _words("scope", "loose_article_nouns") for form in (noun, f"{noun}s")),
    *_words("scope", "loose_article_plurals"),
)
VIEW_NOUNS = (*(form for noun in _words("scope", "view_nouns") for form in (noun, f"{noun}s")), "analyses", "theses")
UNNAMED_PIECES = _words("scope", "unnamed_pieces")
ORDER_WORDS = _words("scope", "order_words")
# Verbs whose subject is always a speaker, and verbs whose subject is a speaker only if it is certainly a name.
SAYING_VERBS = _scope_verbs("saying")
STANCE_VERBS = _scope_verbs("taking_a_stand")
PLAIN_SAYING_THIRDS = tuple(form for form in SAYING_VERBS.third if form not in _words("scope", "nouns_as_well"))

# Words of the request, which are removed from both ends of a question's subject.
FRAME_WORDS = _words("questions", "frame_words")
# Words about a development in time, which are removed from a timeline's subject inside the phrase that asks for it.
TIME_FRAME_WORDS = _words("questions", "time_frame_words")
# Words about the collection itself, which are removed everywhere in a question's subject.
COLLECTION_WORDS = _words("questions", "collection_words")
