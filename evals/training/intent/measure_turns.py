"""Measures how the engine understands the labelled turns of conversations.

    python -m evals.training.intent.measure_turns [--wrong COUNT]

The models of turns and of slots are fitted on the other half of the collections. Each turn is asked after the turns
before it, as typed. Spelling is not corrected, because the invented collections have
no articles with words.
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.training.intent import fit_slots
from evals.training.intent.fit_slots import KINDS as REQUESTS
from evals.training.intent.fit_turns import fit_weights, halves, later_turns, prepare, turn_model
from evals.training.intent.turns import (
    TODAY,
    LabelledTurn,
    TurnCatalogue,
    conversation_before,
    load_catalogues,
    load_turns,
)
from rag.answering.intent.intent_model import bundled_intent_model
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.spelling.correction import SpellingCorrection
from rag.answering.intent.turns.slot_tagger import SlotTagger
from rag.answering.intent.turns.turn_model import TurnModel
from rag.answering.intent.understanding import UnderstoodTurn, understand
from rag.embedding.base import Encoder
from rag.embedding.factory import open_encoder
from rag.embedding.query_vectors import QueryVectors
from rag.settings import load_settings
from rag.text.analyzer import content_terms
from rag.types.understanding import KINDS

# A subject is right if its terms and the label's agree so far (F1).
MIN_AGREEMENT = 0.66
SLOTS = ("author", "dates", "source", "articles", "subject")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of a turn was understood as labelled.

    `slots` has the slots that the turn has, of its own or taken over, or that were understood without a label.
    """

    turn: LabelledTurn
    understood: UnderstoodTurn
    is_kind_right: bool
    is_completed: bool
    slots: dict[str, bool]

    @property
    def is_right(self) -> bool:
        return self.is_kind_right and all(self.slots.values())


def judge(turn: LabelledTurn, understood: UnderstoodTurn, catalogue: TurnCatalogue) -> Verdict:
    """Compares how a turn was understood with its labels."""
    understanding = understood.understanding
    scope = understanding.scope
    is_completed = understanding.adds_words(turn.question, understood.question) or bool(
        scope.articles and not turn.words("article")
    )
    slots: dict[str, bool] = {}
    frame = turn.frame
    if turn.kind in ("collection", "author", "views", "timeline"):
        is_excluding = bool(turn.words("exclusion"))
        named = set(understood.authors_named) | set(scope.authors)
        expected = {author for words in frame.author for author in _authors(words, catalogue)}
        if (expected or named) and not is_excluding:
            slots["author"] = named == expected
        if frame.dates or scope.since or scope.until:
            limits = {str(day.year) for day in (scope.since, scope.until) if day}
            years = set(re.findall(r"\d{4}", " ".join(frame.dates)))
            slots["dates"] = bool(frame.dates) == bool(limits) and (not years or bool(years & limits) or is_excluding)
        if frame.source or scope.sources:
            slots["source"] = {each.casefold() for each in frame.source} == {each.casefold() for each in scope.sources}
        subject = " ".join((understood.intent.subject, understood.intent.about, *scope.topics))
        if frame.subject or content_terms(subject):
            slots["subject"] = _agree(frame.subject, subject)
    elif turn.kind == "fact" and turn.depends and frame.subject:
        slots["subject"] = _is_in(frame.subject, understood.question)
    if (
        frame.articles
        and turn.kind in ("article", "fact", "collection")
        and turn.action not in ("list", "newest", "count")
    ):
        limits = set(scope.articles or understood.previous_articles)
        slots["articles"] = bool(limits) and limits <= {_title(each, catalogue) for each in frame.articles}
    return Verdict(turn, understood, understood.intent.kind == turn.kind, is_completed, slots)


def _authors(words: str, catalogue: TurnCatalogue) -> list[str]:
    own = set(re.findall(r"\w+", words.casefold())) - {"the"}
    return [author for author in catalogue.values("author") if own <= set(re.findall(r"\w+", author.casefold()))][:1]


def _title(words: str, catalogue: TurnCatalogue) -> str:
    return next((each.title for each in catalogue.articles if each.title.casefold() == words.casefold()), words)


def _agree(expected: str, understood: str) -> bool:
    wanted, given = set(content_terms(expected)), set(content_terms(understood))
    if not wanted:
        return not given
    return 2 * len(wanted & given) / (len(wanted) + len(given)) >= MIN_AGREEMENT


def _is_in(subject: str, question: str) -> bool:
    wanted = set(content_terms(subject))
    return len(wanted & set(content_terms(question))) >= MIN_AGREEMENT * len(wanted)


