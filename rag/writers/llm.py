"""The writer that asks a language model: prompts out, text back as it comes.

It shows the model passages as numbered, fenced data, as many whole ones as fit, and believes nothing that comes back:
markers, sentences and claims are checked elsewhere. Every failure is a ModelError.
"""

import re
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms.llm import LLM
from llama_index.core.prompts import ChatPromptTemplate

from rag.answer import RankedPassage, Usage
from rag.article import ArticleRef
from rag.citations import defused, without_markers
from rag.conversation import Turn
from rag.errors import ModelError, SettingsError
from rag.prompts import load_prompt
from rag.settings import Settings, secret
from rag.writers.openai_chat import OpenAIChat

# English prose has about 4 characters a token with every tokenizer in use; other scripts up to a token a character.
CHARACTERS_A_TOKEN = 3.5
# What a chat template puts around the messages.
TEMPLATE_TOKENS = 50
LONGEST_QUESTION = 600
REMEMBERED_ANSWER = 600
# One letter each.
MOST_REPAIRED = 20
_LETTER = re.compile(r"^\W*([A-Z])\s*[:.)–-]+\s*(.*)$")
_DROPPED = re.compile(r"\W*drop(?:ped)?\W*", re.IGNORECASE)


def open_llm(settings: Settings) -> LLM | None:
    """The language model that the settings name; None where quotes write.

    Raises SettingsError for settings that contradict each other.
    """
    is_named = bool(settings.llm_base_url or (settings.llm_model and settings.openai_api_key))
    if settings.writer == "quotes" or (settings.writer == "auto" and not (is_named or settings.llm_model)):
        return None
    if not settings.llm_model:
        raise SettingsError("RAG_LLM_MODEL is not set; name the model that the server is to use")
    if not is_named:
        raise SettingsError(
            "RAG_LLM_MODEL needs a server: set RAG_LLM_BASE_URL (as http://127.0.0.1:11434/v1), or OPENAI_API_KEY"
        )
    key = secret(settings.llm_api_key, "RAG_LLM_API_KEY")
    if not settings.llm_base_url and key == "none":
        # OpenAI's key goes to OpenAI alone, whatever server is named.
        key = secret(settings.openai_api_key, "OPENAI_API_KEY")
    return OpenAIChat(
        settings.llm_model,
        settings.llm_base_url,
        key=key,
        context_window=settings.llm_context,
        max_tokens=settings.llm_max_tokens,
        timeout=settings.llm_timeout,
        deadline=settings.llm_deadline,
        attempts=settings.llm_attempts,
    )


@dataclass(frozen=True, slots=True)
class Failing:
    """A sentence that failed the check: its words with the model's own markers, and what was found where it points."""

    text: str
    found: tuple[str, ...]


class LLMWriter:
    """Writes with `llm`, any LlamaIndex LLM. Threads may share one; each answer has a Writing of its own."""

    def __init__(self, llm: LLM, settings: Settings) -> None:
        """Raises SettingsError for prompts that cannot be used."""
        folder = settings.prompts_dir.expanduser() if settings.prompts_dir else None
        self.llm = llm
        self.deadline = settings.llm_deadline
        self.prompts = {
            "answer": load_prompt("answer", ("passages", "question"), folder),
            "repair": load_prompt("repair", ("passages", "question", "sentences"), folder),
            "standalone": load_prompt("standalone", ("history", "question"), folder),
        }

    @property
    def name(self) -> str:
        return f"llm:{self.llm.metadata.model_name}"

    def begin(self) -> "Writing":
        """The deadline of one answer starts to run."""
        return Writing(self)


