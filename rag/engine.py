"""The public query engine over one library.

It answers, searches and chats, and changes the library's articles. The engine connects the parts and makes no decision
of its own. Errors of a caller at run time are RagErrors, with two exceptions: a misspelt keyword argument is a
TypeError, and a misspelt part of the understanding is a ValueError.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from llama_index.core.llms import LLM
from llama_index.core.prompts.mixin import PromptDictType, PromptMixinType
from llama_index.core.retrievers import BaseRetriever

from rag.answering.answerability import answerability, answerability_features
from rag.answering.assembly import nearest_citation
from rag.answering.citation_checker import CitationChecker
from rag.answering.pipeline import AnswerPipeline
from rag.answering.pipeline_run import AnswerRequest, QuestionObserver
from rag.answering.streaming import final_answer
from rag.chat import Chat, QuestionMethods
from rag.corpus import Corpus, encodable
from rag.debate.builder import DebateBuilder, DebateMethods
from rag.drafts.findings import DraftFinding, DraftReport
from rag.errors import LibraryError, RagError
from rag.generation.llm_writer import LLMWriter, open_llm
from rag.interrupts.cancellation import Cancellation, until_cancelled
from rag.llama_index.instrumentation import reports_itself
from rag.llama_index.instrumented_library import InstrumentedLibrary
from rag.llama_index.query_engine import LlamaIndexQueryEngine
from rag.llama_index.retriever import HybridRetriever
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import read_passages
from rag.retrieval.results import Retrieval
from rag.settings import Settings, load_settings
from rag.text.analyzer import terms
from rag.types.answer import Answer, Citation, Event, Turn
from rag.types.ingest import ProgressCallback, no_progress
from rag.types.passage import SearchResults
from rag.types.question import MAX_TURNS, FilterArgs, bounded_turns, check_filter_names, check_question_length
from rag.types.understanding import UnderstoodPart, check_part_names
from rag.verification.verifier import Verifier
from rag.workspace import Tuning, Workspace

if TYPE_CHECKING:
    from rag.drafts.checker import DraftChecker


class QueryEngine(Corpus, QuestionMethods, DebateMethods, LlamaIndexQueryEngine):
    """Answers questions from one library. Thread-safe, and a context manager.

    `open_engine` opens one. It is also a LlamaIndex query engine: `query("...")` gives a Response with source_nodes.
    """

    def __init__(self, workspace: Workspace, llm: LLM | None = None) -> None:
        super().__init__()
        self._opened = workspace
        self._is_closed = False
        self.settings = workspace.settings
        self._verifier = Verifier(workspace.settings.threads)
        model = llm or open_llm(workspace.settings)
        writer = LLMWriter(model, workspace.settings) if model else None
        checker = CitationChecker(workspace.library, self._verifier, workspace.encoder)
        self._reader = PassageReader(workspace.settings.threads)
        self._library = InstrumentedLibrary(workspace, self._instrumentation)
        self._pipeline = AnswerPipeline(self._library, self._reader, checker, workspace.settings, writer)
        self._quoting = AnswerPipeline(self._library, self._reader, checker, workspace.settings, None)
        self._debate_builder = DebateBuilder(workspace, self._reader, self._verifier, self._quoting)

    # -- questions ----------------------------------------------------------------------------------------------------

    @reports_itself
    def events(
        self,
        question: str,
        *,
        k: int | None = None,
        turns: Sequence[Turn] = (),
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        cancellation: Cancellation | None = None,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[Event]:
        """`stream` with the steps in between.

        `question` may refer to `turns`, the conversation before it: the last of them, long ones cut. Another thread
        stops the work with `cancellation`; the events then end with QuestionCancelled, within a second.
        """
        check_filter_names(filters)
        events = self._events(
            question, k, turns, check_part_names(ignore), with_passages, cancellation, lambda: Filters.parse(**filters)
        )
        return self._instrumentation.observe(question, events)

    def chat(self, before: Sequence[Turn] = ()) -> Chat:
        """Opens a conversation.

        A question may refer to the ones before it, and to the turns in `before`.
        """
        return Chat(self.events, before, self.settings.max_question_characters)

    def search(self, query: str, *, k: int = 10, **filters: Unpack[FilterArgs]) -> SearchResults:
        """The `k` passages that are most relevant to `query`, best first.

        Each has its relevant sentences. The list is empty for a query without words. It has `to_pandas`.

        Raises what `ask` raises.
        """
        check_filter_names(filters)
        question = self._bounded_question(query)
        admitted = Filters.parse(**filters)
        if not terms(question):
            return SearchResults()
        return SearchResults(
            self._instrumentation.retrieve(question, lambda: self._retrieve(question, k, admitted)).passages
        )

    async def asearch(self, query: str, *, k: int = 10, **filters: Unpack[FilterArgs]) -> SearchResults:
        """`search` without blocking the event loop."""
        return await asyncio.to_thread(self.search, query, k=k, **filters)

    def support(self, statement: str, evidence: str | Sequence[str]) -> float:
        """How far `evidence`, one text or several of any length, supports `statement`.

        A calibrated probability in [0, 1]; 0.5 is the threshold of "supported".
        """
        texts = [evidence] if isinstance(evidence, str) else evidence
        return self._verifier.score(encodable(statement), [encodable(text) for text in texts])

    def check_draft(self, text: str, **filters: Unpack[FilterArgs]) -> DraftReport:
        """Checks quotations, claims, citations and names of a draft.

        The filters limit the articles. Raises RagError for a draft of more than 100,000 characters or without words.
        """
        check_filter_names(filters)
        self._require_open()
        return self._draft_checker.check(encodable(text), Filters.parse(**filters))

    def stream_draft(self, text: str, **filters: Unpack[FilterArgs]) -> Iterator[DraftFinding]:
        """`check_draft`, finding after finding as they are made."""
        check_filter_names(filters)
        self._require_open()
        return self._draft_checker.findings(encodable(text), Filters.parse(**filters))

    def answerability(self, question: str, *, k: int | None = None) -> float:
        """The probability in [0, 1] that the articles answer `question`.

        A question below the setting `abstain_below` is not answered.
        """
        retrieval = self._retrieve(question, k or self.settings.passages, Filters())
        retrieval = read_passages(self._reader, retrieval, self.settings.read_passages)
        return answerability(answerability_features(retrieval))

    def quoted(
        self,
        question: str,
        *,
        turns: Sequence[Turn] = (),
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> Answer:
        """The answer as quotes, without a language model; arguments as `events`."""
        check_filter_names(filters)
        request = self._request(question, None, turns, check_part_names(ignore), lambda: Filters.parse(**filters))
        return final_answer(self._quoting.events(request))

    def nearest_quote(self, question: str, **filters: Unpack[FilterArgs]) -> Citation | None:
        """The words nearest to answering `question`; None if none is related."""
        check_filter_names(filters)
        retrieval = self._retrieve(question, self.settings.passages, Filters.parse(**filters))
        retrieval = read_passages(self._reader, retrieval, self.settings.read_passages)
        return nearest_citation(retrieval, self.settings.abstain_below)

    @reports_itself
    def as_retriever(
        self, k: int = 10, *, similarity_top_k: int | None = None, **filters: Unpack[FilterArgs]
    ) -> BaseRetriever:
        """A LlamaIndex retriever over the library.

        Its nodes have character offsets, metadata and scores; their `ref_doc_id` is the article's id.
        `similarity_top_k` is LlamaIndex's name of `k`, and takes precedence.
        """
        check_filter_names(filters)
        top_k = k if similarity_top_k is None else similarity_top_k
        return HybridRetriever(self._retrieve, top_k, Filters.parse(**filters), self.callback_manager)

    @cached_property
    def _draft_checker(self) -> "DraftChecker":
        from rag.drafts.checker import DraftChecker

        return DraftChecker(self._workspace, self._reader, self._verifier, lambda: self._pipeline.llm_writer)

    @property
    def writer(self) -> str:
        """The writer of the answers: "quotes", or "llm:MODEL"."""
        return self._pipeline.writer

    def close(self) -> None:
        """Closes files and connections; afterwards the engine raises LibraryError.

        The files on disk are complete at any time, even without this call.
        """
        self._is_closed = True
        self._opened.close()

    def __enter__(self) -> "QueryEngine":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # -- LlamaIndex ---------------------------------------------------------------------------------------------------

    def _get_prompts(self) -> PromptDictType:
        writer = self._pipeline.llm_writer
        return dict(writer.prompts) if writer else {}

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    # -- inside -------------------------------------------------------------------------------------------------------

    @property
    def _workspace(self) -> Workspace:
        self._require_open()
        return self._opened

    def _require_open(self) -> None:
        if self._is_closed:
            raise LibraryError("the engine is closed; open the library again with open_engine()")

    def _events(
        self,
        question: str,
        k: int | None,
        turns: Sequence[Turn],
        ignore: frozenset[UnderstoodPart],
        with_passages: bool,
        cancellation: Cancellation | None,
        filters: Callable[[], Filters],
    ) -> Iterator[Event]:
        request = self._request(question, k, turns, ignore, filters, with_passages, cancellation)
        yield from until_cancelled(self._pipeline.events(request), cancellation)

    def _request(
        self,
        question: str,
        k: int | None,
        turns: Sequence[Turn],
        ignore: frozenset[UnderstoodPart],
        filters: Callable[[], Filters],
        with_passages: bool = False,
        cancellation: Cancellation | None = None,
    ) -> AnswerRequest:
        self._require_open()
        asked = self._bounded_question(question)
        before = [Turn(encodable(turn.question), encodable(turn.answer)) for turn in turns[-MAX_TURNS:]]
        return AnswerRequest(
            question=asked,
            turns=bounded_turns(before, self.settings.max_question_characters),
            k=self.settings.passages if k is None else k,
            filters=filters(),
            ignore=ignore,
            with_passages=with_passages,
            cancellation=cancellation,
        )

    @reports_itself
    def _events_of_query(
        self, question: str, passage_ids: Sequence[str] | None, cancellation: Cancellation | None
    ) -> Iterator[Event]:
        k = None if passage_ids is None else max(1, len(passage_ids))
        return self._events(question, k, (), frozenset(), False, cancellation, lambda: self._limited_to(passage_ids))

    def _limited_to(self, passage_ids: Sequence[str] | None) -> Filters:
        """Filters that admit these passages alone; all if it is None."""
        if passage_ids is None:
            return Filters()
        known = self._workspace.library.passages(passage_ids)
        if unknown := [passage_id for passage_id in passage_ids if passage_id not in known]:
            raise RagError(f"node {unknown[0][:100]!r} is no passage of this library; take those of retrieve()")
        return Filters(passages=tuple(passage_ids))

    def _retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        return self._workspace.retrieve(self._bounded_question(question), k, filters)

    def _bounded_question(self, question: str) -> str:
        """`question` as it can be stored.

        Raises RagError for one that is too long, or no text.
        """
        check_question_length(question, self.settings.max_question_characters)
        return encodable(question)


def workspace_of(engine: QueryEngine) -> Workspace:
    """The opened library of `engine`.

    It serves the page, `rag status` and the benchmarks, and is not part of the public API.
    """
    return engine._workspace


def observe_questions(engine: QueryEngine, observer: QuestionObserver) -> None:
    """Has `observer` told how each question of `engine` goes, from now on.

    It serves the server's metrics and is not part of the public API.
    """
    engine._pipeline.observers.append(observer)


def pipeline_of(engine: QueryEngine) -> AnswerPipeline:
    """The pipeline of `engine`, whose `llm_writer` may be replaced; not public."""
    return engine._pipeline


def open_engine(
    home: str | Path | None = None,
    settings: Settings | None = None,
    *,
    empty: bool = False,
    any_encoder: bool = False,
    progress: ProgressCallback = no_progress,
    llm: LLM | None = None,
    tuning: Tuning | None = None,
) -> QueryEngine:
    """Opens the library in a folder, and creates it first where there is none.

    Args:
        home: The folder; by default RAG_HOME, then the platform's data folder.
        settings: By default those of the environment.
        empty: Makes a new library without the bundled corpus.
        any_encoder: Opens a library whose vectors are another encoder's, in order to `rebuild(reencode=True)`.
        progress: Called as the articles of the bundled corpus are done.
        llm: Any LlamaIndex LLM; it writes the answers in place of the model that the settings name.
        tuning: Batch sizes of adding articles; the defaults are measured ones.

    Raises:
        LibraryError: The library cannot be used; EncoderMismatch among others.
        SettingsError: A setting has no usable value.
    """
    chosen = settings or load_settings()
    if home is not None:
        chosen = chosen.model_copy(update={"home": Path(home)})
    workspace = Workspace(chosen, empty=empty, any_encoder=any_encoder, progress=progress, tuning=tuning)
    return QueryEngine(workspace, llm)
