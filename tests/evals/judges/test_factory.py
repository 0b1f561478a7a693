"""Opening a judge: which server, which key, and what is missing."""

from pathlib import Path

import pytest

from evals.errors import EvalError
from evals.judges.factory import JudgeOptions, judge_factory, open_model
from rag.errors import SettingsError
from rag.settings import load_settings
from tests.evals.judges.conftest import EVIDENCE
from tests.support.servers.judge_server import JudgeServer


def test_a_key_goes_to_its_own_server_alone(
    server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    settings = load_settings(judge_model="m", judge_base_url=server.url, judge_api_key="sk-mine")
    for url, key in ((None, "Bearer sk-mine"), (server.url.replace("127.0.0.1", "localhost"), "Bearer none")):
        judges = judge_factory(JudgeOptions("llm", base_url=url), settings, tmp_path / key[-4:])
        assert judges.name == "llm:m"
        judges.open().support("x", [EVIDENCE])
        assert server.keys[-1] == key


def test_a_missing_key_address_or_model_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        judge_factory(JudgeOptions("llm", model="m"), load_settings(), tmp_path)
    with pytest.raises(EvalError, match="RAG_JUDGE_MODEL"):
        judge_factory(JudgeOptions("llm"), load_settings(), tmp_path)


def test_a_slow_judge_has_the_time_that_the_settings_give_a_model(server: JudgeServer, tmp_path: Path) -> None:
    settings = load_settings(judge_model="m", judge_base_url=server.url, llm_timeout=300.0, llm_deadline=600.0)
    model = open_model(JudgeOptions("llm"), settings, tmp_path)
    assert (model.timeout, model.deadline) == (300.0, 600.0)
