"""Lines about failures, without what only the server's owner can change."""

import re

_VARIABLE = re.compile(r"\b(?:RAG|OPENAI|OLLAMA)_[A-Z_]+\b")
# A remedy: "check RAG_LLM_API_KEY", "raise RAG_LLM_DEADLINE".
_REMEDY = re.compile(r"^(?:check|raise|lower|set|make|name|give|remove)\b", re.IGNORECASE)
_SETTINGS_IN_WORDS = {"RAG_LLM_DEADLINE": "its time limit", "RAG_LLM_CONTEXT": "its context"}


def for_visitors(text: str) -> str:
    """`text` without remedies that name variables of the server's environment.

    In any other part of the line the variable is described in words.
    """
    if not _VARIABLE.search(text):
        return text
    parts = [part for part in text.split("; ") if not (_REMEDY.match(part) and _VARIABLE.search(part))]
    line = "; ".join(parts)
    return _VARIABLE.sub(lambda name: _SETTINGS_IN_WORDS.get(name[0], "a setting of the server"), line)
