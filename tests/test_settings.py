"""Settings: their sources, their messages, and their descriptions."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.errors import SettingsError
from rag.settings import Settings, api_key_text, load_settings, parse_base_url


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described_in_a_sentence(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description is not None
    assert description[0].isupper()
    assert description.endswith((".", ")."))


def test_a_wrong_value_is_an_error_that_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PASSAGES", "many")
    with pytest.raises(SettingsError, match=r"^RAG_PASSAGES: .*; correct the variable or remove it$"):
        load_settings()


def test_a_blank_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM_MODEL", "  ")
    assert load_settings().llm_model is None


def test_arguments_win_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("RAG_PASSAGES=3\nRAG_MAX_QUOTES=4\nRAG_THREADS=2\n", encoding="utf-8")
    monkeypatch.setenv("RAG_PASSAGES", "7")
    monkeypatch.setenv("RAG_THREADS", "1")
    settings = load_settings(env_file=tmp_path / ".env", passages=9)
    assert (settings.passages, settings.threads, settings.max_quotes) == (9, 1, 4)


def test_the_home_folder_is_expanded_and_must_name_a_folder() -> None:
    assert load_settings(home=Path("~/library")).home_folder == Path.home() / "library"
    with pytest.raises(SettingsError, match="names no folder; write out a path in full"):
        _ = load_settings(home=Path("a\0b")).home_folder


def test_a_base_url_loses_white_space_and_its_last_slash() -> None:
    assert parse_base_url(" http://127.0.0.1:11434/v1/ ", "RAG_LLM_BASE_URL") == "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    "address", ["", "ftp://a", "http://", "http://a b", "http://a:0", "http://[a", "localhost:8000"]
)
def test_anything_but_a_web_address_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"^RAG_X is not a web address"):
        parse_base_url(address, "RAG_X")


def test_a_user_or_password_in_an_address_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^RAG_X holds a user or a password"):
        parse_base_url("http://user:secret@a", "RAG_X")


def test_a_key_is_one_line_of_ascii() -> None:
    assert api_key_text(SecretStr(" sk-1 "), "RAG_X") == "sk-1"
    assert api_key_text(None, "RAG_X") == "none"
    with pytest.raises(SettingsError, match=r"^RAG_X holds characters that no key has"):
        api_key_text(SecretStr("sk-é"), "RAG_X")
