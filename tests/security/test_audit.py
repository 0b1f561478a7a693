"""How CI reads the audit's report: an advisory fails, a missing report is reported."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location("audit", Path(__file__).parents[2] / "scripts" / "audit.py")
assert _SPEC is not None
assert _SPEC.loader is not None
audit = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(audit)


def _report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


def _package(name: str, *advisories: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1",
        "vulns": [{"id": f"PYSEC-{advisory}", "aliases": [advisory]} for advisory in advisories],
    }


def test_an_advisory_fails_and_is_named() -> None:
    code, text = audit.verdict(_report(_package("gradio", "CVE-2027-1"), _package("chromadb", *audit.EXCUSED)))
    assert code == 1
    assert text == "gradio 1: PYSEC-CVE-2027-1, CVE-2027-1"


def test_those_of_chroma_s_server_are_excused() -> None:
    assert audit.verdict(_report(_package("chromadb", *audit.EXCUSED), _package("numpy")))[0] == 0
    assert audit.verdict(_report(_package("chromadb", *audit.EXCUSED, "CVE-2027-2")))[0] == 1


@pytest.mark.parametrize("report", ["", "Traceback", "[]", "{}", _report({"name": "a", "skip_reason": "not found"})])
def test_a_missing_report_is_reported_and_no_failure(report: str) -> None:
    code, text = audit.verdict(report)
    assert code == 0
    assert text.startswith("NOT AUDITED")
