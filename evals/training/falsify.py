"""Makes a true statement false in one way.

The two statements then differ only in their content. Each maker takes a statement with its article, and returns the
false statement, or None if its kind of change is not possible. A `Style` defines how freely the makers choose. The same
seed gives the same statements.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.training.perturbation_lexicon import (
    ANTONYMS,
    AUXILIARIES,
    CLAUSE_OPENERS,
    CONTRAST_ANTONYMS,
    CONTRAST_HEDGES,
    CONTRAST_NUMBER_WORDS,
    HEDGES,
    MONTHS,
    NAME,
    NUMBER_WORDS,
    ORDINALS,
    REPORTED,
    SENTENCE_OPENERS,
    SIMPLE_PAST,
    WEEKDAYS,
    YEAR,
    after_adverbial,
    any_of,
    head_clause,
)
from rag.text.analyzer import terms
from rag.verification.cues import extract_names

_CAUSE = re.compile(r"^([^,;:]{20,}),? (because|so that|after|before|which led to) ([^,;:]{15,})[.]$")
_DETAIL = re.compile(r"\b(?:in|at|by|for|from|during|with|to) (?:the )?[A-Z0-9][\w’-]+(?: [A-Z0-9][\w’-]+)*\b")


@dataclass(frozen=True, slots=True)
class Style:
    """The way in which statements are changed.

    A style defines what counts as a clause, a number or a name, and which words are replaced. If `is_varied` is False,
    the first match is always used, and the rest of the article is not read.
    """

    head_clause: re.Pattern[str]
    after_adverbial: re.Pattern[str]
    auxiliary: re.Pattern[str]
    denial: re.Pattern[str]
    number: re.Pattern[str]
    number_words: Sequence[str]
    hedges: Mapping[str, str]
    antonyms: Mapping[str, str]
    names_in: Callable[[str], list[str]]
    is_varied: bool


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A true statement with its article.

    `position` is that of its sentence in the article; `names` and `numbers` are the article's.
    """

    text: str
    sentences: Sequence[str]
    position: int
    names: Sequence[str]
    numbers: Sequence[str]


Maker = Callable[[SourceSentence, random.Random, Style], str | None]


def names_in(sentence: str) -> list[str]:
    """Names inside the sentence.

    The first word counts only if the name continues after it.
    """
    return [
        match[0]
        for match in NAME.finditer(sentence)
        if (match.start() > 0 or " " in match[0]) and match[0] not in MONTHS and match[0] not in WEEKDAYS
        and not match[0].startswith(("The ", "In ", "A ", "But ", "It ", "And ")) and len(match[0]) > 2
    ]  # fmt: skip


def capitalised_names_in(sentence: str) -> list[str]:
    """Single capitalised words of the sentence that the verifier treats as names."""
    return [
        word for word in re.findall(r"\b[A-Z][a-z]{3,}\b", sentence[1:]) if set(terms(word)) <= extract_names(sentence)
    ]


def lower_opening(text: str) -> str:
    """The sentence with the beginning that it has after other words.

    Common opening words lose their capital.
    """
    return text[0].lower() + text[1:] if text.split()[0] in SENTENCE_OPENERS else text


