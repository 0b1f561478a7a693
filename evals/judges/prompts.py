"""The judge's prompts, as messages with their places filled in."""

from llama_index.core.base.llms.types import ChatMessage

from rag.prompts import load_prompt


def filled(name: str, **texts: str) -> list[dict[str, str]]:
    """The messages of one call. What is filled in is data: it cannot close the element that it stands in.

    Raises SettingsError when the prompt is not there or lacks a place.
    """
    safe = {place: text.replace("</", "<\u2060/") for place, text in texts.items()}
    messages: list[ChatMessage] = load_prompt(name, tuple(texts)).format_messages(llm=None, **safe)
    return [{"role": message.role.value, "content": message.content or ""} for message in messages]
