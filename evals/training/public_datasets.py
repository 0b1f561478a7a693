"""Reads statements with evidence, labelled by people.

The sets are WiCE, QAGS and SummEdits, as published. The files are not copied or shipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from evals.datasets.published import SUMMEDITS, DatasetUnreadable
from evals.training.training_datasets import SUMMEDITS_MEASURED, read_rows
from rag.errors import first_problem

WICE = "WiCE (Kamoi et al., EMNLP 2023)"
QAGS_XSUM = "QAGS XSUM (Wang et al., ACL 2020)"

AnyRow = TypeVar("AnyRow", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A statement with its evidence, and whether people call it supported.

    Statements of one document go into the same fold of a cross-validation. `response` tells which statements are the
    sentences of one text; it is empty in sets of single statements.
    """

    statement: str
    evidence: tuple[str, ...]
    is_supported: bool
    document: str
    response: str = ""


class _WiceRow(BaseModel):
    claim: str
    evidence: list[str]
    label: str


class _Response(BaseModel):
    response: str


class _SummarySentence(BaseModel):
    sentence: str
    responses: list[_Response]


class _QagsRow(BaseModel):
    article: str
    summary_sentences: list[_SummarySentence]


def load_wice(path: Path) -> list[LabelledPair]:
    """WiCE (Kamoi et al., EMNLP 2023): claims against whole cited pages.

    "Partially supported" counts as not supported. Raises DatasetUnreadable for a file of another form.
    """
    rows = [_row(row, _WiceRow, path, WICE) for row in read_rows(path, WICE)]
    pages = [_page(row.evidence) for row in rows]
    return [
        LabelledPair(row.claim, (page,), row.label == "supported", page) for row, page in zip(rows, pages, strict=True)
    ]


def load_qags(path: Path) -> list[LabelledPair]:
    """QAGS XSUM (Wang et al., ACL 2020): summary sentences against news articles.

    The majority of three people decides. Raises DatasetUnreadable for a file of another form.
    """
    pairs: list[LabelledPair] = []
    for row in (_row(row, _QagsRow, path, QAGS_XSUM) for row in read_rows(path, QAGS_XSUM)):
        for summary in row.summary_sentences:
            votes = sum(response.response == "yes" for response in summary.responses)
            is_supported = votes * 2 > len(summary.responses)
            pairs.append(LabelledPair(summary.sentence, (row.article,), is_supported, row.article))
    return pairs


def load_summedits(folder: Path) -> list[LabelledPair]:
    """SummEdits (Laban et al., EMNLP 2023): whole summaries.

    They are of the domains that no training used.
    """
    rows = [row for domain in SUMMEDITS_MEASURED for row in read_rows(folder / f"summedits_{domain}.json", SUMMEDITS)]
    return [LabelledPair(row["summary"], (row["doc"],), bool(row["label"]), row["doc"]) for row in rows]


def load_public_sets(data: Path) -> dict[str, list[LabelledPair]]:
    """Loads all three sets.

    `data` holds wice/dev.jsonl, qags/xsum.jsonl and support/summedits.
    """
    return {
        "wice": load_wice(data / "wice" / "dev.jsonl"),
        "qags": load_qags(data / "qags" / "xsum.jsonl"),
        "summedits": load_summedits(data / "support" / "summedits" / "data" / "summedits"),
    }


def _row(row: Mapping[str, Any], row_type: type[AnyRow], path: Path, dataset: str) -> AnyRow:
    try:
        return row_type.model_validate(row)
    except ValidationError as error:
        raise DatasetUnreadable(f"{path} is not {dataset} as published ({first_problem(error, 'a row')})") from None


def _page(sentences: list[str]) -> str:
    """Joins the sentences of WiCE's evidence into one text, one a paragraph.

    Each sentence stays a paragraph of its own, since the splitter would join headings to what follows.
    """
    return "\n\n".join(sentences)
