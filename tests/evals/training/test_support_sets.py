"""The verifier's statements of RAGTruth and our own: labels, and what is kept apart."""

import json
from pathlib import Path

import numpy as np
import pytest

from evals.datasets.published import DatasetMissing
from evals.training import fit_verifier
from evals.training.fit_verifier import response_area
from evals.training.reader import own_statements
from evals.training.support import ragtruth

SOURCE = (
    "The council of Marrin met on Monday. It voted to close two of its five schools. "
    "Osric Tamm said that the vote came too late. Nobody from the parents' league spoke. The schools close in July."
)
FAITHFUL = "The council voted to close two schools."
INVENTED = "Parents protested outside."


def write_part(data: Path, part: str, source: object = SOURCE) -> None:
    """A published file of two sources, each with one response of two sentences."""
    response = f"{FAITHFUL} {INVENTED}"
    start = response.index(INVENTED)
    labels = [{"start": start + 8, "end": start + 17, "text": "protested", "label_type": "Evident Baseless Info"}]
    rows = [
        {"source_id": number, "source": source, "responses": [{"response": response, "labels": labels}]}
        for number in (7, 12)
    ]
    folder = data / "support" / "ragtruth"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}_dev.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def test_a_sentence_with_a_marked_word_is_not_supported(tmp_path: Path) -> None:
    write_part(tmp_path, "summary")
    sentences = [(row.statement, row.is_supported) for row in ragtruth.read_responses(tmp_path, "summary")]
    assert sentences == [(FAITHFUL, True), (INVENTED, False)] * 2


def test_the_passages_of_a_question_are_its_source(tmp_path: Path) -> None:
    write_part(tmp_path, "qa", str({"question": "What closes?", "passages": f"passage 1:{SOURCE}\n\n"}))
    first = next(iter(ragtruth.read_responses(tmp_path, "qa")))
    assert first.source[0] == "The council of Marrin met on Monday."
    assert len(first.source) == 5


def test_no_source_is_both_trained_on_and_measured(tmp_path: Path) -> None:
    for part in ragtruth.PARTS:
        write_part(tmp_path, part)
    trained = {pair.document for pair in ragtruth.training_pairs(tmp_path, 90)}
    measured = {pair.document for part in ragtruth.PARTS for pair in ragtruth.measured_pairs(tmp_path, part)}
    assert trained == {"summary:7", "qa:7"}
    assert measured == {"summary:12", "qa:12"}


def test_a_faithful_sentence_is_also_made_false(tmp_path: Path) -> None:
    for part in ragtruth.PARTS:
        write_part(tmp_path, part)
    planted = [pair for pair in ragtruth.training_pairs(tmp_path, 90) if pair.source == "ragtruth_planted:summary"]
    assert [(pair.statement == FAITHFUL, pair.is_supported) for pair in planted] == [(True, True), (False, False)]


def test_a_missing_file_of_ragtruth_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"summary_dev\.jsonl"):
        ragtruth.measured_pairs(tmp_path, "summary")


def test_our_statements_for_measuring_are_of_other_passages_than_the_trained_ones() -> None:
    trained = {pair.document for pair in own_statements.training_pairs(90)}
    measured = own_statements.measured_pairs()
    assert len(measured) > 500
    assert not trained & {pair.document for pair in measured}


def test_a_response_is_as_faithful_as_its_lowest_sentence(tmp_path: Path) -> None:
    write_part(tmp_path, "summary")
    pairs = ragtruth.measured_pairs(tmp_path, "summary")
    faithful = [pair for pair in pairs if pair.is_supported]
    responses = [*pairs, *(type(pair)(FAITHFUL, pair.evidence, True, pair.document, "other") for pair in faithful)]
    assert response_area(np.array([0.9, 0.2, 0.6]), responses) == 1.0
    assert response_area(np.array([0.9, 0.7, 0.6]), responses) == 0.0
    assert response_area(np.array([0.9]), own_statements.measured_pairs()[:1]) is None


def test_an_unknown_set_is_named_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        fit_verifier.main(["--data", str(tmp_path), "--sets", "wyce"])
    assert stop.value.code == 2
    assert "'wyce'" in (message := capsys.readouterr().err)
    assert all(name in message for name in fit_verifier.MEASURED)
