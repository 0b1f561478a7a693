"""Loads prompts from Markdown files.

A file has a comment, a system message, and a user message with {placeholders}. Prompts are loaded once, when an engine
opens. Text that is filled in is never searched for placeholders. The form of an answer depends on the kind of its
question; the instructions are in prompts/forms.toml, and a question of fact has none.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.core.prompts import ChatPromptTemplate

from rag.errors import SettingsError
from rag.package_data import bundled_folder
from rag.types.understanding import Kind

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^# (System|User)[ \t]*$", re.MULTILINE)
_ROLES = {"System": MessageRole.SYSTEM, "User": MessageRole.USER}


def load_prompt(name: str, placeholders: tuple[str, ...], folder: Path | None = None) -> ChatPromptTemplate:
    """The prompt `name` of `folder`, or the bundled one where the folder has none.

    Raises SettingsError for a file that cannot be read, lacks a message, or leaves out one of `placeholders`.
    """
    if folder and not folder.is_dir():
        raise SettingsError(f"RAG_PROMPTS_DIR: {folder} is no folder; make it, or remove the variable")
    path = folder / f"{name}.md" if folder else None
    if path is None or not path.is_file():
        path = bundled_folder("prompts") / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the prompt {path} cannot be read ({error}); save it as UTF-8 text") from None
    messages = _messages(_COMMENT.sub("", text))
    if [message.role for message in messages] != list(_ROLES.values()):
        raise SettingsError(f"the prompt {path} needs one '# System' and one '# User', in this order")
    user_message = messages[-1].content or ""
    for placeholder in placeholders:
        if f"{{{placeholder}}}" not in user_message:
            raise SettingsError(
                f"the prompt {path} lacks {{{placeholder}}} in its user message; put it where it belongs"
            )
    return ChatPromptTemplate(message_templates=messages)


def with_form(question: str, kind: Kind, parts: Sequence[str] = ()) -> str:
    """The question, with the instruction for answers of its kind below it.

    `parts` are the questions that it asks, if it asks several.
    """
    listed = "\n" + "\n".join(f"- {part}" for part in parts) if parts else ""
    return "\n\n".join([question, *form_instructions(kind, has_parts=bool(parts))]) + listed


def form_instructions(kind: Kind, *, has_parts: bool) -> list[str]:
    """What a model is told of the form of an answer.

    It depends on the question's kind and on whether the question has parts.
    """
    return [_forms()[name] for name in (kind, *(["parts"] if has_parts else [])) if name in _forms()]


@cache
def _forms() -> dict[str, str]:
    text = (bundled_folder("prompts") / "forms.toml").read_text(encoding="utf-8")
    return {kind: str(instruction) for kind, instruction in tomllib.loads(text).items()}


def _messages(text: str) -> list[ChatMessage]:
    parts = _HEADING.split(text)
    return [
        ChatMessage(role=_ROLES[heading], content=body.strip())
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    ]
