"""Writes answers with a language model.

It sends prompts and returns the text as it arrives. The model is shown sentences or whole passages, as numbered, fenced
data, as many as fit into its context. Nothing that it returns is trusted here: markers, sentences and claims are
checked elsewhere. Every failure of a model is a ModelError.
"""

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress

from llama_index.core.llms import LLM, ChatMessage, ChatResponse
from llama_index.core.prompts import ChatPromptTemplate

from rag.errors import ModelError, SettingsError
from rag.generation.abortable_requests import ended_by
from rag.generation.evidence_form import ServerSpeed, choose_form, sentences_tokens
from rag.generation.openai_chat import OPENAI_URL, OpenAIChat
from rag.generation.prompt_context import (
    EvidenceForm,
    EvidencePoint,
    FailedStatement,
    PromptEvidence,
    estimate_tokens,
    format_failed,
    format_history,
    passages_that_fit,
    sentences_that_fit,
)
from rag.generation.prompts import load_prompt
from rag.generation.question_reading import QuestionReading, parse_reading
from rag.generation.servers.known_contexts import context_tokens
from rag.generation.stream_parser import without_thoughts
from rag.generation.structured.answer_schema import AnswerOutput, SchemaRejected, with_json_instruction
from rag.generation.structured.json_answer import JsonAnswer
from rag.interrupts.cancellation import Cancellation
from rag.settings import Settings, api_key_text
from rag.text.citation_markers import strip_markers
from rag.text.unicode import replace_unencodable
from rag.types.answer import Turn, Usage
from rag.types.passage import RankedPassage

SENTENCES_PROMPT = "answer-from-sentences"
_PROMPTS: dict[EvidenceForm, str] = {"sentences": SENTENCES_PROMPT, "passages": "answer"}
# Tokens that a chat template puts around the messages.
TEMPLATE_TOKENS = 50
# The share of the answer's time that understanding the question may take, so that a slow model still has time to write.
MAX_SHARE_OF_UNDERSTANDING = 0.25
# A slow server is not asked to read a question first, or to repair sentences, if it would read the prompt for so long:
# rules read the question, and the sentences stay flagged. A model of 1.5 billion parameters on two cores, which other
# programs used too, took 110 seconds for one sentence, and quotes answered all the same.
MAX_UNDERSTANDING_SECONDS, MAX_REPAIR_SECONDS = 5.0, 10.0
# Each sentence to repair is named by one letter.
MAX_REPAIRED = 20
_LETTERED_LINE = re.compile(r"^\W*([A-Z])\s*[:.)–-]+\s*(.*)$")
_DROPPED = re.compile(r"\W*drop(?:ped)?\W*", re.IGNORECASE)


def open_llm(settings: Settings, openai_url: str = OPENAI_URL) -> LLM | None:
    """The language model that the settings name, or None.

    None means that answers are made of quotes. `openai_url` is OpenAI's own server. Raises SettingsError for settings
    that contradict each other.
    """
    is_named = bool(settings.llm_base_url or (settings.llm_model and settings.openai_api_key))
    if settings.writer == "quotes" or (settings.writer == "auto" and not (is_named or settings.llm_model)):
        return None
    if not settings.llm_model:
        raise SettingsError("RAG_LLM_MODEL is not set; name a model of the server")
    if not is_named:
        raise SettingsError(
            "RAG_LLM_MODEL needs a server: set RAG_LLM_BASE_URL (as http://127.0.0.1:11434/v1), or OPENAI_API_KEY"
        )
    key = api_key_text(settings.llm_api_key, "RAG_LLM_API_KEY")
    if not settings.llm_base_url and key == "none":
        # OpenAI's key goes to OpenAI alone, whatever server is named.
        key = api_key_text(settings.openai_api_key, "OPENAI_API_KEY")
    return OpenAIChat(
        settings.llm_model,
        settings.llm_base_url,
        key=key,
        openai_url=openai_url,
        context_window=context_tokens(settings),
        max_tokens=settings.llm_max_tokens,
        timeout=settings.llm_timeout,
        deadline=settings.llm_deadline,
        attempts=settings.llm_attempts,
    )


