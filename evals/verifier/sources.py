"""Public sets of (statement, evidence, label), as published, read into one shape for training the verifier.

Supported means one thing: a careful reader of the evidence alone would say so. "Partly", "neutral" and "refuted" are
all not supported. Which sets may go into a model that ships, and under which licence, is said in the training card.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.excerpts import excerpt
from rag.sentences import sentence_spans

# Domains of SummEdits (Laban et al., EMNLP 2023) that are trained on; the others measure how well it carries over.
SUMMEDITS_TRAINED = ("podcast", "qmsumm", "sales_call", "sales_email")
SUMMEDITS_MEASURED = ("ectsum", "samsum", "scitldr")
_CITATION = re.compile(r"\s*[\[(][^\[\]()]*<\|\w+\|>[^\[\]()]*[\])]|<\|\w+\|>")


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement, the text it is judged by (a few sentences), its label, the set and the document it comes from."""

    statement: str
    evidence: str
    is_supported: bool
    source: str
    document: str


def read_all(data: Path) -> Iterator[Pair]:
    """Every pair of every set that may be shipped; `data` holds support/ and wice/."""
    for read in _READERS:
        yield from read(data)


def sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def plain(text: str) -> str:
    """Text that a set gives as tokens, written as people write."""
    for token, mark in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"')):
        text = text.replace(token, mark)
    text = re.sub(r"\s+--\s+", " – ", text)
    text = re.sub(r"\s+([.,;:!?%)\]]|'s\b|n't\b|'re\b|'ve\b|'ll\b)", r"\1", text)
    return " ".join(re.sub(r"([(\[$£])\s+", r"\1", text).split())


def long_evidence(statement: str, texts: list[str], words: int = 80) -> str:
    """The part of long evidence that bears on the statement, chosen as the verifier chooses it."""
    return " ".join(texts[at] for at in excerpt(statement, texts, words))


