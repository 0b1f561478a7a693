"""The query engine: a question in, an answer out whose every sentence points at the words that bear it out.

It only joins the parts; each decision is in the part that takes it.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.llms.llm import LLM
from llama_index.core.prompts.mixin import PromptDictType, PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.answer import Answer, Event, RankedPassage
from rag.answerability import answerability, features_of
from rag.answering import Answerer
from rag.article import Article
from rag.chat import Chat
from rag.conversation import Turn
from rag.counts import Counts
from rag.errors import IndexDamaged, RagError
from rag.events import final, in_threads, written
from rag.feedback import Feedback
from rag.filters import Filters
from rag.following import FOLLOW_EVERY, following
from rag.home import Disagreement, Home
from rag.indexer import AddReport, Progress, silent
from rag.listing import Admits, Page, Sort
from rag.passages import Passage
from rag.ranking import Signals
from rag.retriever import HybridRetriever, Retrieval, Retriever, as_node
from rag.rows import Holding
from rag.schema import Place
from rag.settings import Settings, load_settings
from rag.terms import terms
from rag.verifier import Verifier
from rag.writers.llm import LLMWriter, open_llm

Day = str | date


class QueryEngine(BaseQueryEngine):
    """Answers questions from one library. Threads may share it; it is a context manager.

    Also a LlamaIndex query engine: `query("...")` gives a Response with source_nodes.
    """

    def __init__(self, home: Home, llm: LLM | None = None) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._home = home
        self.settings = home.settings
        self._retriever = Retriever(home.library, home.vectors, home.fulltext, home.encoder)
        self._verifier = Verifier(home.settings.threads)
        model = llm or open_llm(home.settings)
        self._writer = LLMWriter(model, home.settings) if model else None
        self._answerer = Answerer(home.library, home.encoder, self._verifier, home.settings, self._writer)
        self._mending = threading.Lock()

    # -- questions ----------------------------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: Day | None = None,
        until: Day | None = None,
    ) -> Answer:
        """One answer from the articles that the filters admit, made from the `k` best passages.

        An answer that the corpus does not hold comes back as an abstention with its reason. Raises RagError for a date
        that is none, LibraryError when the library cannot be used.
        """
        return final(self.events(question, k=k, author=author, source=source, topic=topic, since=since, until=until))

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask` without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question, **options)

    def stream(self, question: str, **options: Any) -> Iterator[str | Answer]:
        """The answer's text as it is written, then the final Answer.

        The Answer has the last word: what did not stand the check is corrected or flagged there.
        """
        return written(self.events(question, **options))

    async def astream(self, question: str, **options: Any) -> AsyncIterator[str | Answer]:
        """`stream` for an event loop."""
        async for piece in in_threads(self.stream(question, **options)):
            yield piece

    def events(
        self, question: str, *, k: int | None = None, turns: Sequence[Turn] = (), **filters: Any
    ) -> Iterator[Event]:
        """`stream` with the steps in between; `turns` are those of a conversation that `question` may lean on."""
        admitted, passages = Filters.of(**filters), self.settings.passages if k is None else k
        yield from self._answerer.events(
            _encodable(question),
            turns,
            self._home.fulltext.count(),
            lambda whole: self._retrieve(whole, passages, admitted),
        )

    def chat(self, before: Sequence[Turn] = ()) -> Chat:
        """A conversation: each question may lean on the ones before, and on turns that were kept elsewhere."""
        return Chat(self.events, before)

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: Day | None = None,
        until: Day | None = None,
    ) -> list[RankedPassage]:
        """The `k` passages that bear most on `query`, best first, with the sentences that do; none for no words."""
        filters = Filters.of(author, source, topic, since, until)
        if not terms(_encodable(query)):
            return []
        return list(self._retrieve(query, k, filters).passages)

    def support(self, statement: str, evidence: str | Sequence[str]) -> float:
        """How far `evidence` (one text or several, of any length) bears `statement` out, 0 to 1; 0.5 is the line."""
        texts = [evidence] if isinstance(evidence, str) else evidence
        return self._verifier.support(_encodable(statement), [_encodable(text) for text in texts])

    def answerability(self, question: str, *, k: int | None = None) -> float:
        """How surely the articles answer `question`, 0 to 1; what is below the setting `abstain_below` is declined."""
        return answerability(features_of(self._retrieve(_encodable(question), k or self.settings.passages, Filters())))

    def signals(self, question: str) -> tuple[list[Passage], Signals]:
        """The candidates for `question` and what each is ranked by (rag.ranking): what the weights are fitted on."""
        return self._retriever.signals(question)

    def as_retriever(self, k: int = 10, **filters: Any) -> HybridRetriever:
        """The retriever as LlamaIndex has them: NodeWithScore with character offsets and metadata."""
        return HybridRetriever(self._retrieve, k, Filters.of(**filters))

    # -- the corpus ---------------------------------------------------------------------------------------------------

    def add(self, *what: str | Path, progress: Progress = silent) -> AddReport:
        """Adds files, folders, URLs and feeds; what is there already with the same content is left alone."""
        return self._home.add(what, progress)

    def remove(self, *article_ids: str) -> list[str]:
        """Takes articles out; returns the ids that were not there."""
        return self._home.indexer.remove(article_ids)

    def articles(self, newest: int | None = None) -> list[Holding]:
        """The catalogue, or so many of its newest articles; newest first."""
        return self._home.library.holdings(newest)

    def page(self, size: int, number: int, sort: Sort, *, descending: bool, admits: Admits | None = None) -> Page:
        """Page `number`, from 0, of the catalogue sorted so: those that `admits` admits, or the last page there is."""
        return self._home.library.page(size, number, sort, descending=descending, admits=admits)

    def article(self, article_id: str) -> Article | None:
        return self._home.library.article(_encodable(article_id))

    def counts(self) -> Counts:
        return self._home.library.counts()

    def values(self, field: str) -> list[str]:
        """The distinct values of "author", "source" or "topics" in the catalogue: what a filter can name."""
        return sorted(self._home.library.values(field), key=str.casefold)

    def rate(self, feedback: Feedback) -> None:
        """Keeps what somebody said about an answer. Raises LibraryBusy while another process writes for too long."""
        self._home.keep_feedback(feedback)

    def feedback(self) -> list[Feedback]:
        """What people said about answers, oldest first."""
        return self._home.library.feedback()

    def check(self) -> list[Disagreement]:
        """Where library, vectors and full text differ; empty when they agree."""
        return self._home.disagreements()

    def repair(self, found: Sequence[Disagreement], progress: Progress = silent) -> list[Disagreement]:
        """Mends what `check` found, from the articles as they are in the library; gives what is still wrong."""
        self._home.repair(found, progress)
        self._retriever = Retriever(self._home.library, self._home.vectors, self._home.fulltext, self._home.encoder)
        return self.check()

    def rebuild(self, *, reencode: bool = False, progress: Progress = silent) -> None:
        """Both indexes anew from the library; with `reencode`, every vector too."""
        if reencode:
            self._home.reencode(progress)
            self._retriever = Retriever(self._home.library, self._home.vectors, self._home.fulltext, self._home.encoder)
        else:
            self._home.indexer.rebuild()

    def following(self) -> AbstractContextManager[None]:
        """While this is open, what others write to a library on a server is taken over here, asked or not."""
        return following(self._home)

    @property
    def home(self) -> Path:
        """The folder of the library, or of what is kept here of one on a server."""
        return self._home.path

    @property
    def place(self) -> Place:
        """Where the library is; `rag.library.Library` opens it."""
        return self._home.place

    @property
    def places(self) -> dict[str, str]:
        """Which parts of the library are on a server, and where that is; none of one that lies in its folder whole."""
        return self._home.places

    @property
    def encoder(self) -> str:
        """Which encoder the library's vectors are of."""
        return self._home.library.encoder

    @property
    def writer(self) -> str:
        """Who writes the answers: "quotes", or "llm:MODEL"."""
        return self._answerer.writer

    def close(self) -> None:
        self._home.close()

    def __enter__(self) -> "QueryEngine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- LlamaIndex ---------------------------------------------------------------------------------------------------

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return _response(await self.aask(query_bundle.query_str))

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [as_node(passage) for passage in self.search(query_bundle.query_str)]

    def _get_prompts(self) -> PromptDictType:
        return dict(self._writer.prompts) if self._writer else {}

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    # -- inside -------------------------------------------------------------------------------------------------------

    def _retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        asked = _encodable(question)
        self._home.follow(at_most_every=FOLLOW_EVERY)
        try:
            return self._retriever.retrieve(asked, k, filters)
        except IndexDamaged:
            pass
        # An index gone bad under a running engine is mended from the library, once, by the first who meets it.
        with self._mending:
            for mend in (self._home.indexer.mend, self._home.indexer.rebuild):
                with suppress(IndexDamaged):
                    return self._retriever.retrieve(asked, k, filters)
                mend()
            return self._retriever.retrieve(asked, k, filters)


