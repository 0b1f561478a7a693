"""A run's folder: found again when it was cut short, locked while it is used, without secrets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evals.datasets.cases import Case
from evals.errors import EvalError
from evals.run_folder import SUMMARY_FILE
from evals.runner.resume import describe_run, open_run_folder
from rag import open_engine
from rag.settings import load_settings
from tests.support.eval_results import make_run_info


def test_neither_keys_nor_passwords_are_in_a_run_s_description(cases: list[Case], tmp_path: Path) -> None:
    settings = load_settings(judge_base_url="http://ana:pass-word@host/v1", judge_api_key="sk-very-secret")
    with open_engine(tmp_path / "home", settings, empty=True) as engine:
        info = describe_run(
            engine, cases, label="x", suite="s", split="dev", chosen="", writer="quotes",
            judge="local", workers=1,
        )  # fmt: skip
    text = info.model_dump_json()
    assert "pass-word" not in text
    assert "sk-very-secret" not in text
    assert info.settings["judge_base_url"] == "http://host/v1"


def test_an_unfinished_run_of_the_same_identity_is_continued(tmp_path: Path) -> None:
    with open_run_folder(make_run_info(), tmp_path) as (first, _):
        pass
    with open_run_folder(make_run_info(workers=4), tmp_path) as (second, info):
        assert second == first
        assert info.workers == 1
    with open_run_folder(make_run_info(code_sha256="other"), tmp_path) as (third, _):
        assert third != first
    with open_run_folder(make_run_info(), tmp_path, fresh=True) as (fourth, _):
        assert fourth not in (first, third)


def test_a_finished_run_or_one_in_use_is_left_alone(tmp_path: Path) -> None:
    def open_and_close() -> Path:
        with open_run_folder(make_run_info(), tmp_path) as (folder, _):
            return folder

    # In another thread, as the lock can be taken again in its own.
    with open_run_folder(make_run_info(), tmp_path) as (first, _), ThreadPoolExecutor(1) as pool:
        second = pool.submit(open_and_close).result()
    assert second != first
    for folder in (first, second):
        (folder / SUMMARY_FILE).write_text("{}")
    assert open_and_close() not in (first, second)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EvalError, match="name another folder with --results"),
        open_run_folder(make_run_info(), tmp_path / "file"),
    ):
        pass
