"""The judge that asks a model at an OpenAI-compatible server.

The model first splits an answer into claims. Then it scores each claim's support and copies the words that show it.
Replies are cached on disk by content. A reply that cannot be read is never used, and a score never counts if its
evidence is not in the text verbatim.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage
from pydantic import BaseModel, Field, ValidationError

from evals.errors import EvalError, UnreadableReply
from evals.judges.base import Claim, Support
from evals.judges.budget import Budget
from evals.judges.local import mean_cosine
from evals.judges.prompts import fill_prompt
from evals.judges.response_cache import CachedReply, ResponseCache, cache_key
from evals.result import ModelUsage
from rag.errors import ModelError, SettingsError
from rag.generation.openai_chat import OpenAIChat
from rag.generation.openai_errors import EmptyReply
from rag.verification.verifier import SUPPORTED

MAX_COMPLETION_TOKENS = 2_000
# Sent if the server needs no key, because the client requires one.
NO_KEY = "none"
_CODE_FENCE = re.compile(r"^```\w*\s*|\s*```$")
# The comparison ignores the shape of quotation marks, and the character that keeps a text inside its element.
_SAME_MARKS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u2060": None})
ReplyModel = TypeVar("ReplyModel", bound=BaseModel)


class _ClaimReply(BaseModel):
    statement: int = Field(ge=0)
    text: str = Field(min_length=1)


class _ClaimsReply(BaseModel):
    claims: list[_ClaimReply]


class _SupportReply(BaseModel):
    support: float = Field(ge=0, le=100)
    quote: str = ""


class _QuestionReply(BaseModel):
    question: str = ""
    noncommittal: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a model.

    Without `base_url` it is at OpenAI's own server, which needs a `key`. `timeout` limits a silence of the server and
    `deadline` a whole reply, both in seconds.
    """

    model: str
    base_url: str | None = None
    key: str | None = None
    timeout: float = 60.0
    deadline: float = 180.0


class ChatModel:
    """A model behind chat completions.

    Its replies are cached and its cost is counted. Threads may share it. Raises SettingsError if a key is missing or
    the address is not valid.
    """

    def __init__(self, endpoint: Endpoint, cache: ResponseCache, budget: Budget) -> None:
        self.model = endpoint.model
        self.timeout, self.deadline = endpoint.timeout, endpoint.deadline
        self._base_url = endpoint.base_url or ""
        self._cache = cache
        self._budget = budget
        if endpoint.base_url is not None and not re.match(r"https?://\S+$", endpoint.base_url):
            raise SettingsError(
                f"the judge's address {endpoint.base_url!r} is no web address; write it with http:// or https://"
            )
        if endpoint.base_url is None and endpoint.key is None:
            raise SettingsError(
                "--judge llm needs a model: set OPENAI_API_KEY, or RAG_JUDGE_BASE_URL for a server of your own"
            )
        self._llm = OpenAIChat(
            endpoint.model,
            endpoint.base_url,
            key=endpoint.key or NO_KEY,
            max_tokens=MAX_COMPLETION_TOKENS,
            timeout=self.timeout,
            deadline=self.deadline,
            reasoning_tokens=0,  # the budget reserves for a request what its reply may cost at most
        )

    def ask(self, messages: list[dict[str, str]], expected: type[ReplyModel]) -> tuple[ReplyModel, ModelUsage]:
        """Returns the reply as an `expected`, and what it took; a kept reply took nothing.

        Raises UnreadableReply for a reply that is empty or no `expected` (it is not cached), EvalError if there is no
        reply, BudgetSpent if the call could cost too much.
        """
        key = cache_key(self._base_url, self.model, json.dumps(messages))
        cached = self._cache.get(key)
        if cached is not None:
            return _parse_reply(cached.text, expected), ModelUsage(cost=0.0)
        reply, cost = self._request(messages)
        parsed = _parse_reply(reply.text, expected)
        self._cache.put(key, reply)
        usage = ModelUsage(
            calls=1, prompt_tokens=reply.prompt_tokens, completion_tokens=reply.completion_tokens, cost=cost
        )  # fmt: skip
        return parsed, usage

    def _request(self, messages: list[dict[str, str]]) -> tuple[CachedReply, float | None]:
        reserved = self._budget.reserve(sum(len(message["content"]) for message in messages), MAX_COMPLETION_TOKENS)
        chat = [ChatMessage(role=message["role"], content=message["content"]) for message in messages]
        try:
            response = self._llm.chat(chat)
        except EmptyReply as error:
            # Small models leave a single reply empty; the others are worth asking for.
            self._budget.settle(reserved)
            raise UnreadableReply(f"as judge, {_in_terms_of_the_judge(error)}") from error
        except ModelError as error:
            self._budget.settle(reserved, 0, 0)
            raise EvalError(f"as judge, {_in_terms_of_the_judge(error)}; the same command goes on from here") from error
        text, usage = response.message.content or "", response.additional_kwargs.get("usage")
        if usage is None:  # the server does not count tokens
            return CachedReply(text=text), self._budget.settle(reserved)
        reply = CachedReply(text=text, prompt_tokens=usage[0], completion_tokens=usage[1])
        return reply, self._budget.settle(reserved, reply.prompt_tokens, reply.completion_tokens)


