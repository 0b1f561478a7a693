"""Text into index terms: the words that full text is searched by, and that evidence and questions are compared by.

One analysis for both, so that a word of a question and a word of a passage meet exactly when the index says they do.
"""

import re
import sys
from functools import lru_cache

import tantivy

ANALYSER = "commentary"
# Half of a surrogate pair, which Python holds and UTF-8 does not.
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")


@lru_cache(maxsize=1)
def analyser() -> tantivy.TextAnalyzer:
    """Letters and digits, lower-case, accents folded, English stems."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def terms(text: str) -> list[str]:
    """The index terms of `text`, in order, with repeats."""
    found: list[str] = analyser().analyze(_HALF_A_PAIR.sub("\ufffd", text))
    return found


@lru_cache(maxsize=4_096)
def distinct_terms(text: str) -> frozenset[str]:
    """The index terms of `text`, each once; kept for texts that come again, as the same passages do for question after
    question: cutting up the eighty candidates of one took a fifth of a search's time. About 10 MB when full."""
    return frozenset(map(sys.intern, terms(text)))


# Words that carry a question's grammar and not its subject (stems, as `terms` gives them).
STOP_TERMS = frozenset(
    terms(
        "a an and are as at be been being but by can could did do does doing done for from had has have having he her "
        "hers him his how i if in into is it its itself just me more most much my no nor not of off on once only or "
        "other our ours out over own s same she should so some such t than that the their theirs them themselves then "
        "there these they this those through to too under until up us very was we were what when where which while who "
        "whom whose why will with would you your yours about after again all also am any because before both down "
        "during each few further here now d ll re ve m don isn doesn didn won wasn aren couldn shouldn hasn haven hadn "
        "tell explain describe say says said according mean give make made please know think"
    )
)


def content_weights(text: str) -> dict[str, float]:
    """The content words of `text`; longer words are rarer in English, and count more. Of none, all its words."""
    every = terms(text)
    return {word: min(len(word), 8) / 8 for word in every if word not in STOP_TERMS} or dict.fromkeys(every, 1.0)


# What a question may call by its initials and an article by its name.
_INITIALS = tuple(
    (re.compile(rf"(?<![\w.]){initials}(?!\w)"), name)
    for initials, name in (
        (r"(?:U\.S\.(?:A\.)?|USA?)", "United States"),
        (r"(?:E\.U\.|EU)", "European Union"),
        (r"(?:U\.N\.|UN)", "United Nations"),
        (r"(?:U\.K\.|UK)", "United Kingdom"),
        ("DPRK", "North Korea"),
        ("AI", "artificial intelligence"),
        ("LNG", "liquefied natural gas"),
        ("WTO", "World Trade Organization"),
        ("IAEA", "International Atomic Energy Agency"),
    )
)


def initials_in(question: str) -> list[tuple[list[str], list[str]]]:
    """For each initials in `question`, their terms and the terms of the name that they stand for."""
    return [(terms(match[0]), terms(name)) for initials, name in _INITIALS for match in initials.finditer(question)]
