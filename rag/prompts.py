"""The prompts: Markdown files, each a comment, a system message and a user message with {places} to fill in.

Read once, when an engine opens. What is filled in is never looked at for places again.
"""

import re
from pathlib import Path

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.prompts import ChatPromptTemplate

from rag.errors import SettingsError
from rag.settings import bundled

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADS = {"System": MessageRole.SYSTEM, "User": MessageRole.USER}


def load_prompt(name: str, places: tuple[str, ...], folder: Path | None = None) -> ChatPromptTemplate:
    """The prompt `name` of `folder`, or the bundled one where the folder has none.

    Raises SettingsError for a file that cannot be read, lacks a message, or leaves out one of `places`.
    """
    own = folder / f"{name}.md" if folder else None
    if folder and not folder.is_dir():
        raise SettingsError(f"RAG_PROMPTS_DIR: {folder} is no folder; make it, or remove the variable")
    path = own if own and own.is_file() else bundled("prompts") / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the prompt {path} cannot be read ({error}); save it as UTF-8 text") from None
    messages = _messages(_COMMENT.sub("", text))
    missing = [place for place in places if f"{{{place}}}" not in (messages[-1].content or "" if messages else "")]
    if [message.role for message in messages] != list(_HEADS.values()):
        raise SettingsError(f"the prompt {path} needs one '# System' and one '# User', in this order")
    if missing:
        raise SettingsError(f"the prompt {path} lacks {{{missing[0]}}} in its user message; put it where it belongs")
    return ChatPromptTemplate(message_templates=messages)


def _messages(text: str) -> list[ChatMessage]:
    parts = re.split(r"^# (System|User)[ \t]*$", text, flags=re.MULTILINE)
    return [
        ChatMessage(role=_HEADS[head], content=body.strip())
        for head, body in zip(parts[1::2], parts[2::2], strict=True)
    ]
