"""The prompt files: two messages with their placeholders, the bundled ones replaced by those of a folder."""

from pathlib import Path

import pytest
from llama_index.core.llms import MessageRole

from rag.errors import SettingsError
from rag.generation.prompts import load_prompt

PLACEHOLDERS = {
    "answer": ("passages", "question"),
    "repair": ("passages", "question", "sentences"),
    "understand": ("history", "question"),
    "claims": ("paragraph", "sentences"),
    "judge-claims": ("question", "statements"),
    "judge-question": ("answer",),
    "judge-support": ("statement", "evidence"),
    "make-cases": ("number", "author", "title", "article"),
}


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_bundled_prompt_has_two_messages_and_all_its_placeholders(name: str) -> None:
    filled = dict.fromkeys(PLACEHOLDERS[name], "<<FILLED>>")
    system, user = load_prompt(name, PLACEHOLDERS[name]).format_messages(llm=None, **filled)
    assert (system.role, user.role) == (MessageRole.SYSTEM, MessageRole.USER)
    assert (user.content or "").count("<<FILLED>>") == len(filled)
    assert "<!--" not in f"{system.content}{user.content}"


def test_the_answer_prompt_asks_for_the_agreed_refusal_and_markers() -> None:
    system, _ = load_prompt("answer", ("passages", "question")).format_messages(llm=None, passages="", question="")
    assert "NOT IN THE CORPUS" in (system.content or "")
    assert "[2][5]" in (system.content or "")


def test_text_that_is_filled_in_is_not_searched_for_placeholders() -> None:
    prompt = load_prompt("understand", ("history", "question"))
    *_, user = prompt.format_messages(llm=None, history="{question} {passages}", question="Why {history}?")
    assert "{question} {passages}" in (user.content or "")
    assert "Why {history}?" in (user.content or "")


def test_a_folder_s_prompt_replaces_the_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "understand.md").write_text(
        "<!-- a comment -->\n# System\n\nMine.\n\n# User\n\n{history}\n{question}\n", encoding="utf-8"
    )
    system, _ = load_prompt("understand", ("history",), tmp_path).format_messages(llm=None, history="", question="")
    assert system.content == "Mine."
    bundled_system, _ = load_prompt("answer", (), tmp_path).format_messages(llm=None, passages="", question="")
    assert "columnists" in (bundled_system.content or "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# System\n\nx\n\n# User\n\n{question}", r"lacks \{history\} in its user message"),
        ("# User\n\n{history}\n\n# System\n\nx", "needs one '# System' and one '# User', in this order"),
        ("{history}", "needs one '# System'"),
        ("", "needs one '# System'"),
    ],
)
def test_a_file_that_is_no_prompt_is_an_error_that_names_it(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "understand.md").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message) as raised:
        load_prompt("understand", ("history",), tmp_path)
    assert "understand.md" in str(raised.value)


def test_a_folder_that_is_not_there_or_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        load_prompt("answer", (), tmp_path / "absent")
    (tmp_path / "answer.md").write_bytes(b"# System\xff")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_prompt("answer", (), tmp_path)
