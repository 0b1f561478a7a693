"""Makes labelled pairs by rule from running text.

Each pair has a true statement, and a false one made from it. Both have the same style and length, so they differ only
in their content. `contrast_pairs` shortens a sentence and changes one thing (evals.training.falsify.MINIMAL).
`perturbed_pairs` also rewords, joins and moves parts of sentences, and has more kinds of errors (VARIED). The same seed
gives the same pairs: the shipped weights were fitted on them.
"""

import random
import re
from collections.abc import Iterable, Mapping, Sequence

from evals.training.falsify import (
    MINIMAL,
    VARIED,
    Maker,
    SourceSentence,
    Style,
    add_detail,
    capitalised_names_in,
    change_date,
    change_name,
    change_number,
    deny,
    exchange_cause,
    exchange_names,
    give_to_another,
    join_wrongly,
    lower_opening,
    names_in,
    remove_hedge,
    reverse,
)
from evals.training.perturbation_lexicon import ATTRIBUTIONS, NUMBER_WORDS, PARAPHRASES
from evals.training.public_datasets import LabelledPair
from evals.training.training_datasets import TrainingPair
from rag.text.analyzer import terms
from rag.text.sentences import sentence_spans
from rag.types.article import Article
from rag.verification.sentence_selection import select_sentences

CONTRAST_SEED = 11
_MOVABLE_OPENING = re.compile(r"^((?:In|On|At|After|During|Since|By|Under)\b[\w’ -]{2,30}), ([^,;:]{20,})[.]$")
_CONTRAST_MAKERS: tuple[Maker, ...] = (change_number, change_name, deny, reverse, remove_hedge)
# The makers by the kind in a pair's source, each with its relative frequency among the possible makers. Makers that are
# seldom possible have a high frequency.
_MAKERS: Mapping[str, tuple[Maker, float]] = {
    "other_number": (change_number, 1.5),
    "other_date": (change_date, 1.5),
    "other_name": (change_name, 1.5),
    "names_exchanged": (exchange_names, 0.7),
    "given_to_another": (give_to_another, 3.0),
    "denied": (deny, 1.0),
    "turned": (reverse, 1.0),
    "firmer": (remove_hedge, 1.0),
    "cause_exchanged": (exchange_cause, 3.0),
    "wrongly_joined": (join_wrongly, 0.4),
    "detail_added": (add_detail, 0.4),
}


def contrast_pairs(articles: Iterable[Article]) -> list[LabelledPair]:
    """Makes true and false statements with the least change between them.

    There are as many of both, each against a sentence and two neighbours on either side. People's labels hold few
    negations, swapped numbers or reversed directions, and an answer that is wrong in one of these ways is badly wrong;
    these pairs teach the verifier that such a difference counts.
    """
    chance = random.Random(CONTRAST_SEED)  # noqa: S311  (reproducible, nothing to guard)
    pairs: list[LabelledPair] = []
    for article in articles:
        sentences = [article.text[start:end] for start, end in sentence_spans(article.text)]
        article_names = sorted({name for sentence in sentences for name in capitalised_names_in(sentence)})
        for i, sentence in enumerate(sentences):
            true = _shorten(sentence)
            if true is None:
                continue
            evidence = (" ".join(sentences[max(0, i - 2) : i + 3]),)
            source = SourceSentence(true, sentences, i, article_names, ())
            texts = (make(source, chance, MINIMAL) for make in _CONTRAST_MAKERS)
            false = [text for text in texts if text and text != true]
            if false:
                pairs.append(LabelledPair(true, evidence, True, article.id))
                pairs.append(LabelledPair(chance.choice(false), evidence, False, article.id))
    return pairs


def perturbed_pairs(
    document: str, sentences: Sequence[str], source: str, chance: random.Random, rounds: int = 1
) -> list[TrainingPair]:
    """Makes true and false statements of one article's sentences, in many ways.

    Each sentence that fits gives a true statement, and a false one made of it. `source` names the collection; a pair's
    own source is "collection:kind". `rounds` is how often each sentence is used. About a quarter of the statements is
    also paired with the article's closest other sentences, as not supported.
    """
    pairs: list[TrainingPair] = []
    article_names = sorted({name for sentence in sentences for name in names_in(sentence)})
    numbers = sorted({match[0] for sentence in sentences for match in VARIED.number.finditer(sentence)})
    for _ in range(rounds):
        for i, sentence in enumerate(sentences):
            if not 7 <= len(sentence.split()) <= 60 or not sentence[0].isalpha() or sentence[-1] not in ".!”\"’'":
                continue
            true, merged = _say_again(sentences, i, chance, VARIED)
            statement = SourceSentence(true, sentences, i, article_names, numbers)
            evidence = _window(sentences, i, merged, true, chance)
            # Weighted draw without replacement (Efraimidis and Spirakis, 2006).
            kinds = sorted(_MAKERS, key=lambda kind: chance.random() ** (1 / _MAKERS[kind][1]), reverse=True)
            for kind in kinds:
                false = _MAKERS[kind][0](statement, chance, VARIED)
                if false and false.casefold() != true.casefold():
                    pairs.append(TrainingPair(true, evidence, True, f"{source}:{kind}", document))
                    pairs.append(TrainingPair(false, evidence, False, f"{source}:{kind}", document))
                    break
            if chance.random() < 0.25:
                elsewhere = _evidence_elsewhere(statement, sentence, chance)
                if elsewhere is not None:
                    pairs.append(TrainingPair(true, elsewhere, False, f"{source}:misplaced", document))
    return pairs


