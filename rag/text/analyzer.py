"""Analyzes text into index terms: folded, stemmed English words.

Terms are in lower case, without accents, and reduced to English stems. The full-text index, the evidence, and every
comparison of texts use this one analysis, so that a word of a question matches a word of a passage exactly where the
index says so.

The stemmer is Tantivy's. The weights in rag/models/*.json are fitted on features made of its stems, so that another
version of Tantivy could shift them without an error: pyproject.toml holds Tantivy below the next minor version, and
tests/text/test_analyzer.py has a table of words and stems that fails first.
"""

import sys
from functools import lru_cache

import tantivy

from rag.text.unicode import mask_unencodable

# The name under which the full-text index registers the analyzer; it is stored in the index's schema.
ANALYZER_NAME = "commentary"
# Words of this many bytes of UTF-8 or more are not indexed.
MAX_TERM_BYTES = 60


@lru_cache(maxsize=1)
def english_analyzer() -> tantivy.TextAnalyzer:
    """Builds the analyzer for English text.

    A token is a run of letters and digits. Tokens are put in lower case, accents are folded, and English (Porter 2)
    stems are taken.
    """
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(MAX_TERM_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def terms(text: str) -> list[str]:
    """The index terms of `text`, in order, with repeats."""
    analyzed: list[str] = english_analyzer().analyze(mask_unencodable(text))
    return analyzed


@lru_cache(maxsize=4_096)
def distinct_terms(text: str) -> frozenset[str]:
    """The set of the index terms of `text`, cached.

    The same passages return for question after question: analyzing the eighty candidates of one question took a fifth
    of the search's time. The full cache takes about 10 MB.
    """
    return frozenset(map(sys.intern, terms(text)))


# Words that carry a question's grammar and not its subject, as index terms.
STOP_TERMS = frozenset(
    terms(
        "a an and are as at be been being but by can could did do does doing done for from had has have having he her "
        "hers him his how i if in into is it its itself just me more most much my no nor not of off on once only or "
        "other our ours out over own s same she should so some such t than that the their theirs them themselves then "
        "there these they this those through to too under until up us very was we were what when where which while who "
        "whom whose why will with would you your yours about after again all also am any because before both down "
        "during each few further here now d ll re ve m don isn doesn didn won wasn aren couldn shouldn hasn haven hadn "
        "wouldn weren mustn needn mightn ain "
        "tell explain describe say says said according mean give make made please know think"
    )
)


def content_terms(text: str) -> list[str]:
    """The distinct index terms of `text` that are not STOP_TERMS, in order."""
    return [term for term in dict.fromkeys(terms(text)) if term not in STOP_TERMS]