class Writing:
    """One answer's dealings with the model, within one deadline; `usage` counts its tokens as far as they are told."""

    def __init__(self, writer: LLMWriter) -> None:
        self._llm = writer.llm
        self._prompts = writer.prompts
        self._ends = time.monotonic() + writer.deadline
        self.usage: Usage | None = None
        self.was_cut = False

    def answer(self, question: str, passages: Sequence[RankedPassage]) -> Generator[str, None, None]:
        """The model's text as it comes; `passages` have the numbers 1, 2, 3 …"""
        yield from self._asked(self._prompts["answer"], passages=fenced(passages), question=question)

    def repaired(
        self, question: str, passages: Sequence[RankedPassage], sentences: Sequence[Failing]
    ) -> dict[int, str | None]:
        """For each sentence, by its place, what the model puts in its stead; None for one it drops.

        Of many only the first are sent, and of the passages as many as fit.
        """
        prompt = self._prompts["repair"]
        listed = "\n\n".join(
            f"{chr(65 + at)}: {one.text}\nFound where it points: {_data(' … '.join(one.found)) or 'nothing'}"
            for at, one in enumerate(sentences[:MOST_REPAIRED])
        )
        room = self._room(prompt, question=question, sentences=listed)
        shown = fenced(_that_fit(passages, room))
        was_cut, self.was_cut = self.was_cut, False
        said = "".join(self._asked(prompt, passages=shown, question=question, sentences=listed))
        # The last line of a reply that was cut is half a sentence.
        lines_said = said.rpartition("</think>")[2].splitlines()[: -1 if self.was_cut else None]
        self.was_cut = was_cut
        lines = (_LETTER.match(line) for line in lines_said)
        replies = {ord(line[1]) - 65: line[2].strip() for line in lines if line}
        return {
            at: None if _DROPPED.fullmatch(without_markers(reply)) else reply
            for at, reply in replies.items()
            if reply and at < len(sentences)
        }

    def standalone(self, question: str, turns: Sequence[Turn]) -> str | None:
        """The question made whole, or None where the model gives nothing that could be one."""
        prompt = self._prompts["standalone"]
        history = _history(turns, self._room(prompt, question=question))
        said = "".join(self._asked(prompt, history=history, question=question))
        lines = [line.strip() for line in said.rpartition("</think>")[2].splitlines() if line.strip()]
        whole = re.sub(r"^(?:standalone |rewritten |last )?question:\s*", "", lines[0] if lines else "", flags=re.I)
        whole = whole.strip('"“”*` ')
        return whole if len(lines) == 1 and 0 < len(whole) <= LONGEST_QUESTION else None

    def fitting(self, question: str, passages: Sequence[RankedPassage]) -> tuple[RankedPassage, ...]:
        """The best passages that fit into the model's context whole; the lowest are left out first.

        Raises ModelError where not even the best one fits.
        """
        room = self._room(self._prompts["answer"], question=question)
        kept = _that_fit(passages, room)
        if not kept:
            raise ModelError("not one passage fits into the model's context; raise RAG_LLM_CONTEXT or ask more shortly")
        return kept

    def check_time(self) -> None:
        """Raises ModelError when the time for the answer is up."""
        if self._ends < time.monotonic():
            raise ModelError("the time for one answer is up; raise RAG_LLM_DEADLINE")

    # -- inside -------------------------------------------------------------------------------------------------------

    def _room(self, prompt: ChatPromptTemplate, **filled: str) -> int:
        """Tokens that are left for what else goes into the prompt."""
        places = dict.fromkeys(("passages", "question", "history", "sentences"), "") | filled
        fixed = sum(tokens(message.content or "") for message in prompt.format_messages(self._llm, **places))
        about = self._llm.metadata
        return about.context_window - max(about.num_output, 0) - fixed - TEMPLATE_TOKENS

    def _asked(self, prompt: ChatPromptTemplate, **filled: str) -> Iterator[str]:
        self.check_time()
        messages = prompt.format_messages(llm=self._llm, **filled)
        try:
            for response in self._responses(messages):
                self.check_time()
                if response.delta:
                    # Half of a surrogate pair has no place in any text.
                    yield response.delta.encode("utf-8", "replace").decode("utf-8")
                self._note(response)
        except (GeneratorExit, ModelError):
            raise
        except Exception as error:  # noqa: BLE001
            # Any LlamaIndex LLM may write, and each fails in its own way; its words may hold a key.
            raise ModelError(f"the language model failed ({type(error).__name__}); check its settings") from None

    def _responses(self, messages: list[ChatMessage]) -> Iterator[ChatResponse]:
        if isinstance(self._llm, OpenAIChat):
            yield from self._llm.stream_chat(messages, deadline=self._ends - time.monotonic())
            return
        said = ""
        try:
            for response in self._llm.stream_chat(messages):
                whole = response.message.content or ""
                delta = response.delta if response.delta is not None else whole[len(said) :]
                said += delta
                yield response.model_copy(update={"delta": delta})
        except NotImplementedError:
            response = self._llm.chat(messages)
            yield response.model_copy(update={"delta": response.message.content or ""})

    def _note(self, response: ChatResponse) -> None:
        told = response.additional_kwargs or {}
        self.was_cut = self.was_cut or told.get("finish_reason") == "length"
        if told.get("usage"):
            prompt, completion = told["usage"]
            before = self.usage or Usage(0, 0)
            self.usage = Usage(before.prompt_tokens + prompt, before.completion_tokens + completion)


def _that_fit(passages: Sequence[RankedPassage], room: int) -> tuple[RankedPassage, ...]:
    """The first passages that fit into so many tokens, whole."""
    kept: list[RankedPassage] = []
    for passage in passages:
        room -= tokens(fenced([passage]))
        if room < 0:
            break
        kept.append(passage)
    return tuple(kept)


def tokens(text: str) -> int:
    """About how many tokens, rather too many than too few: the server's tokenizer is not known."""
    plain = len(text.encode("ascii", "ignore"))
    return int(plain / CHARACTERS_A_TOKEN + (len(text) - plain)) + 1


def fenced(passages: Sequence[RankedPassage]) -> str:
    """The passages as numbered data, each with whose it is."""
    return "\n\n".join(
        f'<passage number="{number}">\n{_byline(passage.article)}\n\n{_data(passage.text)}\n</passage>'
        for number, passage in enumerate(passages, 1)
    )


def _byline(article: ArticleRef) -> str:
    facts = {
        "Title": article.title,
        "Author": article.author or "not named",
        "Published in": article.source,
        "Date": article.published.isoformat() if article.published else None,
    }
    return "\n".join(f"{name}: {_data(' '.join(fact.split()))}" for name, fact in facts.items() if fact)


def _data(text: str) -> str:
    """Text of an article as a prompt may hold it: it cannot close its fence, nor hold a marker."""
    return re.sub(r"<(?=\s*/?\s*passage\b)", "‹", defused(text), flags=re.IGNORECASE)


def _history(turns: Sequence[Turn], room: int) -> str:
    """The newest turns that fit, oldest first."""
    kept: list[str] = []
    for turn in reversed(turns):
        text = f"Question: {turn.question}\nAnswer: {turn.answer[:REMEMBERED_ANSWER]}"
        room -= tokens(text)
        if room < 0:
            break
        kept.append(_data(text))
    return "\n\n".join(reversed(kept)) or "(nothing)"
