"""Reads public sets of (statement, evidence, label) for training.

All are read as published and converted to one type. "Supported" means that a careful reader of only the evidence would
agree with the statement. "Partly", "neutral" and "refuted" count as not supported. The model card says which sets may
be used for a shipped model, and under which licence.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets.published import TRAINING_SETS, DatasetUnreadable, read_published, require_published
from rag.text.sentences import sentence_spans
from rag.verification.sentence_selection import select_sentences

# Domains of SummEdits (Laban et al., EMNLP 2023) for training; the others measure how well training transfers.
SUMMEDITS_TRAINED = ("podcast", "qmsumm", "sales_call", "sales_email")
SUMMEDITS_MEASURED = ("ectsum", "samsum", "scitldr")
_CITATION = re.compile(r"\s*[\[(][^\[\]()]*<\|\w+\|>[^\[\]()]*[\])]|<\|\w+\|>")


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """A statement with a few sentences of evidence, and its label.

    `source` is the set's name, followed by a colon and the kind where the set has several.
    """

    statement: str
    evidence: str
    is_supported: bool
    source: str
    document: str


def read_training_pairs(data: Path) -> Iterator[TrainingPair]:
    """Reads every pair of every set that may be shipped.

    `data` holds support/ and wice/.
    """
    for reader in _READERS:
        yield from reader(data)


def split_sentences(text: str) -> list[str]:
    """The text's sentences, each on one line."""
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def detokenize(text: str) -> str:
    """Converts Penn Treebank tokens to normal text."""
    for token, mark in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"')):
        text = text.replace(token, mark)
    text = re.sub(r"\s+--\s+", " – ", text)
    text = re.sub(r"\s+([.,;:!?%)\]]|'s\b|n't\b|'re\b|'ve\b|'ll\b)", r"\1", text)
    return " ".join(re.sub(r"([(\[$£])\s+", r"\1", text).split())


def select_evidence(statement: str, texts: list[str], words: int = 80) -> str:
    """The sentences of long evidence that concern the statement.

    They are selected as the verifier selects them; `words` is how many words at most.
    """
    return " ".join(texts[position] for position in select_sentences(statement, texts, words))


def read_rows(path: Path, dataset: str = TRAINING_SETS) -> list[dict[str, Any]]:
    """Reads the rows of a JSON array, or of a file with one JSON object a line.

    Raises DatasetMissing where the file of `dataset` is missing, DatasetUnreadable where it is not JSON.
    """
    text = read_published(path, dataset)
    if path.suffix == ".json" and text.lstrip().startswith("["):
        rows: list[dict[str, Any]] = _parse_json(text, path, dataset)
        return rows
    return [_parse_json(line, path, dataset) for line in text.splitlines() if line.strip()]


