"""Who writes the answers of a running server.

That is quotes, the model of its settings, or a model found on this machine. A choice lasts until the server ends. The
browser names a choice by its id; it never names an address, and never sees a key. The key of the settings is sent to
the server that the settings name, and to no other.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from llama_index.core.llms import LLM, ChatMessage

from rag.admission import LLM_CONCURRENCY
from rag.engine import QueryEngine, pipeline_of
from rag.errors import ModelError, RagError
from rag.generation.llm_writer import LLMWriter, open_llm
from rag.generation.openai_chat import OpenAIChat
from rag.generation.servers.local_servers import USUAL_PORTS, LocalModel, LocalServer, find_local_servers
from rag.generation.stream_parser import without_thoughts
from rag.settings import Settings
from rag.settings.process import cpu_count

QUOTES, AS_STARTED = "quotes", "as started"
# A model that its server loads for the first request may take a minute.
TEST_SECONDS = 90.0
MAX_SHOWN_CHARACTERS = 80
_TEST_PROMPT = "Answer in one short sentence: which season follows winter?"


@dataclass(frozen=True, slots=True)
class WriterChoice:
    """Something that can write the answers.

    `settings` are the variables that choose it at the next start. `why_not` says why it cannot be chosen, "" if it can.
    """

    id: str
    name: str
    detail: str
    settings: dict[str, str] = field(default_factory=dict)
    why_not: str = ""

    @property
    def is_model(self) -> bool:
        return self.id != QUOTES


class Writers:
    """The choices of a writer for one engine.

    Thread-safe: each change is one assignment.
    """

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine
        self._pipeline = pipeline_of(engine)
        self._started_with = self._pipeline.llm_writer
        self._servers: Sequence[LocalServer] = ()
        self.chosen_id = AS_STARTED if self._started_with else QUOTES
        self.started_id = self.chosen_id

    def find(self, port: int | None = None) -> int:
        """Looks for model servers on this machine; returns their number of models.

        It asks `port`, or the usual ports.
        """
        self._servers = find_local_servers((port,) if port else tuple(USUAL_PORTS.values()))
        return sum(len(server.models) for server in self._servers)

    def choices(self) -> list[WriterChoice]:
        """What can be chosen, and what was found and cannot."""
        settings = self._engine.settings
        choices = [WriterChoice(QUOTES, "Quotes, word for word", "No language model.", {"RAG_WRITER": "quotes"})]
        if self._started_with:
            llm = self._started_with.llm
            where = f" at {llm.host}" if isinstance(llm, OpenAIChat) else ""
            choices.append(WriterChoice(AS_STARTED, llm.metadata.model_name, f"Named by the settings{where}."))
        switch = {"RAG_WRITER": "llm"} if settings.writer == "quotes" else {}
        for server in self._servers:
            place = f"{server.program or 'A server'} at {server.base_url}."
            if server.asks_for_key:
                todo = "asks for a key: set RAG_LLM_API_KEY, and RAG_LLM_MODEL to the name of its model"
                choices.append(WriterChoice(server.base_url, server.base_url, place, why_not=todo))
            for model in server.models:
                if not (self._started_with and server.is_set(model, settings)):
                    chosen = server.settings(model) | switch if not model.why_not else {}
                    name_id = _id_of(server, model)
                    choices.append(WriterChoice(name_id, model.name, place, chosen, model.why_not))
        return choices

    def chosen(self) -> WriterChoice | None:
        """The choice that writes now; None for a model whose server is no longer found."""
        return next((choice for choice in self.choices() if choice.id == self.chosen_id), None)

    def use(self, choice_id: str) -> str:
        """Has the choice write new answers; returns its name. Raises RagError."""
        if choice_id == QUOTES:
            writer = None
        elif choice_id == AS_STARTED and self._started_with:
            writer = self._started_with
        else:
            settings = self._settings_of(choice_id)
            writer = LLMWriter(_opened(settings), settings)
        self._pipeline.llm_writer = writer
        self.chosen_id = choice_id
        return self._engine.writer.removeprefix("llm:")

    def test(self, choice_id: str) -> str:
        """Asks the model something short; returns how long it took, in words.

        Raises ModelError, RagError.
        """
        llm = self._started_with.llm if choice_id == AS_STARTED and self._started_with else None
        llm = llm or _opened(self._settings_of(choice_id).model_copy(update={"llm_attempts": 1}))
        limits = {"deadline": TEST_SECONDS} if isinstance(llm, OpenAIChat) else {}
        began, first, text = time.monotonic(), None, ""
        for response in llm.stream_chat([ChatMessage(content=_TEST_PROMPT)], **limits):
            text = response.message.content or text
            if first is None and text.strip():
                first = time.monotonic() - began
        whole = time.monotonic() - began
        if first is None:
            raise ModelError(f"{llm.metadata.model_name} gave an empty answer; check its server")
        shown = " ".join(without_thoughts(text).split())
        shown = shown if len(shown) <= MAX_SHOWN_CHARACTERS else f"{shown[:MAX_SHOWN_CHARACTERS]}…"
        return f"{llm.metadata.model_name}: first words after {first:.1f} s, all after {whole:.1f} s: “{shown}”"

    def _settings_of(self, choice_id: str) -> Settings:
        """The settings with a model that was found.

        Raises RagError for an id of no such model.
        """
        settings = self._engine.settings
        for server in self._servers:
            for model in server.models:
                if _id_of(server, model) == choice_id and not model.why_not:
                    changes: dict[str, object] = {
                        "writer": "llm",
                        "llm_base_url": server.base_url,
                        "llm_model": model.name,
                        "llm_api_key": settings.llm_api_key if server.is_named(settings) else None,
                    }
                    context = {} if model.context is None else {"llm_context": model.context}
                    return settings.model_copy(update=changes | context)
        raise RagError("this model is not found any more; look for models again")


def questions_at_once(writer: str) -> int:
    """How many questions a server answers at the same time."""
    return cpu_count() if writer == "quotes" else LLM_CONCURRENCY


def _id_of(server: LocalServer, model: LocalModel) -> str:
    return f"{server.base_url} {model.name}"


def _opened(settings: Settings) -> LLM:
    llm = open_llm(settings)
    if llm is None:
        raise RagError("no model is named; look for models again")
    return llm
