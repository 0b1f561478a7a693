"""Corrects the spelling of a question's words against the library's own words.

A slip is one wrong keystroke. A word is corrected if no article has it, general English does not have it, and the
library has a word that differs by a slip. Names of the library are preferred and get their capital. The rest of the
question is not changed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answering.intent.spelling.acronyms import may_be_an_acronym, spelt_out
from rag.answering.intent.spelling.catalogue_names import misspelt_names
from rag.answering.intent.spelling.slips import (
    MIN_LETTERS_OF_TWO_SLIPS,
    MIN_WORD_LETTERS,
    single_slips,
    slips_between,
)
from rag.answering.intent.spelling.typed_words import Change, TypedWord, folded, typed_words
from rag.answering.intent.spelling.vocabulary import Vocabulary, WrittenForm
from rag.text.analyzer import STOP_TERMS
from rag.text.lexicon import COLLECTION_WORDS, FRAME_WORDS, is_ordinary_word, is_rare_word

# A half of a word that was typed without a blank in it may be shorter, if the word is a word of grammar ("ofthe").
MIN_HALF_LETTERS = 3
# Maximum number of unknown words: a question with more of them is in another language, or is no question.
MAX_UNKNOWN_WORDS = 8
# Candidates of one word whose written forms are read from the library.
MAX_CANDIDATES = 5
# A question with at most this many words may consist of keywords. A longer one has a word of grammar of at least this
# length; shorter ones are also words of other languages ("in", "so", "no", "me").
MAX_KEYWORDS = 3
MIN_GRAMMAR_LETTERS = 3
# Maximum number of terms with the same beginning that are compared for two slips.
MAX_TERMS_COMPARED = 2_000

# Bonuses of a candidate: if it is a name, and for each factor of ten in the number of passages that have it.
NAME_BONUS = 0.3
FREQUENCY_BONUS = 0.15
# Maximum cost, after bonuses, of a correction: of one slip by the length of the word, and of two slips. Short words
# allow less, because a rare name ("Kony") is as similar to another word as a misspelling is.
MAX_COSTS = {4: 0.6, 5: 0.7, 6: 0.8, 7: 1.0, 8: 1.0}
MAX_COST = 1.5
MAX_COST_OF_TWO_SLIPS = 1.6

# A rare English word that no article has is read as a common word if these limits are met: the word's length, the cost
# of the slip, and the number of passages with the common word.
MIN_LETTERS_OF_RARE_WORD = 6
MAX_COST_OF_RARE_WORD = 0.8
MIN_PASSAGES_OF_COMMON_WORD = 20

# Words of a request ("summarise", "article"), which a library need not have; a shorter one is near to too many others.
MIN_LETTERS_OF_REQUEST = 6
_REQUEST_WORDS = frozenset(word for word in (*FRAME_WORDS, *COLLECTION_WORDS) if len(word) >= MIN_LETTERS_OF_REQUEST)

_CONTRACTED_ENDINGS = ("t", "s", "m", "d", "re", "ve", "ll")


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """A question with its spelling corrected.

    `corrected` are the corrections as pairs of what was typed and what is read instead, in the order of the question.
    """

    question: str
    corrected: tuple[tuple[str, str], ...] = ()


def correct_spelling(question: str, vocabulary: Vocabulary) -> SpellingCorrection:
    """Corrects those words of `question` that are misspelt words of `vocabulary`.

    Words in quotation marks, acronyms, numbers and words of up to three letters are not changed. A question of mostly
    unknown words is not changed either.
    """
    words = list(typed_words(question))
    known = vocabulary.known([word.text for word in words])
    unknown = [word for word in words if word.text not in known and not _is_contraction(word.text)]
    if not unknown:
        return SpellingCorrection(question)
    changes = list(misspelt_names(question, words, known, vocabulary.names()))
    changes += _joined(question, _outside(changes, words), known, vocabulary)
    unknown = _outside(changes, unknown)
    strange = [word for word in unknown if not is_ordinary_word(folded(word.text))]
    is_shouted = question.upper() == question
    for word in unknown:
        if word not in strange and (replacement := _common_word(word.text, vocabulary)):
            changes.append(Change(word.start, word.end, replacement))
    for word in strange[:MAX_UNKNOWN_WORDS]:
        if _may_be_misspelt(word.text, is_shouted=is_shouted):
            is_named = word.text[0].isupper() and not is_shouted and word is not words[0]
            replacement = _request_word(word.text) or _correction(word.text, vocabulary, is_named=is_named)
            if replacement is not None:
                changes.append(Change(word.start, word.end, _in_case_of(word.text, replacement)))
                continue
        if may_be_an_acronym(word.text) and (name := spelt_out(word.text, vocabulary.texts_about(question))):
            changes.append(Change(word.start, word.end, name))
    if not changes or (len(changes) < len(strange) and not _is_english(words, strange)):
        return SpellingCorrection(question)
    return _apply(question, sorted(changes, key=lambda change: change.start))


def _outside(changes: Sequence[Change], words: Sequence[TypedWord]) -> list[TypedWord]:
    return [word for word in words if not any(change.start <= word.start < change.end for change in changes)]


def _request_word(word: str) -> str | None:
    """The word of a request of which one slip makes `word`.

    None where there is none, or `word` has a capital.
    """
    if len(word) < MIN_LETTERS_OF_REQUEST - 1 or not word.islower():
        return None
    costs = {slip: cost for slip, cost in single_slips(folded(word)).items() if slip in _REQUEST_WORDS}
    return min(costs, key=lambda slip: (costs[slip], slip)) if costs else None


def _common_word(word: str, vocabulary: Vocabulary) -> str | None:
    """The common word of the library that a rare English word is a misspelling of.

    None if there is none. For example, no article has "minster", and half of them have "minister".
    """
    if not (len(word) >= MIN_LETTERS_OF_RARE_WORD and word.isascii() and word.islower() and is_rare_word(word)):
        return None
    # Only a missing letter or two exchanged letters count: other slips would change as many correct words.
    costs = {
        slip: cost
        for slip, cost in single_slips(word).items()
        if cost <= MAX_COST_OF_RARE_WORD and (len(slip) > len(word) or sorted(slip) == sorted(word))
    }
    common = {slip: cost for slip, cost in costs.items() if is_ordinary_word(slip) and not is_rare_word(slip)}
    frequencies = vocabulary.frequencies(list(common))
    frequent = [slip for slip, passages in frequencies.items() if passages >= MIN_PASSAGES_OF_COMMON_WORD]
    # A plural or another inflection of a word of the library is not a misspelling.
    forms = {slip: vocabulary.written_forms([slip])[slip] for slip in frequent}
    written = [slip for slip in frequent if any(folded(form.text) == slip for form in forms[slip])]
    return min(written, key=lambda slip: (common[slip], -frequencies[slip])) if written else None


def _is_english(words: Sequence[TypedWord], strange: Sequence[TypedWord]) -> bool:
    """Whether the words besides the `strange` ones show that the question is English.

    A question in another language may have known names and loan words, and short words that look English.
    """
    has_grammar = any(len(word.text) >= MIN_GRAMMAR_LETTERS and word.text.lower() in STOP_TERMS for word in words)
    return 2 * len(strange) <= len(words) and (has_grammar or len(words) <= MAX_KEYWORDS)


def _apply(question: str, changes: Sequence[Change]) -> SpellingCorrection:
    corrected, position = "", 0
    for change in changes:
        corrected += question[position : change.start] + change.text
        position = change.end
    pairs = tuple((question[change.start : change.end], change.text) for change in changes)
    return SpellingCorrection(corrected + question[position:], pairs)


def _is_contraction(word: str) -> bool:
    """Whether `word` is a contraction without its apostrophe ("dont", "whats")."""
    lower = word.lower()
    return any(lower.endswith(ending) and lower.removesuffix(ending) in STOP_TERMS for ending in _CONTRACTED_ENDINGS)


def _may_be_misspelt(word: str, *, is_shouted: bool) -> bool:
    # A word with an accent is not corrected: its spelling is deliberate.
    if len(word) < MIN_WORD_LETTERS or not (word.isascii() and word.isalpha()):
        return False
    # Capitals inside a word are deliberate ("AUKUS", "OpenAI"), unless the whole question is in capitals.
    return is_shouted or word[1:].islower()


def _joined(question: str, words: Sequence[TypedWord], known: set[str], vocabulary: Vocabulary) -> Iterator[Change]:
    """Joins two words that the library writes as one ("semi conductors").

    The library does not have one of the two words, and none is a word of grammar ("success or").
    """
    pairs = [
        (left, right)
        for left, right in pairwise(words)
        if question[left.end : right.start] in (" ", "-")
        and not (left.text in known and right.text in known)
        and not {left.text.lower(), right.text.lower()} & STOP_TERMS
        and len(left.text + right.text) >= MIN_LETTERS_OF_TWO_SLIPS
    ]
    joined = vocabulary.known([left.text + right.text for left, right in pairs]) if pairs else set()
    forms = vocabulary.written_forms(sorted(joined)) if joined else {}
    end = 0
    for left, right in pairs:
        word = left.text + right.text
        if left.start >= end and any(form.text.lower() == word.lower() for form in forms.get(word, ())):
            end = right.end
            yield Change(left.start, right.end, word)


def _correction(word: str, vocabulary: Vocabulary, *, is_named: bool) -> str | None:
    """The library's word of which `word` is a misspelling, or None.

    It is returned as the library writes it. `is_named` is whether the capital of `word` shows that it is a name; then
    only names are candidates.
    """
    plain = folded(word)
    costs = single_slips(plain)
    frequencies = vocabulary.frequencies(list(costs))
    likely = sorted(frequencies, key=lambda candidate: costs[candidate] - _frequency_bonus(frequencies[candidate]))
    forms = vocabulary.written_forms(likely[:MAX_CANDIDATES])
    candidates = [
        (costs[candidate], form) for candidate in forms if (form := _form_of(candidate, forms[candidate])) is not None
    ]
    corrected = _best(candidates, MAX_COSTS.get(len(plain), MAX_COST), is_named=is_named)
    if corrected is None and len(plain) >= MIN_LETTERS_OF_TWO_SLIPS:
        corrected = _best(_two_slips(plain, costs, vocabulary), MAX_COST_OF_TWO_SLIPS, is_named=is_named)
    if corrected is None and not is_named:
        return _split(plain, vocabulary)
    return corrected


def _best(candidates: Sequence[tuple[float, WrittenForm]], max_cost: float, *, is_named: bool) -> str | None:
    ranked = sorted(
        (net_cost - NAME_BONUS * form.is_name, form.text)
        for cost, form in candidates
        if (net_cost := cost - _frequency_bonus(form.passages)) <= max_cost and (form.is_name or not is_named)
    )
    return ranked[0][1] if ranked else None


def _form_of(candidate: str, forms: Sequence[WrittenForm]) -> WrittenForm | None:
    """`candidate` as the library writes it, or as an inflection of what it writes."""
    written = next((form for form in forms if folded(form.text) == candidate), None)
    if written is None and forms and is_ordinary_word(candidate):
        return WrittenForm(candidate, forms[0].passages, is_name=False)
    return written


def _frequency_bonus(passages: int) -> float:
    return FREQUENCY_BONUS * math.log10(1 + passages)


def _two_slips(word: str, first: Mapping[str, float], vocabulary: Vocabulary) -> list[tuple[float, WrittenForm]]:
    """The library's words that differ from `word` by two slips.

    `first` are the words that differ by one. At most one of the slips is among the first letters.
    """
    prefixes = {word[:3], word[0] + word[2] + word[1], word[0] + word[2:4], word[:2] + word[3], word[0] + word[:2]}
    prefixes |= {word[1] + word[0] + word[2], word[:2] + word[1]}
    near = [term for term in vocabulary.terms_beginning(sorted(prefixes), MAX_TERMS_COMPARED) if _is_near(word, term)]
    near.sort(key=lambda term: slips_between(word[: len(term)], term))
    written = vocabulary.written_forms(near[:MAX_CANDIDATES])
    forms = {form for of_term in written.values() for form in of_term}
    candidates: list[tuple[float, WrittenForm]] = []
    for form in forms:
        if slips_between(word, folded(form.text), limit=2) <= 2:
            # Two slips apart: some word is one slip from the form and one slip from `word`.
            second = single_slips(folded(form.text))
            cost = min((first[between] + second[between] for between in first.keys() & second.keys()), default=math.inf)
            candidates.append((cost, form))
    return candidates


def _is_near(word: str, term: str) -> bool:
    """Whether `word` may be two slips from a word with the index term `term`.

    The term lacks the ending that stemming removed.
    """
    shorter = range(len(term) - 1, len(term) + 2)
    return len(word) - 5 <= len(term) <= len(word) + 2 and any(
        slips_between(word[:length], term, limit=2) <= 2 for length in {*shorter, len(word)}
    )


def _split(word: str, vocabulary: Vocabulary) -> str | None:
    """Splits `word` into two words of the library that were typed without a blank.

    None if there are no such words.
    """
    if len(word) < MIN_LETTERS_OF_TWO_SLIPS:
        return None
    halves = [(word[:position], word[position:]) for position in range(2, len(word) - 1)]
    frequencies = vocabulary.frequencies([half for pair in halves for half in pair])
    splits = [
        (min(frequencies[left], frequencies[right]), left, right)
        for left, right in halves
        if left in frequencies and right in frequencies and _is_whole(left) and _is_whole(right)
    ]
    split = next(
        (
            (left, right)
            for _, left, right in sorted(splits, reverse=True)[:MAX_CANDIDATES]
            # Two halves that are words by chance ("evident ally") are adjacent in no passage.
            if (left in STOP_TERMS) != (right in STOP_TERMS) or vocabulary.has_phrase(left, right)
        ),
        None,
    )
    if split is None:
        return None
    left, right = split
    forms = vocabulary.written_forms([left, right])
    names = {half: form.text for half in (left, right) if (form := _form_of(half, forms[half])) and form.is_name}
    return f"{names.get(left, left)} {names.get(right, right)}"


def _is_whole(half: str) -> bool:
    return half in STOP_TERMS or (len(half) >= MIN_HALF_LETTERS and is_ordinary_word(half))


def _in_case_of(typed: str, replacement: str) -> str:
    """`replacement` with the capitals of `typed`; a name keeps its own capitals."""
    if len(typed) > 1 and typed.isupper():
        return replacement.upper()
    return replacement[0].upper() + replacement[1:] if typed[0].isupper() else replacement
