"""Which judge: opened by its name, with what it needs out of the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from evals.errors import EvalError
from evals.judges.budget import Budget, Prices
from evals.judges.judge import Judge
from evals.judges.local import NAME as LOCAL
from evals.judges.local import LocalJudge
from evals.judges.replies import FILE, Replies
from rag.encoder import open_encoder
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.judges.llm import ChatModel

LLM = "llm"
JUDGES = (LOCAL, LLM)


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """What the command line says of the judge; `model` and `base_url` go before the settings' own."""

    name: str = LOCAL
    model: str | None = None
    base_url: str | None = None
    prices: Prices | None = None
    max_cost: float | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """`name` says who judges ("local", "llm:MODEL"), `open` begins on an answer, `budget` is what all of them spend."""

    name: str
    open: Callable[[], Judge]
    budget: Budget


def open_judge(options: JudgeOptions, settings: Settings, replies: Path) -> Opened:
    """`settings` are the engine's; `replies` is the folder where a model's replies are kept.

    Raises EvalError for a judge that is none or a budget without prices, SettingsError where a model or key is missing.
    """
    budget = Budget(options.max_cost, options.prices)
    if options.name == LOCAL:
        encoder = open_encoder(settings)
        return Opened(LOCAL, lambda: LocalJudge(encoder), budget)
    if options.name != LLM:
        raise EvalError(f"there is no judge {options.name!r}; there are {', '.join(JUDGES)}")
    from evals.judges.llm import LLMJudge

    model = open_model(options, settings, replies, budget)
    encoder = open_encoder(settings)
    return Opened(f"llm:{model.model}", lambda: LLMJudge(model, encoder), budget)


def open_model(options: JudgeOptions, settings: Settings, replies: Path, budget: Budget | None = None) -> "ChatModel":
    """The model alone. Raises EvalError without a model's name, SettingsError without a key or an address."""
    # Here, since only `llm` needs a client.
    from evals.judges.llm import ChatModel, Endpoint

    model = options.model or settings.judge_model or settings.llm_model
    if not model:
        raise EvalError("--judge llm needs a model: name it with --judge-model or RAG_JUDGE_MODEL")
    url, key = _server(options, settings)
    spent = budget or Budget(options.max_cost, options.prices)
    return ChatModel(Endpoint(model, url, key), Replies(replies / FILE), spent)


def _server(options: JudgeOptions, settings: Settings) -> tuple[str | None, str | None]:
    """Address and key. A key goes to no other server than the one that it was set for."""
    servers = [(settings.judge_base_url, settings.judge_api_key)]
    servers.append((settings.llm_base_url, settings.llm_api_key))
    servers.append((None, settings.openai_api_key))
    url = options.base_url or next((url for url, _ in servers if url), None)
    key: SecretStr | None = next((key for its_url, key in servers if key and its_url == url), None)
    return url, key.get_secret_value() if key else None