VARIED = Style(
    head_clause=head_clause((*CLAUSE_OPENERS, "when", "which", "who"), kept=35, cut=12),
    after_adverbial=after_adverbial(kept=35),
    auxiliary=re.compile(rf"\b({any_of((*AUXILIARIES, 'do'))})\b(?! (?:not|never|no)\b)"),
    denial=re.compile(rf"\b({any_of((*AUXILIARIES, 'do'))})(?: not|n[’']t)\b|\b(can)not\b|\bnever "),
    number=re.compile(rf"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w,]*\d)|\b(?:{any_of(list(NUMBER_WORDS))})\b"),
    number_words=list(NUMBER_WORDS),
    hedges=HEDGES,
    antonyms=ANTONYMS,
    names_in=names_in,
    is_varied=True,
)
# The style of the contrasts: it has fewer words and uses the first match. The shipped weights were fitted on both
# styles.
MINIMAL = Style(
    head_clause=head_clause(CLAUSE_OPENERS, kept=45, cut=15),
    after_adverbial=after_adverbial(kept=45),
    auxiliary=re.compile(rf"\b({any_of(AUXILIARIES)})\b(?! not)"),
    denial=re.compile(rf"\b({any_of(AUXILIARIES)}) not\b|\b(can)not\b"),
    number=re.compile(rf"\b\d[\d,.]*\d\b|\b\d\b|\b(?:{any_of(CONTRAST_NUMBER_WORDS)})\b"),
    number_words=CONTRAST_NUMBER_WORDS,
    hedges=CONTRAST_HEDGES,
    antonyms=CONTRAST_ANTONYMS,
    names_in=capitalised_names_in,
    is_varied=False,
)