class LLMJudge:
    """Judges one answer with a model; `encoder` compares questions."""

    def __init__(self, model: ChatModel, encoder: BaseEmbedding) -> None:
        self._model = model
        self._encoder = encoder
        self._usage = ModelUsage()

    @property
    def usage(self) -> ModelUsage:
        return self._usage

    def claims(self, question: str, statements: Sequence[str]) -> list[Claim]:
        """Claims that can be checked by themselves.

        The model takes the statements apart.
        """
        numbered = "\n".join(f"{number}. {statement}" for number, statement in enumerate(statements))
        reply = self._ask("judge-claims", _ClaimsReply, question=question, statements=numbered)
        if statements and not reply.claims:
            raise UnreadableReply(f"{self._model.model} found no claim in an answer of {len(statements)} statements")
        if any(claim.statement >= len(statements) for claim in reply.claims):
            raise UnreadableReply(f"{self._model.model} gives a claim to a statement that is not there")
        return [Claim(claim.text, claim.statement) for claim in reply.claims]

    def support(self, statement: str, evidence: Sequence[str]) -> Support:
        """The model's score of support.

        It is 0 if the model calls the claim supported with a quote that is not in the evidence.
        """
        if not evidence:
            return Support(0.0)
        text = "\n\n".join(evidence)
        reply = self._ask("judge-support", _SupportReply, statement=statement, evidence=text)
        score = reply.support / 100
        if not is_verbatim(reply.quote, text):
            return Support(0.0 if score >= SUPPORTED else score)
        return Support(score, reply.quote)

    def relevance(self, question: str, claims: Sequence[Claim]) -> float | None:
        """The cosine of the question and the question that the answer seems to answer.

        The model reads that question out of the answer; an evasion gets 0.0. ragas' answer relevancy (Es et al., EACL
        2024 demos).
        """
        if not claims:
            return None
        reply = self._ask("judge-question", _QuestionReply, answer=" ".join(claim.text for claim in claims))
        if reply.noncommittal or not reply.question.strip():
            return 0.0
        return mean_cosine(self._encoder, question, [reply.question])

    def _ask(self, name: str, expected: type[ReplyModel], **texts: str) -> ReplyModel:
        reply, usage = self._model.ask(fill_prompt(name, **texts), expected)
        self._usage = add_usage(self._usage, usage)
        return reply


def _in_terms_of_the_judge(error: ModelError) -> str:
    """The message with the names of the judge's settings, which are its own."""
    return re.sub(r"RAG_LLM_(MODEL|BASE_URL|API_KEY)", r"RAG_JUDGE_\1", str(error))


def is_verbatim(quote: str, text: str) -> bool:
    """Whether `quote` is in `text` verbatim.

    White space and the shape of quotation marks are ignored.
    """
    words = _normalised(quote)
    return bool(words) and words in _normalised(text)


def add_usage(left: ModelUsage, right: ModelUsage) -> ModelUsage:
    """The sum of both; the cost is None if one of them has none."""
    has_price = left.cost is not None or left.calls == 0
    cost = (left.cost or 0.0) + right.cost if has_price and right.cost is not None else None
    return ModelUsage(
        calls=left.calls + right.calls,
        prompt_tokens=left.prompt_tokens + right.prompt_tokens,
        completion_tokens=left.completion_tokens + right.completion_tokens,
        cost=cost,
    )


def _normalised(text: str) -> str:
    return " ".join(text.translate(_SAME_MARKS).split()).strip("\"' ")


def _parse_reply(reply: str, expected: type[ReplyModel]) -> ReplyModel:
    """Parses the JSON object in a reply.

    The object may stand in a code fence or have words around it.
    """
    text = _CODE_FENCE.sub("", reply.strip())
    try:
        return expected.model_validate_json(text[text.find("{") : text.rfind("}") + 1])
    except ValidationError:
        raise UnreadableReply(
            f"the judge's model replied {reply[:80]!r}, which is not the form that was asked for"
        ) from None