class LLMWriter:
    """Writes answers with any LlamaIndex LLM. Thread-safe.

    `llm` is that LLM, `speed` how fast it has been, and `output` the form in which it is asked for answers. Each answer
    has a WritingSession of its own.
    """

    def __init__(self, llm: LLM, settings: Settings) -> None:
        """Loads the prompts. Raises SettingsError for prompts that cannot be used."""
        folder = settings.prompts_dir.expanduser() if settings.prompts_dir else None
        self.llm = llm
        self.deadline = settings.llm_deadline
        self.speed = ServerSpeed()
        self.output = AnswerOutput(settings.llm_output)
        self.evidence = settings.llm_evidence
        # A folder's own answer.md, without a prompt for sentences, was written for passages.
        if self.evidence == "auto" and folder and (folder / "answer.md").is_file():
            self.evidence = "auto" if (folder / f"{SENTENCES_PROMPT}.md").is_file() else "passages"
        self.prompts = {
            "answer": load_prompt("answer", ("passages", "question"), folder),
            SENTENCES_PROMPT: load_prompt(SENTENCES_PROMPT, ("passages", "question"), folder),
            "repair": load_prompt("repair", ("passages", "question", "sentences"), folder),
            "understand": load_prompt("understand", ("history", "question"), folder),
            "claims": load_prompt("claims", ("paragraph", "sentences"), folder),
        }
        # A folder from before understand.md existed rewrites follow-ups with its own standalone.md.
        if folder and (folder / "standalone.md").is_file() and not (folder / "understand.md").is_file():
            self.prompts["standalone"] = load_prompt("standalone", ("history", "question"), folder)

    @property
    def name(self) -> str:
        """The writer as answers name it: "llm:MODEL"."""
        return f"llm:{self.llm.metadata.model_name}"

    def start_session(self, cancellation: Cancellation | None = None) -> "WritingSession":
        """Starts the session of one answer, and its deadline.

        When `cancellation` is cancelled, its waits for the model end.
        """
        return WritingSession(self, cancellation)


