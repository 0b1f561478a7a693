"""Fills the judges' prompts and returns them as messages.

They are prompts/judge-*.md and prompts/make-cases.md.
"""

from llama_index.core.base.llms.types import ChatMessage

from rag.generation.prompts import load_prompt


def fill_prompt(name: str, **texts: str) -> list[dict[str, str]]:
    """Returns the messages of one call, each with `role` and `content`.

    `texts` are the values of the prompt's placeholders. They are data: a text cannot close the element that it stands
    in. Raises SettingsError when the prompt cannot be read or lacks a placeholder.
    """
    safe = {placeholder: text.replace("</", "<\u2060/") for placeholder, text in texts.items()}
    messages: list[ChatMessage] = load_prompt(name, tuple(texts)).format_messages(llm=None, **safe)
    return [{"role": message.role.value, "content": message.content or ""} for message in messages]