def _shorten(sentence: str) -> str | None:
    """Returns the sentence without its opening or its last clause.

    The result no longer stands in the text as it is.
    """
    tail = MINIMAL.after_adverbial.match(sentence)
    if tail:
        return tail[1][0].upper() + tail[1][1:]
    head = MINIMAL.head_clause.match(sentence)
    return head[1] + "." if head and len(terms(head[1])) >= 6 else None


def _window(sentences: Sequence[str], position: int, merged: int, true: str, chance: random.Random) -> str:
    """The sentences around the source sentence, as evidence.

    In some pairs they are the sentences that the verifier would select from the whole article.
    """
    if chance.random() < 0.25:
        selected = set(select_sentences(true, sentences, chance.choice([40, 60, 80]))) | {position}
        selected |= {merged} if merged >= 0 else set()
        return " ".join(sentences[i] for i in sorted(selected)[:9])
    before, after = chance.choice([(0, 0), (1, 0), (0, 1), (1, 0), (0, 1), (1, 1), (1, 1), (2, 1), (1, 2)])
    first, last = max(0, position - before), position + after
    if merged >= 0:
        first, last = min(first, merged), max(last, merged)
    return " ".join(sentences[first : last + 1])


def _say_again(sentences: Sequence[str], position: int, chance: random.Random, style: Style) -> tuple[str, int]:
    """Rewrites a sentence as another true statement.

    Also returns the position of a second sentence that the statement takes in, or -1.
    """
    text, merged = sentences[position], -1
    draw = chance.random()
    tail, head = style.after_adverbial.match(text), style.head_clause.match(text)
    is_followed = position + 1 < len(sentences)
    if draw < 0.45 and tail:
        text = tail[1][0].upper() + tail[1][1:]
    elif draw < 0.5 and head and len(head[1].split()) >= 6:
        text = head[1] + "."
    elif draw < 0.6 and is_followed and len(text.split()) + len(sentences[position + 1].split()) < 45:
        following = sentences[position + 1]
        opening = following.split()[0]
        second = following if opening == "I" or opening.isupper() else lower_opening(following)
        text, merged = f"{text.rstrip('.!')}{chance.choice([', and ', '; ', ' and '])}{second}", position + 1
    if chance.random() < 0.5:
        text = _reword(text, chance, style)
    if chance.random() < 0.3:
        text = _move_opening(text)
    if chance.random() < 0.08:
        form = chance.choice(ATTRIBUTIONS)
        text = form.format(lower_opening(text) if not form.startswith("{") and ":" not in form else text)
    return text, merged


def _reword(text: str, chance: random.Random, style: Style) -> str:
    for old, new in chance.sample(PARAPHRASES, k=14):
        text = re.sub(old, new, text, count=1)
    words = [match for match in style.number.finditer(text) if match[0] in NUMBER_WORDS]
    if words and chance.random() < 0.5:
        word = words[0]
        text = text[: word.start()] + str(NUMBER_WORDS[word[0]]) + text[word.end() :]
    return text


def _move_opening(text: str) -> str:
    """Moves an opening adverbial to the end without changing the meaning.

    "In March, prices rose." and "Prices rose in March." say the same.
    """
    match = _MOVABLE_OPENING.match(text)
    return f"{match[2][0].upper()}{match[2][1:]} {match[1][0].lower()}{match[1][1:]}." if match else text


def _evidence_elsewhere(statement: SourceSentence, sentence: str, chance: random.Random) -> str | None:
    """The closest other sentences of the article, which do not support the statement."""
    near = {statement.position - 1, statement.position, statement.position + 1}
    rest = [text for i, text in enumerate(statement.sentences) if i not in near]
    if len(rest) < 6:
        return None
    return " ".join(rest[i] for i in select_sentences(sentence, rest, chance.choice([40, 60, 90])))