class WritingSession:
    """The requests to the model for one answer, within one deadline.

    `writer` is the writer's name. `usage` counts the tokens of all requests, if the server reports them. `was_cut` is
    whether the answer ended at the model's length limit.
    """

    def __init__(self, writer: LLMWriter, cancellation: Cancellation | None) -> None:
        self.writer = writer.name
        self._llm = writer.llm
        self._speed = writer.speed
        self._output = writer.output
        self._evidence = writer.evidence
        self._prompts = writer.prompts
        self._deadline = writer.deadline
        self._ends = time.monotonic() + writer.deadline
        self._cancellation = cancellation
        self.usage: Usage | None = None
        self.was_cut = False

    def write(self, question: str, evidence: PromptEvidence) -> Generator[str, None, None]:
        """Yields the model's answer as it arrives.

        Markers in it number the sources of `evidence` from 1. A model whose JSON holds no answer is asked again, for
        markers. Raises ModelError.
        """
        if self._writes_json:
            answer = JsonAnswer()
            with suppress(SchemaRejected):
                yield from answer.marked_text(self._answer(question, evidence, schema=True))
                if not answer.is_empty:
                    return
                self._output.give_up_schema()
                self.was_cut = False
        yield from self._answer(question, evidence, schema=False)

    def repair(
        self, question: str, evidence: PromptEvidence, statements: Sequence[FailedStatement]
    ) -> dict[int, str | None]:
        """Asks the model to repair the statements that failed the check.

        Returns the model's replacement for each statement, by the statement's index; None for one that the model drops.
        A statement that the model does not mention has no key. Only the first MAX_REPAIRED statements are sent, and as
        many sources as fit. A slow server is not asked. Raises ModelError.
        """
        prompt = self._prompts["repair"]
        listed = format_failed(statements[:MAX_REPAIRED])
        room = self._room(prompt, question=question, sentences=listed)
        shown = evidence.shortened(room).text
        if self._is_too_slow(prompt, MAX_REPAIR_SECONDS, passages=shown, question=question, sentences=listed):
            return {}
        answer_was_cut, self.was_cut = self.was_cut, False
        reply = "".join(self._replies(prompt, passages=shown, question=question, sentences=listed))
        # The last line of a reply that was cut off is incomplete.
        lines = without_thoughts(reply).splitlines()[: -1 if self.was_cut else None]
        self.was_cut = answer_was_cut
        matches = (_LETTERED_LINE.match(line) for line in lines)
        replacements = {ord(match[1]) - 65: match[2].strip() for match in matches if match}
        return {
            index: None if _DROPPED.fullmatch(strip_markers(text)) else text
            for index, text in replacements.items()
            if text and index < len(statements)
        }

    def understand(self, question: str, turns: Sequence[Turn] = ()) -> QuestionReading | None:
        """Asks the model for the kind of `question` and for a standalone question.

        `turns` are the earlier turns of its conversation. Returns None if the reply cannot be read, if the question
        does not fit into the model's context, or if the server is slow. A folder's own standalone.md asks only for the
        question. Raises ModelError, also after a quarter of the answer's time.
        """
        prompt = self._prompts["standalone" if turns and "standalone" in self._prompts else "understand"]
        room = self._room(prompt, question=question)
        if room < 0:
            return None
        history = format_history(turns, room)
        reply = self.reply(prompt, MAX_SHARE_OF_UNDERSTANDING, history=history, question=question)
        return parse_reading(reply) if reply is not None else None

    def reply(self, prompt: ChatPromptTemplate, share: float, **filled: str) -> str | None:
        """The model's whole reply to `prompt`, within a share of the answer's time.

        None if the server is too slow to be asked, or if the reply was cut off. Raises ModelError.
        """
        if self._is_too_slow(prompt, MAX_UNDERSTANDING_SECONDS, **filled):
            return None
        ends = min(self._ends, time.monotonic() + share * self._deadline)
        answer_was_cut, self.was_cut = self.was_cut, False
        reply = "".join(self._replies(prompt, ends, schema=False, **filled))
        # The last word of a reply that was cut off may be incomplete.
        is_whole, self.was_cut = not self.was_cut, answer_was_cut
        return without_thoughts(reply) if is_whole else None

    def choose_evidence(
        self, question: str, passages: Sequence[RankedPassage], points: Sequence[EvidencePoint]
    ) -> PromptEvidence:
        """Chooses what the model is shown.

        It is the sentences of `points`, or `passages` with these sentences marked. Both are best first, and as many are
        shown as fit into the model's context. Raises ModelError if nothing fits.
        """
        evidence = passages_that_fit(passages, points, self._room(self._prompts["answer"], question=question))
        form = self._evidence
        if form == "auto":
            form = choose_form(self._llm.metadata.context_window, estimate_tokens(evidence.text), self._speed)
        if form == "sentences":
            room = self._room(self._prompts[SENTENCES_PROMPT], question=question)
            evidence = sentences_that_fit(points, min(room, sentences_tokens(self._speed)))
        if not evidence.sources:
            raise ModelError(
                "no passage fits into the model's context; raise RAG_LLM_CONTEXT or ask a shorter question"
            )
        return evidence

    def instructions(self, evidence: PromptEvidence) -> str:
        """The text of the prompt for an answer, without sources and question."""
        messages = self._prompts[_PROMPTS[evidence.form]].format_messages(self._llm, passages="", question="")
        return "\n\n".join(message.content or "" for message in messages)

    def check_time(self, ends: float | None = None) -> None:
        """Raises ModelError when the time for the answer, or the time until `ends`, is up."""
        if (self._ends if ends is None else ends) < time.monotonic():
            raise ModelError("the time for one answer is up; raise RAG_LLM_DEADLINE")

    # -- inside -------------------------------------------------------------------------------------------------------

    @property
    def _writes_json(self) -> bool:
        """Whether the model is asked for JSON, which only OpenAIChat can do."""
        return self._output.form == "schema" and isinstance(self._llm, OpenAIChat)

    def _is_too_slow(self, prompt: ChatPromptTemplate, seconds: float, **filled: str) -> bool:
        """Whether the server needs more than `seconds` to read the filled prompt."""
        messages = prompt.format_messages(self._llm, **filled)
        return self._speed.is_too_slow(sum(estimate_tokens(each.content or "") for each in messages), seconds)

    def _answer(self, question: str, evidence: PromptEvidence, *, schema: bool) -> Iterator[str]:
        """Yields the model's reply to the prompt of an answer, and notes its speed."""
        shown = evidence.text
        prompt = self._prompts[_PROMPTS[evidence.form]]
        pieces = self._replies(prompt, schema=schema, passages=shown, question=question)
        yield from self._speed.timed(pieces, estimate_tokens(shown) + estimate_tokens(question))

    def _room(self, prompt: ChatPromptTemplate, **filled: str) -> int:
        """Tokens that are left for the placeholders that are not filled in yet."""
        values = dict.fromkeys(("passages", "question", "history", "sentences"), "") | filled
        messages = prompt.format_messages(self._llm, **values)
        if self._writes_json:
            messages = with_json_instruction(messages)
        fixed = sum(estimate_tokens(message.content or "") for message in messages)
        limits = self._llm.metadata
        return limits.context_window - max(limits.num_output, 0) - fixed - TEMPLATE_TOKENS

    def _replies(
        self, prompt: ChatPromptTemplate, ends: float | None = None, *, schema: bool = False, **filled: str
    ) -> Iterator[str]:
        """Yields the pieces of the model's reply to a prompt.

        `ends` is the end of the request's time on the monotonic clock, by default the end of the answer's time.
        With `schema` the reply is JSON of an answer. `filled` has the values of the prompt's placeholders. Raises
        ModelError, QuestionCancelled.
        """
        ends = self._ends if ends is None else ends
        self.check_time(ends)
        messages = prompt.format_messages(llm=self._llm, **filled)
        responses = self._responses(with_json_instruction(messages) if schema else messages, ends, schema)
        for response in self._cancellation.iterate(responses) if self._cancellation else responses:
            self.check_time(ends)
            if response.delta:
                yield replace_unencodable(response.delta)
            self._note(response)

    def _responses(self, messages: list[ChatMessage], ends: float, schema: bool) -> Generator[ChatResponse, None, None]:
        if isinstance(self._llm, OpenAIChat):
            with ended_by(self._cancellation):
                yield from self._llm.stream_chat(messages, deadline=ends - time.monotonic(), schema=schema)
            return
        text = ""
        for response in _replies_of(self._llm, messages):
            content = response.message.content or ""
            delta = response.delta if response.delta is not None else content[len(text) :]
            text += delta
            yield response.model_copy(update={"delta": delta})

    def _note(self, response: ChatResponse) -> None:
        """Records how the reply ended and how many tokens it cost.

        OpenAIChat reports both with its last response.
        """
        details = response.additional_kwargs or {}
        self.was_cut = self.was_cut or details.get("finish_reason") == "length"
        if isinstance(self._llm, OpenAIChat) and details.get("usage"):
            prompt_tokens, completion_tokens = details["usage"]
            before = self.usage or Usage(0, 0)
            self.usage = Usage(before.prompt_tokens + prompt_tokens, before.completion_tokens + completion_tokens)


def _replies_of(llm: LLM, messages: list[ChatMessage]) -> Iterator[ChatResponse]:
    """Yields what any LlamaIndex model replies, piece by piece.

    A model that cannot stream gives one piece. The function only calls the model, so that a bug of this package's own
    code is raised unchanged. Raises ModelError.
    """
    has_replied = False
    try:
        try:
            for response in llm.stream_chat(messages):
                has_replied = True
                yield response
        except NotImplementedError:
            if has_replied:  # a second reply would repeat the text of the first
                raise
            yield llm.chat(messages).model_copy(update={"delta": None})
    except ModelError:
        raise
    except Exception as error:  # noqa: BLE001 - each model fails in its own way; its message may hold a key
        raise ModelError(f"the language model failed ({type(error).__name__}); check its settings") from None
