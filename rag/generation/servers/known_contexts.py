"""The context length of a model that no setting names."""

from urllib.parse import urlsplit

from rag.settings import Settings

# Every model that these servers offer has at least this context, in tokens. It is enough for the passages of a
# question. A model with more is not asked better for it, and a list of the models would be out of date soon.
KNOWN_CONTEXT_TOKENS = 8_192
_KNOWN_HOSTS = (
    "api.openai.com",
    "api.anthropic.com",
    "api.deepseek.com",
    "api.mistral.ai",
    "api.x.ai",
    "generativelanguage.googleapis.com",
)
_AZURE = ".openai.azure.com"


def context_tokens(settings: Settings) -> int:
    """The context of the language model in tokens.

    It is the one that the settings name. If they name none, a model of a known server has at least that server's, and
    any other the default.
    """
    if "llm_context" in settings.model_fields_set:
        return settings.llm_context
    try:
        host = urlsplit(settings.llm_base_url.strip()).hostname or "" if settings.llm_base_url else "api.openai.com"
    except ValueError:
        host = ""
    is_known = host in _KNOWN_HOSTS or host.endswith(_AZURE)
    return max(settings.llm_context, KNOWN_CONTEXT_TOKENS) if is_known else settings.llm_context