def change_number(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Replaces a number.

    The new number is another number of the article if the style is varied, else a similar number, or one with a changed
    digit.
    """
    matches = list(style.number.finditer(source.text))
    if not matches:
        return None
    match = chance.choice(matches)
    old = match[0].rstrip(",")
    return _replaced(source.text, match.start(), old, _other_number(old, source, chance, style))


def change_date(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Replaces a month, a weekday or an ordinal with another one."""
    for words in (MONTHS, WEEKDAYS, ORDINALS):
        matches = list(re.finditer(rf"\b(?:{any_of(words)})\b", source.text))
        if matches:
            match = chance.choice(matches)
            others = [word for word in words if word != match[0]]
            return _replaced(source.text, match.start(), match[0], chance.choice(others))
    return None


def change_name(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Replaces a name with another of the article.

    Mostly it is a name nearby: the evidence then contains it, as in typical errors of answers.
    """
    own = style.names_in(source.text)
    if not own:
        return None
    old = chance.choice(own)
    if style.is_varied:
        words = set(source.text.split())
        size = len(old.split())
        others = [name for name in source.names if len(name.split()) == size and not words & set(name.split())]
    else:
        others = [name for name in source.names if name not in source.text]
    if not others:
        return None
    window = " ".join(source.sentences[max(0, source.position - 3) : source.position + 4])
    near = [name for name in others if name in window] if style.is_varied else []
    new = chance.choice(near) if near and chance.random() < 0.6 else chance.choice(others)
    return re.sub(rf"\b{re.escape(old)}\b", new.replace("\\", ""), source.text, count=1)


def exchange_names(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Exchanges two names, so that the roles are reversed (who did what to whom)."""
    own = list(dict.fromkeys(style.names_in(source.text)))
    opening = NAME.match(source.text)
    if opening and opening[0] in source.names and opening[0] not in own:
        own.insert(0, opening[0])
    if len(own) < 2:
        return None
    first, second = chance.sample(own, 2)
    if first in second or second in first:
        return None
    # In a list the order of the names has no meaning.
    listed = (
        rf"{re.escape(left)}(?:,| and| or) {re.escape(right)}" for left, right in ((first, second), (second, first))
    )
    if any(re.search(pattern, source.text) for pattern in listed):
        return None
    text = source.text.replace(first, "\0", 1).replace(second, first, 1)
    return text.replace("\0", second, 1)


def give_to_another(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Attributes a view or saying to another name of the article."""
    reported = REPORTED.match(source.text)
    others = [name for name in source.names if name not in source.text and 1 <= len(name.split()) <= 3]
    return chance.choice(others) + source.text[reported.end("who") :] if reported and others else None


def deny(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Adds a negation, or removes the existing one."""
    text = source.text
    if style.denial.search(text):
        return style.denial.sub(lambda match: match[1] or match[2] or "", text, count=1)
    auxiliaries = list(style.auxiliary.finditer(text))
    if not style.is_varied:
        return _inserted(text, auxiliaries[0].end(), " not") if auxiliaries else None
    draw = chance.random()
    if auxiliaries and draw < 0.75:
        return _inserted(text, chance.choice(auxiliaries[:2]).end(), " never" if draw < 0.1 else " not")
    past = SIMPLE_PAST.search(text)
    if past and draw < 0.9 and " " in text[: past.start()]:
        stem = past[1]
        if stem[-1] in "lptgn" and stem[-1] == stem[-2]:
            stem = stem[:-1]
        return f"{text[: past.start()]}did not {stem}{text[past.end() :]}"
    return f"It is not true that {lower_opening(text)}" if draw > 0.97 else None


def reverse(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Replaces a word with its opposite."""
    matches = [match for match in re.finditer(r"\b[a-z]+\b", source.text) if match[0] in style.antonyms]
    if not matches:
        return None
    match = chance.choice(matches)
    return _replaced(source.text, match.start(), match[0], style.antonyms[match[0]])


def remove_hedge(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Replaces a hedge with a word that is not one."""
    matches = list(re.finditer(rf"\b(?:{any_of(list(style.hedges))})\b(?! not)", source.text))
    if not matches:
        return None
    match = chance.choice(matches) if style.is_varied else matches[0]
    return _replaced(source.text, match.start(), match[0], style.hedges[match[0]])


def exchange_cause(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Exchanges cause and effect, or before and after."""
    match = _CAUSE.match(source.text)
    return f"{match[3][0].upper()}{match[3][1:]} {match[2]} {lower_opening(match[1])}." if match else None


def join_wrongly(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Joins the beginning of a sentence to the end of another sentence."""
    cuts = [match.start() for match in style.auxiliary.finditer(source.text)]
    others = [text for i, text in enumerate(source.sentences) if abs(i - source.position) in (1, 2, 3, 4)]
    chance.shuffle(others)
    for other in others:
        ends = [match.start() for match in style.auxiliary.finditer(other)]
        if cuts and ends and cuts[0] > 8 and 20 < len(other) - ends[0] < 160:
            return source.text[: cuts[0]] + other[ends[0] :]
    return None


def add_detail(source: SourceSentence, chance: random.Random, style: Style) -> str | None:
    """Adds a detail of a distant sentence at the end."""
    others = [text for i, text in enumerate(source.sentences) if abs(i - source.position) > 4]
    chance.shuffle(others)
    for other in others[:12]:
        detail = _DETAIL.search(other[10:])
        if detail and detail[0] not in source.text:
            return f"{source.text.rstrip('.!”')} {detail[0]}."
    return None


def _replaced(text: str, start: int, old: str, new: str) -> str:
    return text[:start] + new + text[start + len(old) :]


def _inserted(text: str, position: int, words: str) -> str:
    return text[:position] + words + text[position:]


def _other_number(old: str, source: SourceSentence, chance: random.Random, style: Style) -> str:
    others = [number for number in source.numbers if number not in source.text and number.isalpha() == old.isalpha()
              and bool(YEAR.match(number)) == bool(YEAR.match(old))]  # fmt: skip
    if style.is_varied and others and chance.random() < 0.5:
        return chance.choice(others)
    if old in style.number_words:
        return chance.choice([word for word in style.number_words if word != old])
    if not style.is_varied:
        digits = re.sub(r"\D", "", old)
        return str(int(digits) + chance.choice([1, 2, 3, 5, 7]) * 10 ** max(0, len(digits) - 2))
    if YEAR.match(old):
        return str(int(old) + chance.choice([-20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10]))
    return _changed_digit(old, chance)


def _changed_digit(old: str, chance: random.Random) -> str:
    """Changes one digit, or multiplies the number by ten; separators stay."""
    positions = [i for i, sign in enumerate(old) if sign.isdigit()]
    if chance.random() < 0.15 and "." not in old and "," not in old:
        return old + "0"
    position = chance.choice(positions[: max(1, len(positions) - 1)])
    digits = [digit for digit in "123456789" if digit != old[position]]
    return old[:position] + chance.choice(digits) + old[position + 1 :]
