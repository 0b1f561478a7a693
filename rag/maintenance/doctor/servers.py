"""The servers that the settings name: the language model's, the embeddings'."""

from collections.abc import Iterator

from rag.embedding.factory import open_encoder
from rag.errors import RagError
from rag.generation.llm_writer import open_llm
from rag.generation.openai_chat import OpenAIChat
from rag.maintenance.doctor.finding import Finding
from rag.settings import Settings

MAX_NAMED_MODELS = 3


def examine_servers(settings: Settings) -> Iterator[Finding]:
    """Findings about each server. It is asked for its models; no question is sent."""
    yield _language_model(settings)
    if settings.embed_model or settings.embed_base_url:
        yield _embeddings(settings)


def _language_model(settings: Settings) -> Finding:
    subject = "model"
    try:
        llm = open_llm(settings)
        if llm is None:
            return Finding(subject, "ok", "none is set, answers are quotes; servers on this machine: rag models")
        if not isinstance(llm, OpenAIChat):
            return Finding(subject, "ok", type(llm).__name__)
        names = llm.listed_models()
    except RagError as error:
        cause, _, remedy = str(error).partition("; ")
        return Finding(subject, "problem", cause, remedy or "until then, answers are quotes")
    # Some servers list no model, or serve one under any name.
    if names and llm.model not in names:
        shown = ", ".join(names[:MAX_NAMED_MODELS]) + (" …" if len(names) > MAX_NAMED_MODELS else "")
        return Finding(subject, "warning", f"{llm.host} lists {shown}, not {llm.model}", "check RAG_LLM_MODEL")
    return Finding(subject, "ok", f"{llm.model} at {llm.host} answers")


def _embeddings(settings: Settings) -> Finding:
    try:
        encoder = open_encoder(settings)
        dimension = encoder.dimension
    except RagError as error:
        cause, _, remedy = str(error).partition("; ")
        return Finding("embeddings", "problem", cause, remedy or "check RAG_EMBED_BASE_URL")
    return Finding("embeddings", "ok", f"{encoder.model_name} answers, {dimension} dimensions")