def rows_of(path: Path) -> list[dict[str, Any]]:
    """A file of JSON, or of a JSON object a line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json" and text.lstrip().startswith("["):
        found: list[dict[str, Any]] = json.loads(text)
        return found
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _snli(data: Path) -> Iterator[Pair]:
    folder = data / "support/esnli/dataset/eSNLI"
    for split in ("dev", "test"):
        columns = [
            (folder / f"{name}.{split}").read_text(encoding="utf-8").splitlines() for name in ("s1", "s2", "labels")
        ]
        for premise, hypothesis, label in zip(*columns, strict=True):
            yield Pair(plain(hypothesis), plain(premise), label.strip() == "entailment", "snli", premise)


def _mnli(data: Path) -> Iterator[Pair]:
    for row in rows_of(data / "support/nli_datasets/mnli_dev_checked.jsonl"):
        yield Pair(row["hypothesis"], row["premise"], row["gold_binary"] == "entailment", "mnli", row["premise"])


def _fever(data: Path) -> Iterator[Pair]:
    for split in ("dev", "test"):
        path = data / f"support/docnli_binary/Data/binary-FEVER-NLI/{split}.txt"
        for line in path.read_text(encoding="utf-8").splitlines():
            label, premise, claim = line.split("\t")[:3]
            texts = sentences(plain(premise))
            evidence = " ".join(texts) if len(premise.split()) <= 70 else long_evidence(claim, texts, 60)
            yield Pair(plain(claim), evidence, label == "entailment", "fever", premise)


def _symmetric(data: Path) -> Iterator[Pair]:
    folder = data / "support/fever_symmetric"
    for path in sorted(folder.rglob("*.jsonl")):
        for row in rows_of(path):
            evidence = plain(row.get("evidence_sentence") or row["evidence"])
            yield Pair(plain(row["claim"]), evidence, row["label"] == "SUPPORTS", "symmetric", evidence)


def _fool_me_twice(data: Path) -> Iterator[Pair]:
    for split in ("dev", "test"):
        for row in rows_of(data / f"support/fm2/dataset/{split}.jsonl"):
            gold = [one["text"] for one in row["gold_evidence"]]
            found = [one["text"] for one in row["retrieved_evidence"]]
            page = row["wikipedia_page"]
            yield Pair(row["text"], f"{page}. {' '.join(gold)}", row["label"] == "SUPPORTS", "fm2", page)
            rest = [text for text in found if not any(text[:40] in one or one[:40] in text for one in gold)]
            if row["label"] == "SUPPORTS" and len(rest) >= 2:
                # The same page without the sentences that bear it out.
                yield Pair(row["text"], f"{page}. {' '.join(rest[:2])}", False, "fm2", page)


def _factcheck_gpt(data: Path) -> Iterator[Pair]:
    for at, row in enumerate(rows_of(data / "support/factcheck_gpt/subtasks/subtask3_claim_evidence_stance.jsonl")):
        if row["stance"] == "irrelevant" and at % 2:
            continue
        supported = row["stance"] == "completely-support"
        yield Pair(row["claim"], row["evidence"], supported, "factcheck_gpt", row["claim"])


def _factcg(data: Path) -> Iterator[Pair]:
    for path in sorted((data / "support/factcg/data").rglob("*.json")):
        for row in rows_of(path):
            if not row["text_a"].strip():
                continue
            for claim in row["text_b"]:
                texts = sentences(row["text_a"])
                evidence = " ".join(texts) if len(row["text_a"].split()) <= 100 else long_evidence(claim, texts, 100)
                yield Pair(claim, evidence, int(row["orig_label"]) == 1, "factcg", row["text_a"])


def _citint(data: Path) -> Iterator[Pair]:
    folder = data / "support/citint/data/citint"
    abstracts = {str(row["doc_id"]): row["abstract"] for row in rows_of(folder / "corpus.jsonl")}
    for split in ("train", "dev", "test"):
        for row in rows_of(folder / f"claims_{split}.jsonl"):
            claim = " ".join(_CITATION.sub("", row["claim"]).split())
            for cited, judged in (row["evidence"] or {}).items():
                label = judged[0]["label"]
                if cited in abstracts and label in ("SUPPORT", "REFUTE"):
                    evidence = long_evidence(claim, abstracts[cited])
                    yield Pair(claim, evidence, label == "SUPPORT", "citint", cited)


def _summedits(data: Path, domains: tuple[str, ...] = SUMMEDITS_TRAINED) -> Iterator[Pair]:
    """Sentence by sentence: of a summary edited into a false one, only the sentences that the edit touched are so."""
    for domain in domains:
        seen: set[tuple[str, str]] = set()
        for row in rows_of(data / f"support/summedits/data/summedits/summedits_{domain}.json"):
            original = set(sentences(row["original_summary"]))
            texts = sentences(row["doc"])
            for statement in sentences(row["summary"]):
                supported = bool(row["label"]) or statement in original
                if (statement, row["doc"]) not in seen:
                    seen.add((statement, row["doc"]))
                    evidence = long_evidence(statement, texts, 100)
                    yield Pair(statement, evidence, supported, f"summedits:{domain}", row["doc"])


def _wice_tokens(data: Path) -> Iterator[Pair]:
    """Claims of WiCE's training split: as they are, partly supported; without the tokens that are not, supported."""
    for row in rows_of(data / "wice/non_supported_tokens_train.jsonl"):
        texts, document = row["evidence"], row["evidence"][0]
        gold = sorted({at for group in row["supporting_sentences"] for at in group})
        kept = plain(
            " ".join(t for t, bad in zip(row["claim_tokens"], row["non_supported_spans"], strict=True) if not bad)
        )
        for statement, label in ((row["claim"], False), (kept, True)):
            if len(statement.split()) < 4:
                continue
            yield Pair(statement, long_evidence(row["claim"], texts), label, "wice_tokens", document)
            if gold:
                yield Pair(statement, " ".join(texts[at] for at in gold[:6]), label, "wice_tokens", document)


_READERS: tuple[Callable[[Path], Iterator[Pair]], ...] = (
    _snli, _mnli, _fever, _symmetric, _fool_me_twice, _factcheck_gpt, _factcg, _citint, _summedits, _wice_tokens,
)  # fmt: skip


def unlicensed(data: Path) -> Iterator[Pair]:
    """Sets without a licence, or with one that forbids commerce: only to measure what leaving them out costs."""
    for row in rows_of(data / "support/climate_fever/dataset/climate-fever.jsonl"):
        for at, one in enumerate(row["evidences"]):
            label = str(one["evidence_label"])
            if label in ("SUPPORTS", "REFUTES") or at % 3 == 0:
                supported = label == "SUPPORTS"
                yield Pair(row["claim"], one["evidence"], supported, "climate_fever", row["claim"])
    with (data / "support/healthver/data/healthver_dev.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Pair(row["claim"], row["evidence"], row["label"] == "Supports", "healthver", row["evidence"])
    measured = " ".join(" ".join(row["article"].split()) for row in rows_of(data / "qags/xsum.jsonl")).casefold()
    for row in rows_of(data / "support/xsum_hallucination/joined_with_docs.jsonl"):
        if " ".join(row["doc"].split()).casefold()[200:260] in measured:
            continue
        spans = {one["worker_id"] for one in row["annotations"] if one.get("hallucinated_span")}
        texts = sentences(row["doc"])
        evidence = long_evidence(row["summary"], texts, 100)
        yield Pair(row["summary"], evidence, len(spans) < 2, "xsum_hallucination", row["doc"])
