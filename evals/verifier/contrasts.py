"""Pairs made by rule from the corpus: a sentence shortened stays true, the same with one thing turned round does not.

People's labels hold few negations, swapped numbers or reversed directions, and an answer that goes wrong in one of
these ways goes badly wrong; these pairs teach the verifier that such a difference counts.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence

from evals.verifier.labelled import Labelled
from rag.article import Article
from rag.claims import names
from rag.sentences import sentence_spans
from rag.terms import terms

SEED = 11
_CLAUSE = re.compile(r"^(.{45,}?)(?:,|;|:| because| while| although| after| before| since) .{15,}[.]$")
_TAIL = re.compile(r"^(?:After|At|Before|By|During|For|From|In|On|Since|Under|Until|With)\b[\w’ ]{2,50}, (.{45,}[.])$")
_VERBS = "is|was|are|were|has|have|had|will|can|could|would|should|must|may|might|does|did"
_AUXILIARY = re.compile(rf"\b({_VERBS})\b(?! not)")
_DENIAL = re.compile(rf"\b({_VERBS}) not\b|\bcannot\b")
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty")
_NUMBER = re.compile(rf"\b\d[\d,.]*\d\b|\b\d\b|\b(?:{'|'.join(_WORDS)})\b")
_HEDGE = re.compile(r"\b(?:may|might|could)\b(?! not)")
_TURNED = {
    "rose": "fell", "fell": "rose", "more": "less", "less": "more", "higher": "lower", "lower": "higher",
    "before": "after", "after": "before",
    "won": "lost", "lost": "won", "refused": "agreed", "agreed": "refused", "began": "ended",
    "stronger": "weaker", "weaker": "stronger", "increase": "decrease", "support": "oppose", "against": "for",
    "first": "last", "most": "fewest", "bought": "sold", "sold": "bought", "raised": "cut", "cut": "raised",
    "cheap": "expensive", "dearer": "cheaper", "gained": "lost", "expand": "shrink", "accepted": "rejected",
}  # fmt: skip


def contrasts(articles: Iterable[Article]) -> list[Labelled]:
    """Pairs against a sentence and its neighbours, as many true ones as false ones."""
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    found: list[Labelled] = []
    for article in articles:
        sentences = [article.text[start:end] for start, end in sentence_spans(article.text)]
        known = sorted({word for sentence in sentences for word in _capitalised(sentence)})
        for at, sentence in enumerate(sentences):
            true = _shortened(sentence)
            if true is None:
                continue
            evidence = (" ".join(sentences[max(0, at - 2) : at + 3]),)
            wrong = [text for make in _MAKERS if (text := make(true, known, chance)) and text != true]
            if wrong:
                found.append(Labelled(true, evidence, True, article.id))
                found.append(Labelled(chance.choice(wrong), evidence, False, article.id))
    return found


def _shortened(sentence: str) -> str | None:
    """The sentence without its last clause or its opening, so that it no longer stands in the text as it is."""
    tail = _TAIL.match(sentence)
    if tail:
        return tail[1][0].upper() + tail[1][1:]
    head = _CLAUSE.match(sentence)
    return head[1] + "." if head and len(terms(head[1])) >= 6 else None


def _capitalised(sentence: str) -> list[str]:
    return [word for word in re.findall(r"\b[A-Z][a-z]{3,}\b", sentence[1:]) if set(terms(word)) <= names(sentence)]


def _other_number(text: str, _: Sequence[str], chance: random.Random) -> str | None:
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    one = chance.choice(found)
    if one[0] in _WORDS:
        new = chance.choice([word for word in _WORDS if word != one[0]])
    else:
        digits = re.sub(r"\D", "", one[0])
        new = str(int(digits) + chance.choice([1, 2, 3, 5, 7]) * 10 ** max(0, len(digits) - 2))
    return text[: one.start()] + new + text[one.end() :]


def _other_name(text: str, known: Sequence[str], chance: random.Random) -> str | None:
    mine = _capitalised(text)
    others = [name for name in known if name not in text]
    if not mine or not others:
        return None
    return re.sub(rf"\b{chance.choice(mine)}\b", chance.choice(others), text, count=1)


def _denied(text: str, _: Sequence[str], chance: random.Random) -> str | None:
    if _DENIAL.search(text):
        return _DENIAL.sub(lambda match: match[1] or "can", text, count=1)
    found = list(_AUXILIARY.finditer(text))
    return text[: found[0].end()] + " not" + text[found[0].end() :] if found else None


def _turned(text: str, _: Sequence[str], chance: random.Random) -> str | None:
    found = [match for match in re.finditer(r"\b[a-z]+\b", text) if match[0] in _TURNED]
    if not found:
        return None
    one = chance.choice(found)
    return text[: one.start()] + _TURNED[one[0]] + text[one.end() :]


def _firmer(text: str, _: Sequence[str], chance: random.Random) -> str | None:
    return _HEDGE.sub("will", text, count=1) if _HEDGE.search(text) else None


_MAKERS: tuple[Callable[[str, Sequence[str], random.Random], str | None], ...] = (
    _other_number, _other_name, _denied, _turned, _firmer,
)  # fmt: skip
