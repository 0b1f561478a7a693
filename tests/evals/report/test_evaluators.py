"""Exports of a run, read by ragas and DeepEval themselves, each in an environment of its own.

RAG_EVALUATORS names a folder with these environments (`FOLDER/ragas/bin/python`). `python -m venv FOLDER/NAME` and the
command in INSTALL make them. Their dataset classes read the files; no model is called, and nothing is sent.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main

FOLDER = Path(os.environ.get("RAG_EVALUATORS", os.devnull))
# ragas 0.4.3 imports a module that later versions of langchain-community have not.
INSTALL = {"ragas": "pip install 'ragas>=0.4.3,<0.5' 'langchain-community<0.4'", "deepeval": "pip install 'deepeval<5'"}
PROGRAMS = {
    "ragas": """
import json, sys
from ragas import EvaluationDataset
from ragas.metrics import Faithfulness, FactualCorrectness, LLMContextRecall
dataset = EvaluationDataset.from_jsonl(sys.argv[1])
needed = set()
for metric in (Faithfulness, FactualCorrectness, LLMContextRecall):
    needed |= {name.partition(":")[0] for name in metric().required_columns["SINGLE_TURN"]}
missing = needed - set(dataset.features())
print(json.dumps({"type": dataset.get_sample_type().__name__, "missing": sorted(missing),
                  "samples": [sample.model_dump(exclude_none=True) for sample in dataset]}))
""",
    "deepeval": """
import json, sys
from deepeval.dataset import EvaluationDataset
dataset = EvaluationDataset()
dataset.add_test_cases_from_json_file(
    sys.argv[1], input_key_name="input", actual_output_key_name="actual_output",
    expected_output_key_name="expected_output", context_key_name="context",
    retrieval_context_key_name="retrieval_context",
)
print(json.dumps([{name: getattr(case, name) for name in ("input", "actual_output", "expected_output", "context",
                  "retrieval_context")} for case in dataset.test_cases]))
""",
}
QUIET = {"RAGAS_DO_NOT_TRACK": "true", "DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the golden questions with its exports."""
    folder = tmp_path_factory.mktemp("evaluators")
    results = ["--label", "small", "--results", str(folder)]
    assert main(["run", "--split", "dev", "--limit", "8", *results]) == 0
    (run,) = (path.parent for path in folder.rglob("results.jsonl"))
    for form in PROGRAMS:
        assert main(["export", str(run), "--format", form]) == 0
    return run


def _read_by(evaluator: str, file: Path) -> Any:
    python = next(
        iter(sorted(FOLDER.glob(f"{evaluator}/bin/python")) + sorted(FOLDER.glob(f"{evaluator}/Scripts/*.exe"))), None
    )
    if python is None:
        pytest.skip(f"{evaluator} is not in the folder that RAG_EVALUATORS names: {INSTALL[evaluator]}")
    done = subprocess.run(
        [str(python), "-c", PROGRAMS[evaluator], str(file)],
        cwd=file.parent, env=os.environ | QUIET, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_ragas_reads_every_sample_with_the_columns_that_its_metrics_need(run: Path) -> None:
    file = run / "ragas.jsonl"
    read = _read_by("ragas", file)
    assert (read["type"], read["missing"]) == ("SingleTurnSample", [])
    assert read["samples"] == [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(read["samples"]) == 8


def test_deepeval_reads_every_test_case(run: Path) -> None:
    file = run / "deepeval.json"
    cases = _read_by("deepeval", file)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert cases == [{name: case[name] for name in cases[0]} for case in written]
    assert len(cases) == 8
