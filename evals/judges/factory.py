"""Opens judges by name, with their settings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from evals.errors import EvalError
from evals.judges.base import Judge
from evals.judges.budget import Budget, Prices
from evals.judges.local import NAME as LOCAL
from evals.judges.local import LocalJudge
from evals.judges.response_cache import CACHE_FILE, ResponseCache
from rag.embedding.factory import open_encoder
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.judges.llm import ChatModel

LLM = "llm"
JUDGES = (LOCAL, LLM)


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The judge's options of a command.

    `model` and `base_url` take precedence over the settings' own; `max_cost` is in dollars.
    """

    name: str = LOCAL
    model: str | None = None
    base_url: str | None = None
    prices: Prices | None = None
    max_cost: float | None = None


@dataclass(frozen=True, slots=True)
class JudgeFactory:
    """Opens a judge for each answer.

    `name` is "local" or "llm:MODEL", `budget` what all its judges spend.
    """

    name: str
    open: Callable[[], Judge]
    budget: Budget


def judge_factory(options: JudgeOptions, settings: Settings, cache_folder: Path) -> JudgeFactory:
    """Checks the options and returns the factory.

    `settings` are the engine's; a model's replies are kept in `cache_folder`. Raises EvalError for an unknown judge or
    a budget without prices, SettingsError if a model or key is missing.
    """
    budget = Budget(options.max_cost, options.prices)
    if options.name == LOCAL:
        encoder = open_encoder(settings)
        return JudgeFactory(LOCAL, lambda: LocalJudge(encoder), budget)
    if options.name != LLM:
        raise EvalError(f"there is no judge {options.name!r}; there are {', '.join(JUDGES)}")
    from evals.judges.llm import LLMJudge

    model = open_model(options, settings, cache_folder, budget)
    encoder = open_encoder(settings)
    return JudgeFactory(f"llm:{model.model}", lambda: LLMJudge(model, encoder), budget)


def open_model(
    options: JudgeOptions, settings: Settings, cache_folder: Path, budget: Budget | None = None
) -> "ChatModel":
    """Opens the judge's model alone.

    Raises EvalError without a model's name, SettingsError without key or address.
    """
    # Here, since only `llm` needs a client.
    from evals.judges.llm import ChatModel, Endpoint

    model = options.model or settings.judge_model or settings.llm_model
    if not model:
        raise EvalError("--judge llm needs a model: name it with --judge-model or RAG_JUDGE_MODEL")
    url, key = _endpoint(options, settings)
    budget = budget or Budget(options.max_cost, options.prices)
    endpoint = Endpoint(model, url, key, settings.llm_timeout, settings.llm_deadline)
    return ChatModel(endpoint, ResponseCache(cache_folder / CACHE_FILE), budget)


def _endpoint(options: JudgeOptions, settings: Settings) -> tuple[str | None, str | None]:
    """The address and the key. A key is sent only to the server that it was set for."""
    servers: list[tuple[str | None, SecretStr | None]] = [
        (settings.judge_base_url, settings.judge_api_key),
        (settings.llm_base_url, settings.llm_api_key),
        (None, settings.openai_api_key),
    ]
    url = options.base_url or next((server_url for server_url, _ in servers if server_url), None)
    key = next((server_key for server_url, server_key in servers if server_key and server_url == url), None)
    return url, key.get_secret_value() if key else None
