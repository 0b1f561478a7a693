"""Detects texts in another language than English.

The rules of this package are for English. For a question in another language the answer says so, instead of quoting
chance hits.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from rag.answering.intent.spelling.typed_words import folded
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import FOREIGN_ARTICLES, FOREIGN_WORDS, is_ordinary_word

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The identifier is unreliable on a few words. Of 874 runs of three to five content words of English questions, it takes
# five for another language with at least this probability, and 14 with 0.5. Of 32 questions in eleven other languages
# it finds 29 with this probability, and 30 with 0.5.
MIN_PROBABILITY = 0.6
MIN_WORDS = 3
# English words that are frequent in other languages too, as index terms.
_SHARED_WORDS = frozenset({
    "a", "also", "am", "an", "as", "at", "d", "do", "for", "he", "her", "i", "in", "is", "it", "m", "me", "more",
    "no", "on", "over", "s", "so", "t", "to", "under", "was", "we", "will",
})  # fmt: skip
_LANGUAGE_NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


def language_of_small_word(text: str) -> str | None:
    """The language of a foreign small word in `text` ("warum", "und").

    None if there is none, or if the text has a function word of English.
    """
    words = terms(text)
    if any(term in STOP_TERMS and term not in _SHARED_WORDS for term in words):
        return None
    plain = (folded(word) for word in re.findall(r"[^\W\d_]+", text))
    return next((FOREIGN_WORDS[word] for word in plain if word in FOREIGN_WORDS), None)


def foreign_language(text: str) -> str | None:
    """The English name of the language of `text`; None for English.

    It is also None for a text that is too short.

    A language without a name in this module is called "another language". Any text with a function word of English
    counts as English.
    """
    words = text.split()
    if len(words) < MIN_WORDS and (language := _language_of_article(text)):
        return language
    if any(term in STOP_TERMS and term not in _SHARED_WORDS for term in terms(text)):
        return None
    has_other_script = any(character >= "\u0370" and character.isalpha() for character in text)
    if len(words) < MIN_WORDS and not has_other_script:
        return None
    code, probability = _identifier().classify(text[:1_000])
    if code == "en" or (probability < MIN_PROBABILITY and not has_other_script):
        return None
    return _LANGUAGE_NAMES.get(code, "another language")


def _language_of_article(text: str) -> str | None:
    """The language of a short `text` without English words ("los bosques")."""
    words = [folded(word) for word in re.findall(r"[^\W\d_]+", text)]
    others = [word for word in words if word not in FOREIGN_ARTICLES]
    if not others or len(others) == len(words) or any(is_ordinary_word(word) for word in others):
        return None
    return next(FOREIGN_ARTICLES[word] for word in words if word in FOREIGN_ARTICLES)


@cache
def _identifier() -> "LanguageIdentifier":
    # Imported here: loading the model takes a fifth of a second, and few questions need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