def _parse_json(text: str, path: Path, dataset: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DatasetUnreadable(f"{path} is not {dataset} as published ({error})") from None


def _snli(data: Path) -> Iterator[TrainingPair]:
    folder = data / "support/esnli/dataset/eSNLI"
    for split in ("dev", "test"):
        columns = [
            read_published(folder / f"{name}.{split}", TRAINING_SETS).splitlines() for name in ("s1", "s2", "labels")
        ]
        for premise, hypothesis, label in zip(*columns, strict=True):
            is_supported = label.strip() == "entailment"
            yield TrainingPair(detokenize(hypothesis), detokenize(premise), is_supported, "snli", premise)


def _mnli(data: Path) -> Iterator[TrainingPair]:
    for row in read_rows(data / "support/nli_datasets/mnli_dev_checked.jsonl"):
        yield TrainingPair(
            row["hypothesis"], row["premise"], row["gold_binary"] == "entailment", "mnli", row["premise"]
        )


def _fever(data: Path) -> Iterator[TrainingPair]:
    for split in ("dev", "test"):
        path = data / f"support/docnli_binary/Data/binary-FEVER-NLI/{split}.txt"
        for line in read_published(path, TRAINING_SETS).splitlines():
            label, premise, claim = line.split("\t")[:3]
            texts = split_sentences(detokenize(premise))
            evidence = " ".join(texts) if len(premise.split()) <= 70 else select_evidence(claim, texts, 60)
            yield TrainingPair(detokenize(claim), evidence, label == "entailment", "fever", premise)


def _symmetric(data: Path) -> Iterator[TrainingPair]:
    folder = data / "support/fever_symmetric"
    for path in sorted(folder.rglob("*.jsonl")):
        for row in read_rows(path):
            evidence = detokenize(row.get("evidence_sentence") or row["evidence"])
            yield TrainingPair(detokenize(row["claim"]), evidence, row["label"] == "SUPPORTS", "symmetric", evidence)


def _fool_me_twice(data: Path) -> Iterator[TrainingPair]:
    for split in ("dev", "test"):
        for row in read_rows(data / f"support/fm2/dataset/{split}.jsonl"):
            gold = [sentence["text"] for sentence in row["gold_evidence"]]
            retrieved = [sentence["text"] for sentence in row["retrieved_evidence"]]
            page = row["wikipedia_page"]
            yield TrainingPair(row["text"], f"{page}. {' '.join(gold)}", row["label"] == "SUPPORTS", "fm2", page)
            rest = [text for text in retrieved if not any(text[:40] in g or g[:40] in text for g in gold)]
            if row["label"] == "SUPPORTS" and len(rest) >= 2:
                # The same page without the sentences that support it.
                yield TrainingPair(row["text"], f"{page}. {' '.join(rest[:2])}", False, "fm2", page)


def _factcheck_gpt(data: Path) -> Iterator[TrainingPair]:
    path = data / "support/factcheck_gpt/subtasks/subtask3_claim_evidence_stance.jsonl"
    for number, row in enumerate(read_rows(path)):
        if row["stance"] == "irrelevant" and number % 2:
            continue
        supported = row["stance"] == "completely-support"
        yield TrainingPair(row["claim"], row["evidence"], supported, "factcheck_gpt", row["claim"])


def _factcg(data: Path) -> Iterator[TrainingPair]:
    for path in sorted((data / "support/factcg/data").rglob("*.json")):
        for row in read_rows(path):
            if not row["text_a"].strip():
                continue
            for claim in row["text_b"]:
                texts = split_sentences(row["text_a"])
                evidence = " ".join(texts) if len(row["text_a"].split()) <= 100 else select_evidence(claim, texts, 100)
                yield TrainingPair(claim, evidence, int(row["orig_label"]) == 1, "factcg", row["text_a"])


def _citint(data: Path) -> Iterator[TrainingPair]:
    folder = data / "support/citint/data/citint"
    abstracts = {str(row["doc_id"]): row["abstract"] for row in read_rows(folder / "corpus.jsonl")}
    for split in ("train", "dev", "test"):
        for row in read_rows(folder / f"claims_{split}.jsonl"):
            claim = " ".join(_CITATION.sub("", row["claim"]).split())
            for cited, judgements in (row["evidence"] or {}).items():
                label = judgements[0]["label"]
                if cited in abstracts and label in ("SUPPORT", "REFUTE"):
                    evidence = select_evidence(claim, abstracts[cited])
                    yield TrainingPair(claim, evidence, label == "SUPPORT", "citint", cited)


def _summedits(data: Path, domains: tuple[str, ...] = SUMMEDITS_TRAINED) -> Iterator[TrainingPair]:
    """Reads SummEdits sentence by sentence.

    In a summary that was edited into a false one, only the edited sentences are false.
    """
    for domain in domains:
        seen: set[tuple[str, str]] = set()
        for row in read_rows(data / f"support/summedits/data/summedits/summedits_{domain}.json"):
            original = set(split_sentences(row["original_summary"]))
            texts = split_sentences(row["doc"])
            for statement in split_sentences(row["summary"]):
                supported = bool(row["label"]) or statement in original
                if (statement, row["doc"]) not in seen:
                    seen.add((statement, row["doc"]))
                    evidence = select_evidence(statement, texts, 100)
                    yield TrainingPair(statement, evidence, supported, f"summedits:{domain}", row["doc"])


def _wice_tokens(data: Path) -> Iterator[TrainingPair]:
    """Reads the claims of WiCE's training split with their marked tokens.

    A claim is not supported as it is, and supported without the tokens that are marked.
    """
    for row in read_rows(data / "wice/non_supported_tokens_train.jsonl"):
        texts, document = row["evidence"], row["evidence"][0]
        gold = sorted({position for group in row["supporting_sentences"] for position in group})
        marked = zip(row["claim_tokens"], row["non_supported_spans"], strict=True)
        kept = detokenize(" ".join(token for token, is_marked in marked if not is_marked))
        for statement, label in ((row["claim"], False), (kept, True)):
            if len(statement.split()) < 4:
                continue
            yield TrainingPair(statement, select_evidence(row["claim"], texts), label, "wice_tokens", document)
            if gold:
                evidence = " ".join(texts[position] for position in gold[:6])
                yield TrainingPair(statement, evidence, label, "wice_tokens", document)


_READERS: tuple[Callable[[Path], Iterator[TrainingPair]], ...] = (
    _snli, _mnli, _fever, _symmetric, _fool_me_twice, _factcheck_gpt, _factcg, _citint, _summedits, _wice_tokens,
)  # fmt: skip


def read_unlicensed_pairs(data: Path) -> Iterator[TrainingPair]:
    """Reads sets without a licence, or with a non-commercial one.

    They are used only to measure the cost of leaving them out.
    """
    for row in read_rows(data / "support/climate_fever/dataset/climate-fever.jsonl"):
        for number, evidence in enumerate(row["evidences"]):
            label = str(evidence["evidence_label"])
            if label in ("SUPPORTS", "REFUTES") or number % 3 == 0:
                supported = label == "SUPPORTS"
                yield TrainingPair(row["claim"], evidence["evidence"], supported, "climate_fever", row["claim"])
    path = require_published(data / "support/healthver/data/healthver_dev.csv", TRAINING_SETS)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield TrainingPair(row["claim"], row["evidence"], row["label"] == "Supports", "healthver", row["evidence"])
    measured = " ".join(" ".join(row["article"].split()) for row in read_rows(data / "qags/xsum.jsonl")).casefold()
    for row in read_rows(data / "support/xsum_hallucination/joined_with_docs.jsonl"):
        if " ".join(row["doc"].split()).casefold()[200:260] in measured:
            continue
        workers = {note["worker_id"] for note in row["annotations"] if note.get("hallucinated_span")}
        texts = split_sentences(row["doc"])
        evidence = select_evidence(row["summary"], texts, 100)
        yield TrainingPair(row["summary"], evidence, len(workers) < 2, "xsum_hallucination", row["doc"])
