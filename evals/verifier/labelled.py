"""Statements with evidence that people have labelled: WiCE, QAGS and SummEdits, as published.

The files stay where they are; nothing of them is kept or shipped.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from evals.verifier.sources import SUMMEDITS_MEASURED, rows_of


@dataclass(frozen=True, slots=True)
class Labelled:
    """A statement, its evidence, whether people called it supported, and the document it belongs to.

    Statements of one document go into one fold of a cross-validation together.
    """

    statement: str
    evidence: tuple[str, ...]
    is_supported: bool
    document: str


def load_wice(path: Path) -> list[Labelled]:
    """WiCE (Kamoi et al., EMNLP 2023): claims against whole cited pages; partly supported counts as not supported."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Labelled(row["claim"], (_paragraph(row["evidence"]),), row["label"] == "supported", _paragraph(row["evidence"]))
        for row in rows
    ]


def load_qags(path: Path) -> list[Labelled]:
    """QAGS XSUM (Wang et al., ACL 2020): summary sentences against news articles; most of three people decide."""
    found: list[Labelled] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for summary in row["summary_sentences"]:
            yes = sum(one["response"] == "yes" for one in summary["responses"])
            is_supported = yes * 2 > len(summary["responses"])
            found.append(Labelled(summary["sentence"], (row["article"],), is_supported, row["article"]))
    return found


def load_summedits(folder: Path) -> list[Labelled]:
    """SummEdits (Laban et al., EMNLP 2023): whole summaries, of the domains that nothing was trained on."""
    rows = [row for domain in SUMMEDITS_MEASURED for row in rows_of(folder / f"summedits_{domain}.json")]
    return [Labelled(row["summary"], (row["doc"],), bool(row["label"]), row["doc"]) for row in rows]


def load(data: Path) -> dict[str, list[Labelled]]:
    """All three from a folder that holds wice/dev.jsonl, qags/xsum.jsonl and support/summedits."""
    return {
        "wice": load_wice(data / "wice" / "dev.jsonl"),
        "qags": load_qags(data / "qags" / "xsum.jsonl"),
        "summedits": load_summedits(data / "support" / "summedits" / "data" / "summedits"),
    }


def _paragraph(sentences: list[str]) -> str:
    """WiCE gives evidence as sentences; each stays one, the splitter would join headings to what follows."""
    return "\n\n".join(sentences)
