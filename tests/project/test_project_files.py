"""What a contributor meets: scripts, workflow, issue forms, changelog, version."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SHELL_SCRIPTS = [path for path in sorted((ROOT / "scripts").iterdir()) if not path.suffix and path.is_file()]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def _workflow() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("script", [*SHELL_SCRIPTS, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_a_script_can_be_run_and_is_well_formed(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")


def test_contributing_names_every_script_and_no_other() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`scripts/([a-z]+)[ `]", text))
    assert named == {script.name for script in SHELL_SCRIPTS}


def test_the_workflow_tests_every_supported_python_on_every_system() -> None:
    lowest, end = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    supported = [f"3.{minor}" for minor in range(int(lowest), int(end))]
    matrix = _workflow()["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == supported
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_the_workflow_runs_scripts_that_exist_and_actions_of_a_tag() -> None:
    steps = [step for job in _workflow()["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+(\.\d+)*", action) for action in used)
    commands = [step["run"] for step in steps if "run" in step]
    for script in re.findall(r"(?:scripts/\w+|\.ci/run)", " ".join(commands)):
        assert (ROOT / script).is_file()


def test_the_workflow_keeps_the_coverage_of_packages_that_exist() -> None:
    script = (ROOT / "scripts" / "coverage").read_text(encoding="utf-8")
    (packages,) = re.findall(r"^SLICE=\((.+)\)$", script, re.MULTILINE)
    assert all((ROOT / part / name).is_dir() for name in packages.split() for part in ("rag", "tests"))
    (floor,) = re.findall(r"^FLOOR=(\d+)$", script, re.MULTILINE)
    assert int(floor) >= 90
    assert {"run": "scripts/coverage --slice"} in _workflow()["jobs"]["coverage"]["steps"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_an_issue_form_has_what_such_a_form_needs(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.name == "config.yml":
        assert form == {"blank_issues_enabled": True}
        return
    assert form["name"]
    assert form["description"]
    identifiers = [field["id"] for field in form["body"]]
    assert len(identifiers) == len(set(identifiers))
    assert all(field["type"] in ("textarea", "input") and field["attributes"]["label"] for field in form["body"])


def test_the_hooks_before_a_commit_run_scripts_that_exist() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    assert all((ROOT / script).is_file() for entry in entries for script in re.findall(r"scripts/[\w.]+", entry))
    assert len(entries) == 3


def test_the_changelog_has_the_form_of_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    assert [name for name in releases[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", name)] == []
    kinds = [name.partition(":")[0] for name in re.findall(r"^### (.+)$", text, re.MULTILINE)]
    assert kinds
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_version_is_in_one_place() -> None:
    elsewhere = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "rag").rglob("*.py")
        if re.search(rf"[\"']{re.escape(PROJECT['version'])}[\"']", path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == []


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
