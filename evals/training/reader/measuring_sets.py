"""Writes the sets that the reader is measured on; they are not trained on.

Run: python -m evals.training.reader.measuring_sets --data DIR --to FOLDER. DIR holds qa/, wice/, qags/ and support/ as
published. Each golden question comes with the passages that the engine retrieves, so the reader can be measured without
the engine.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evals.datasets.cases import TextSpan, covers_gold, load_cases
from evals.datasets.gold import read_corpus
from evals.datasets.published import SQUAD, read_published
from evals.training.public_datasets import LabelledPair, load_public_sets
from evals.training.reader.commentary import read_commentary
from evals.training.reader.debates import read_debates
from evals.training.reader.examples import QUESTION, STATEMENT, ReaderExample, write_examples
from evals.training.reader.statement_sets import SOURCE_WORDS, read_ragtruth
from evals.training.support.ragtruth import PARTS
from evals.training.training_datasets import split_sentences
from rag import open_engine
from rag.package_data import bundled_folder
from rag.retrieval.passage_readings import heading
from rag.text.sentences import sentence_spans
from rag.verification.sentence_selection import select_sentences

PASSAGES = 6


def squad2(data: Path) -> Iterator[ReaderExample]:
    """The abstention benchmark's 500 questions of SQuAD 2.0, with paragraphs."""
    folder = data / "qa/squad/search_datasets/squad2"
    rows = json.loads(read_published(folder / "queries.json", SQUAD))["queries"]
    truth = json.loads(read_published(folder / "ground_truth.json", SQUAD))
    for row in rows:
        answers = {answer.casefold() for answer in _answers(truth[row["id"]])}
        sentences = tuple(split_sentences(row["context"]))
        is_answered = not truth[row["id"]]["is_impossible"]
        gold = tuple(
            position
            for position, sentence in enumerate(sentences)
            if is_answered and any(answer in sentence.casefold() for answer in answers)
        )
        question = row.get("query") or row["question"]
        yield ReaderExample(QUESTION, question, "", sentences, gold, is_answered, "squad2", row["id"])


def _answers(truth: dict[str, object]) -> list[str]:
    answers = truth.get("answers") or []
    if isinstance(answers, dict):
        answers = answers["text"]
    return [answer["text"] if isinstance(answer, dict) else str(answer) for answer in answers]  # type: ignore[attr-defined]


def golden_questions(split: str) -> Iterator[ReaderExample]:
    """The commentary suite's questions, each with six retrieved passages."""
    with tempfile.TemporaryDirectory() as folder, open_engine(Path(folder) / "home", empty=True) as engine:
        engine.add(bundled_folder("corpus") / "articles")
        corpus = read_corpus(engine)
        for case in load_cases("commentary", split):
            if case.turns or case.kind == "false_premise":
                continue
            quotes = [quote for group in corpus.gold_spans(case) for quote in group]
            for ranked in engine.search(case.question or "", k=PASSAGES):
                article = ranked.article
                texts: list[str] = []
                gold: list[int] = []
                for start, end in sentence_spans(ranked.text):
                    span = TextSpan(article.id, ranked.start + start, ranked.start + end)
                    if any(covers_gold(quote, span) for quote in quotes):
                        gold.append(len(texts))
                    texts.append(ranked.text[start:end])
                yield ReaderExample(
                    QUESTION, case.question or "", heading(article), tuple(texts), tuple(gold), case.answerable,
                    f"golden_{case.kind}", case.id,
                )  # fmt: skip


def held_out_commentary(kind: str) -> Iterator[ReaderExample]:
    """Our own questions or statements on held-out passages, each a group of its own."""
    for number, (example, is_held_out) in enumerate(read_commentary()):
        if is_held_out and example.kind == kind:
            yield replace(example, group=f"{example.group}:{number}")


def labelled_statements(pairs: Sequence[LabelledPair], source: str) -> Iterator[ReaderExample]:
    """Each sentence of a statement against its evidence."""
    for number, pair in enumerate(pairs):
        texts = [sentence for text in pair.evidence for sentence in split_sentences(text)]
        for statement in split_sentences(pair.statement) or [pair.statement]:
            selected = select_sentences(statement, texts, SOURCE_WORDS)
            sentences = tuple(texts[position] for position in selected)
            yield ReaderExample(
                STATEMENT, statement, "", sentences, None, pair.is_supported, source, f"{source}:{number}"
            )


def main(argv: Sequence[str] | None = None) -> None:
    """Writes one file a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public sets as published")
    parser.add_argument("--to", type=Path, required=True, help="folder to write to")
    options = parser.parse_args(argv)
    options.to.mkdir(parents=True, exist_ok=True)
    sets: dict[str, Iterator[ReaderExample]] = {
        "questions_squad2": squad2(options.data),
        "questions_golden_dev": golden_questions("dev"),
        "questions_held_out": held_out_commentary(QUESTION),
        "statements_held_out": held_out_commentary(STATEMENT),
        "questions_debates": (example for example, is_held_out in read_debates() if is_held_out),
    }
    for part in PARTS:
        sets[f"statements_ragtruth_{part}"] = (e for e, measured in read_ragtruth(options.data, part) if measured)
    for name, pairs in load_public_sets(options.data).items():
        sets[f"statements_{name}"] = labelled_statements(pairs, name)
    for name, examples in sets.items():
        print(f"{name}: {write_examples(examples, options.to / f'{name}.jsonl')}")


if __name__ == "__main__":
    main()