def engine(
    encoder: Encoder, catalogues: dict[str, TurnCatalogue], turns: TurnModel, slots: SlotTagger
) -> Callable[[LabelledTurn], UnderstoodTurn]:
    """Understands a turn as the engine does, with these models."""
    model, fingerprint = bundled_intent_model()
    assert fingerprint == encoder.fingerprint
    vectors = QueryVectors(encoder)

    def understand_turn(turn: LabelledTurn) -> UnderstoodTurn:
        catalogue = catalogues[turn.collection]
        return understand(
            turn.question,
            conversation_before(turn, catalogue),
            catalogue,  # type: ignore[arg-type]  # it has what `understand` reads
            reader=QuestionReader(),
            correct=SpellingCorrection,
            clock=TODAY,
            score=lambda masked, rule, mentions: model.score(masked, vectors.vector(masked), rule, mentions),
            score_turn=lambda masked, rule, mentions, before: turns.read(
                masked, vectors.vector(masked), rule, mentions, before
            ),
            tag=slots.tag,
        )

    return understand_turn


def report(verdicts: Sequence[Verdict]) -> str:
    """The tables of accuracy, in Markdown."""
    lines = ["| turns | number | kind, % | all right, % |", "|---|---|---|---|"]
    groups: list[tuple[str, list[Verdict]]] = [
        ("all", list(verdicts)),
        ("first or standing alone", [each for each in verdicts if not each.turn.depends]),
        ("depending", [each for each in verdicts if each.turn.depends]),
        *((kind, [each for each in verdicts if each.turn.kind == kind]) for kind in KINDS),
        *(
            (name, [each for each in verdicts if each.turn.collection == name])
            for name in sorted({each.turn.collection for each in verdicts})
        ),
    ]
    for name, chosen in groups:
        kinds = percent([each.is_kind_right for each in chosen])
        lines.append(f"| {name} | {len(chosen)} | {kinds} | {percent([each.is_right for each in chosen])} |")
    lines += ["", "| slot | turns | right, % | standing alone | depending |", "|---|---|---|---|---|"]
    for slot in SLOTS:
        having = [each for each in verdicts if slot in each.slots]
        shares = (
            percent([each.slots[slot] for each in having if each.turn.depends in group])
            for group in ((True, False), (False,), (True,))
        )
        lines.append(f"| {slot} | {len(having)} | {' | '.join(shares)} |")
    later = [each for each in verdicts if each.turn.before]
    alone = [not each.is_completed for each in later if not each.turn.depends]
    depending = [each.is_completed for each in later if each.turn.depends]
    lines += ["", f"Later turns that stand alone: {len(alone)}, left alone {percent(alone)}%."]
    lines += [f"Later turns that depend: {len(depending)}, completed {percent(depending)}%."]
    return "\n".join(lines)


def percent(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / len(right):.1f}" if right else "–"


def _wrong(verdict: Verdict) -> str:
    turn, understood = verdict.turn, verdict.understood
    before = " / ".join(each.question for each in turn.before[-2:])
    slots = ", ".join(f"{name}={getattr(turn.frame, name)!r}" for name, right in verdict.slots.items() if not right)
    intent = f"{understood.intent.kind}.{understood.intent.action}"
    return (
        f"[{turn.collection}] {before} || {turn.question}\n   {turn.kind}.{turn.action} {slots}\n"
        f"   → {intent} {understood.question!r} subject={understood.intent.subject!r}"
        f" scope={list(understood.understanding.scope.parts)} {understood.understanding.scope.authors}"
    )


def main() -> None:
    """Prints the tables, and with --wrong some turns that were not understood."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", type=int, default=0, help="turns to print that were not understood")
    arguments = parser.parse_args()
    catalogues = load_catalogues()
    encoder = open_encoder(load_settings())
    turns = load_turns()
    prepared = [prepare(turn, catalogues[turn.collection]) for turn in later_turns(turns)]
    vectors = encoder.encode([each.masked for each in prepared])
    requests = [prepare(turn, catalogues[turn.collection]) for turn in turns if turn.kind in REQUESTS]
    verdicts = []
    for half in halves(list(catalogues)):
        rest = [row for row, each in enumerate(prepared) if each.turn.collection not in half]
        turn_weights = fit_weights([prepared[row] for row in rest], vectors[rest])
        slot_weights = fit_slots.fit_weights([each for each in requests if each.turn.collection not in half])
        understand_turn = engine(encoder, catalogues, turn_model(turn_weights), fit_slots.tagger_of(slot_weights))
        chosen = [turn for turn in turns if turn.collection in half]
        verdicts += [judge(turn, understand_turn(turn), catalogues[turn.collection]) for turn in chosen]
    print(report(verdicts))
    confusion = Counter((each.turn.kind, each.understood.intent.kind) for each in verdicts if not each.is_kind_right)
    print("\nkinds mistaken: " + ", ".join(f"{a} as {b} {n}" for (a, b), n in confusion.most_common(12)))
    for verdict in [each for each in verdicts if not each.is_right][: arguments.wrong]:
        print(_wrong(verdict))


if __name__ == "__main__":
    main()