def open_engine(
    home: str | Path | None = None,
    settings: Settings | None = None,
    *,
    empty: bool = False,
    any_encoder: bool = False,
    progress: Progress = silent,
    llm: LLM | None = None,
) -> QueryEngine:
    """An engine over the library in `home` (default: RAG_HOME, then the platform's data folder).

    A folder without a library gets one, filled from the bundled corpus unless `empty`. `llm`, any LlamaIndex LLM,
    writes the answers in place of the one that the settings name. Raises LibraryError or SettingsError with one line
    that says what to do.
    """
    chosen = settings or load_settings()
    if home is not None:
        chosen = chosen.model_copy(update={"home": Path(home)})
    return QueryEngine(Home(chosen, empty=empty, any_encoder=any_encoder, progress=progress), llm)


def _encodable(text: str) -> str:
    """`text` with a question mark for what UTF-8 cannot say: half a surrogate pair, a broken byte of a command line.

    Raises RagError for what is no text.
    """
    if not isinstance(text, str):
        raise RagError(f"what is asked is text, not {type(text).__name__}; write it as a string")
    return text.encode("utf-8", "replace").decode("utf-8")


def _response(answer: Answer) -> Response:
    nodes = [as_node(replace(one.passage, score=one.score)) for one in answer.citations]
    return Response(str(answer), source_nodes=nodes, metadata=answer.to_dict())
