"""The judge that asks a model at an OpenAI-compatible server: claims first, then the support of each with the words
that show it, which have to stand in the evidence to the letter.

Replies are kept on disk by content. It never passes a reply that it cannot read, nor a support without its evidence.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage
from pydantic import BaseModel, Field, ValidationError

from evals.errors import EvalError, Unreadable
from evals.judges.budget import Budget
from evals.judges.judge import Claim, Support
from evals.judges.local import closeness
from evals.judges.prompts import filled
from evals.judges.replies import Replies, Reply, key_of
from evals.record import Usage
from rag.errors import ModelError, SettingsError
from rag.writers.openai_chat import OpenAIChat

MOST_TOKENS = 2_000
# Sent where the server needs none: the client insists on a key.
NO_KEY = "none"
_FENCE = re.compile(r"^```\w*\s*|\s*```$")
Asked = TypeVar("Asked", bound=BaseModel)


class _Claim(BaseModel):
    statement: int = Field(ge=0)
    text: str = Field(min_length=1)


class _Claims(BaseModel):
    claims: list[_Claim]


class _Supported(BaseModel):
    support: float = Field(ge=0, le=100)
    quote: str = ""


class _Question(BaseModel):
    question: str = ""
    noncommittal: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is; without `base_url` at OpenAI's own server, which wants a `key`."""

    model: str
    base_url: str | None = None
    key: str | None = None


class ChatModel:
    """A model behind chat completions, with its replies kept and its cost counted. Threads share one."""

    def __init__(self, endpoint: Endpoint, replies: Replies, budget: Budget) -> None:
        """Raises SettingsError when a key is missing or the address is none."""
        self.model = endpoint.model
        self._where = endpoint.base_url or ""
        self._replies = replies
        self._budget = budget
        if endpoint.base_url is not None and not re.match(r"https?://\S+$", endpoint.base_url):
            raise SettingsError(f"the judge's address {endpoint.base_url!r} is none; write it with http:// or https://")
        if endpoint.base_url is None and endpoint.key is None:
            raise SettingsError(
                "--judge llm needs a model: set OPENAI_API_KEY, or RAG_JUDGE_BASE_URL for a server of your own"
            )
        self._llm = OpenAIChat(endpoint.model, endpoint.base_url, key=endpoint.key or NO_KEY, max_tokens=MOST_TOKENS)

    def ask(self, messages: list[dict[str, str]], wanted: type[Asked]) -> tuple[Asked, Usage]:
        """The reply and what it took, which is nothing when it was kept.

        Raises Unreadable for a reply that is not a `wanted` (it is not kept either), EvalError when there is none,
        BudgetSpent when it may cost too much.
        """
        key = key_of(self._where, self.model, json.dumps(messages))
        kept = self._replies.get(key)
        if kept is not None:
            return _read(kept.text, wanted), Usage(cost=0.0)
        reply, cost = self._paid(messages)
        found = _read(reply.text, wanted)
        self._replies.put(key, reply)
        usage = Usage(
            calls=1, prompt_tokens=reply.prompt_tokens, completion_tokens=reply.completion_tokens, cost=cost
        )  # fmt: skip
        return found, usage

    def _paid(self, messages: list[dict[str, str]]) -> tuple[Reply, float | None]:
        reserved = self._budget.reserve(sum(len(message["content"]) for message in messages), MOST_TOKENS)
        asked = [ChatMessage(role=message["role"], content=message["content"]) for message in messages]
        try:
            response = self._llm.chat(asked)
        except ModelError as error:
            self._budget.settle(reserved, 0, 0)
            # The judge's settings have names of their own.
            said = re.sub(r"RAG_LLM_(MODEL|BASE_URL|API_KEY)", r"RAG_JUDGE_\1", str(error))
            raise EvalError(f"as judge, {said}; the same command goes on from here") from error
        text, usage = response.message.content or "", response.additional_kwargs.get("usage")
        if usage is None:  # a server that does not count: what was set aside is taken as spent
            return Reply(text=text), self._budget.settle(reserved)
        reply = Reply(text=text, prompt_tokens=usage[0], completion_tokens=usage[1])
        return reply, self._budget.settle(reserved, reply.prompt_tokens, reply.completion_tokens)


class LLMJudge:
    """Judges one answer with a model; `encoder` compares questions."""

    def __init__(self, model: ChatModel, encoder: BaseEmbedding) -> None:
        self._model = model
        self._encoder = encoder
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        return self._usage

    def claims(self, question: str, statements: Sequence[str]) -> list[Claim]:
        """Claims that can be checked by themselves, as the model takes the statements apart."""
        numbered = "\n".join(f"{at}. {statement}" for at, statement in enumerate(statements))
        found = self._asked("judge-claims", _Claims, question=question, statements=numbered)
        if statements and not found.claims:
            raise Unreadable(f"{self._model.model} found no claim in an answer of {len(statements)} statements")
        if any(one.statement >= len(statements) for one in found.claims):
            raise Unreadable(f"{self._model.model} gives a claim to a statement that is not there")
        return [Claim(one.text, one.statement) for one in found.claims]

    def support(self, statement: str, evidence: Sequence[str]) -> Support:
        """What the model says; nothing, where the words it gives as evidence do not stand there."""
        if not evidence:
            return Support(0.0)
        text = "\n\n".join(evidence)
        found = self._asked("judge-support", _Supported, statement=statement, evidence=text)
        score = found.support / 100
        if not stands_in(found.quote, text):
            return Support(0.0 if score >= 0.5 else score)
        return Support(score, found.quote)

    def relevance(self, question: str, claims: Sequence[Claim]) -> float | None:
        """The cosine of the question and the one that the model reads out of the answer; 0.0 for an evasion."""
        if not claims:
            return None
        found = self._asked("judge-question", _Question, answer=" ".join(claim.text for claim in claims))
        if found.noncommittal or not found.question.strip():
            return 0.0
        return closeness(self._encoder, question, [found.question])

    def _asked(self, name: str, wanted: type[Asked], **texts: str) -> Asked:
        found, usage = self._model.ask(filled(name, **texts), wanted)
        self._usage = added(self._usage, usage)
        return found


def stands_in(quote: str, text: str) -> bool:
    """Whether `quote` is in `text` to the letter; white space and the shape of quotation marks do not matter."""
    words = _plain(quote)
    return bool(words) and words in _plain(text)


def added(some: Usage, more: Usage) -> Usage:
    """Both together; without a price for one there is none for both."""
    known = some.cost is not None or some.calls == 0
    cost = (some.cost or 0.0) + more.cost if known and more.cost is not None else None
    return Usage(
        calls=some.calls + more.calls,
        prompt_tokens=some.prompt_tokens + more.prompt_tokens,
        completion_tokens=some.completion_tokens + more.completion_tokens,
        cost=cost,
    )


_MARKS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u2060": None})


def _plain(text: str) -> str:
    return " ".join(text.translate(_MARKS).split()).strip("\"' ")


def _read(reply: str, wanted: type[Asked]) -> Asked:
    """The object in a reply, which may stand in a fence or have words around it."""
    text = _FENCE.sub("", reply.strip())
    try:
        return wanted.model_validate_json(text[text.find("{") : text.rfind("}") + 1])
    except ValidationError:
        raise Unreadable(f"the judge's model replied {reply[:80]!r}, which is not what it was asked for") from None
