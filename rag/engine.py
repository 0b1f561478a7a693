"""The query engine: a question in, an answer out whose every sentence points at the words that bear it out.

It only joins the parts; each decision is in the part that takes it.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptDictType, PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.answer import Answer, Citation, RankedPassage, Statement, described
from rag.answerability import answerability, features_of
from rag.article import Article
from rag.citations import defused
from rag.clock import Clock
from rag.conversation import Turn, standalone
from rag.errors import IndexDamaged
from rag.evidence import Abstention, Evidence, weigh
from rag.filters import Filters
from rag.home import Disagreement, Home
from rag.indexer import AddReport, Progress, silent
from rag.library import Counts
from rag.passages import Passage
from rag.ranking import Signals
from rag.retriever import HybridRetriever, Retrieval, Retriever, as_node
from rag.rows import Holding
from rag.settings import Settings, load_settings
from rag.terms import terms
from rag.verifier import Verifier, verdict
from rag.writers import quotes

Day = str | date


class QueryEngine(BaseQueryEngine):
    """Answers questions from one library. Threads may share it; it is a context manager.

    Also a LlamaIndex query engine: `query("...")` gives a Response with source_nodes.
    """

    def __init__(self, home: Home) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._home = home
        self.settings = home.settings
        self._retriever = Retriever(home.library, home.vectors, home.fulltext, home.encoder)
        self._verifier = Verifier(home.settings.threads)
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
        asked = _encodable(question)
        return self._answer(asked, asked, k, Filters.of(author, source, topic, since, until))

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask` without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question, **options)

    def stream(self, question: str, **options: Any) -> Iterator[str | Answer]:
        """The answer's text as it is written, then the final Answer."""
        yield from _pieces(self.ask(question, **options))

    async def astream(self, question: str, **options: Any) -> AsyncIterator[str | Answer]:
        """`stream` for an event loop."""
        for piece in _pieces(await self.aask(question, **options)):
            yield piece

    def chat(self) -> "Chat":
        """A conversation: each question may lean on the ones before."""
        return Chat(self)

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

    def articles(self) -> list[Holding]:
        """The catalogue, newest first."""
        return self._home.library.holdings()

    def article(self, article_id: str) -> Article | None:
        return self._home.library.article(_encodable(article_id))

    def counts(self) -> Counts:
        return self._home.library.counts()

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

    @property
    def home(self) -> Path:
        """The folder of the library."""
        return self._home.path

    @property
    def encoder(self) -> str:
        """Which encoder the library's vectors are of."""
        return self._home.library.encoder

    @property
    def writer(self) -> str:
        """Who writes the answers."""
        return quotes.NAME

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
        return {}

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    # -- inside -------------------------------------------------------------------------------------------------------

    def _retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        asked = _encodable(question)
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

    def _answer(self, asked: str, question: str, k: int | None, filters: Filters) -> Answer:
        clock = Clock()
        found = self._retrieve(question, self.settings.passages if k is None else k, filters)
        retrieved = clock.lap()
        weighed = weigh(found, self.settings.max_quotes, self.settings.abstain_below)
        if isinstance(weighed, Abstention):
            return _abstention(asked, question, weighed, clock, retrieved)
        citations = _cited(weighed)
        texts = quotes.statements(weighed.quotes)
        written = clock.lap()
        held = self._home.library.articles([citation.article.id for citation in citations])
        # Against the article as the library has it, not against the quote's own copy of its words.
        cited = [held[one.article.id].text[one.start : one.end] if one.article.id in held else "" for one in citations]
        support = self._verifier.supports([(one.quote, [text]) for one, text in zip(citations, cited, strict=True)])
        statements = tuple(
            Statement(text, (number,), round(score, 4), verdict(score))
            for number, (text, score) in enumerate(zip(texts, support, strict=True), 1)
        )
        return Answer(
            question=asked,
            standalone_question=question,
            text="\n\n".join(f"{statement.text} [{statement.citations[0]}]" for statement in statements),
            abstained=False,
            reason=None,
            statements=statements,
            citations=citations,
            writer=quotes.NAME,
            timings=clock.timings(retrieved, written, clock.lap()),
        )


class Chat:
    """One conversation. Not for sharing between threads: open one for each."""

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine
        self._turns: list[Turn] = []

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(self._turns)

    def ask(self, question: str, *, k: int | None = None, **filters: Any) -> Answer:
        """The answer to `question`, understood in the light of the questions before."""
        asked = _encodable(question)
        alone = standalone(asked, self._turns)
        answer = self._engine._answer(asked, alone, k, Filters.of(**filters))
        self._turns.append(Turn(alone, answer.text))
        return answer

    def stream(self, question: str, **options: Any) -> Iterator[str | Answer]:
        yield from _pieces(self.ask(question, **options))


def open_engine(
    home: str | Path | None = None,
    settings: Settings | None = None,
    *,
    empty: bool = False,
    any_encoder: bool = False,
    progress: Progress = silent,
) -> QueryEngine:
    """An engine over the library in `home` (default: RAG_HOME, then the platform's data folder).

    A folder without a library gets one, filled from the bundled corpus unless `empty`. Raises LibraryError or
    SettingsError with one line that says what to do.
    """
    chosen = settings or load_settings()
    if home is not None:
        chosen = chosen.model_copy(update={"home": Path(home)})
    return QueryEngine(Home(chosen, empty=empty, any_encoder=any_encoder, progress=progress))


def _encodable(text: str) -> str:
    """`text` with a question mark for what UTF-8 cannot say: half a surrogate pair, a broken byte of a command line."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _cited(evidence: Evidence) -> tuple[Citation, ...]:
    return tuple(
        Citation(number, quote.passage.article, quote.text, quote.start, quote.end, quote.passage, quote.score)
        for number, quote in enumerate(evidence.quotes, 1)
    )


def _abstention(asked: str, question: str, why: Abstention, clock: Clock, retrieved: float) -> Answer:
    nearest = "; ".join(described(article) for article in why.nearest)
    text = defused(f"The corpus does not answer this: {why.reason}." + (f" Nearest: {nearest}." if nearest else ""))
    return Answer(
        question=asked,
        standalone_question=question,
        text=text,
        abstained=True,
        reason=why.reason,
        statements=(),
        citations=(),
        writer=quotes.NAME,
        nearest=why.nearest,
        timings=clock.timings(retrieved, clock.lap(), 0.0),
    )


def _pieces(answer: Answer) -> Iterator[str | Answer]:
    """The answer's text a statement at a time, then the answer."""
    for number, piece in enumerate(answer.text.split("\n\n")):
        yield ("\n\n" if number else "") + piece
    yield answer


def _response(answer: Answer) -> Response:
    nodes = [as_node(replace(one.passage, score=one.score)) for one in answer.citations]
    return Response(str(answer), source_nodes=nodes, metadata=answer.to_dict())
