"""Every knob, once: from the constructor, RAG_* environment variables, or a .env file in the working folder.

No other module reads the environment.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

# Nothing leaves the machine unasked: these must stand before chromadb, gradio, ray or a hub client is imported.
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# Gradio keeps each call for a monitor that is not served, and sorts all of them anew at every one that fails.
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")


def _blank_is_unset(value: Any) -> Any:
    """An empty variable in a .env file means "not set", never an empty URL or key."""
    return None if isinstance(value, str) and not value.strip() else value


Optional = BeforeValidator(_blank_is_unset)


class Settings(BaseSettings):
    """The package's settings; each field is the variable RAG_<FIELD>."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    home: Annotated[Path | None, Optional] = Field(
        default=None, description="folder of the library; unset: the platform's data folder"
    )
    threads: int = Field(default=0, ge=0, le=256, description="threads for encoding; 0: one per processor")

    library_url: Annotated[SecretStr | None, Optional] = Field(
        default=None, description="PostgreSQL database that holds the library; unset: a file in `home`"
    )
    chroma_url: Annotated[str | None, Optional] = Field(
        default=None, description="Chroma server or cloud that holds the vectors; unset: files in `home`"
    )
    chroma_api_key: Annotated[SecretStr | None, Optional] = Field(
        default=None, description="key for that server, where it wants one; Chroma Cloud does"
    )
    chroma_tenant: Annotated[str | None, Optional] = Field(
        default=None, description="tenant at that server; unset: its default"
    )
    chroma_database: Annotated[str | None, Optional] = Field(
        default=None, description="database at that server; unset: its default"
    )
    chroma_timeout: float = Field(
        default=30, gt=0, allow_inf_nan=False, description="seconds after which that server is given up"
    )

    ray_address: Annotated[str | None, Optional] = Field(
        default=None, description='Ray cluster that encodes articles; "local": one on this machine; unset: none'
    )

    embed_model: Annotated[str | None, Optional] = Field(
        default=None, description="model name at the embeddings endpoint; unset: the bundled encoder"
    )
    embed_base_url: Annotated[str | None, Optional] = Field(
        default=None, description="base URL of an OpenAI-compatible embeddings endpoint"
    )
    embed_api_key: Annotated[SecretStr | None, Optional] = Field(
        default=None, description="key for the embeddings endpoint, where it wants one"
    )

    writer: Literal["auto", "quotes", "llm"] = Field(
        default="auto", description="who writes; auto: a language model where one is named, else quotes"
    )
    llm_model: Annotated[str | None, Optional] = Field(default=None, description="name of the language model")
    llm_base_url: Annotated[str | None, Optional] = Field(
        default=None, description="base URL of an OpenAI-compatible server; unset: OpenAI's own"
    )
    llm_api_key: Annotated[SecretStr | None, Optional] = Field(
        default=None, description="key for that server, where it wants one"
    )
    openai_api_key: Annotated[SecretStr | None, Optional] = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="key for OpenAI; never sent to another server"
    )
    llm_context: int = Field(
        default=4096, ge=1024, le=10_000_000, description="tokens that the model can read and write in all"
    )
    llm_max_tokens: int = Field(default=800, ge=50, le=100_000, description="tokens that an answer has at most")
    llm_timeout: float = Field(
        default=60, gt=0, allow_inf_nan=False, description="seconds of silence after which the model is given up"
    )
    llm_deadline: float = Field(
        default=180,
        gt=0,
        allow_inf_nan=False,
        description="seconds for one answer in all, attempts and repair included",
    )
    llm_attempts: int = Field(default=3, ge=1, le=10, description="times that a model that fails is asked")
    repair: bool = Field(default=True, description="send sentences that fail the check back to the model once")
    prompts_dir: Annotated[Path | None, Optional] = Field(
        default=None, description="folder of prompts that replace the bundled ones of the same name"
    )

    api_key: Annotated[SecretStr | None, Optional] = Field(
        default=None, description="key that the page and the HTTP interface ask for"
    )

    judge_model: Annotated[str | None, Optional] = Field(
        default=None, description="model that judges answers in the eval suite (`--judge llm`)"
    )
    judge_base_url: Annotated[str | None, Optional] = Field(
        default=None, description="base URL of the OpenAI-compatible server that it is at; unset: OpenAI's"
    )
    judge_api_key: Annotated[SecretStr | None, Optional] = Field(
        default=None, description="key for that server; unset at OpenAI's: OPENAI_API_KEY"
    )

    read_only: bool = Field(default=False, description="the page adds and removes no articles")
    rate_limit: int = Field(
        default=240,
        ge=0,
        le=1_000_000,
        description="requests that one address may make of the server in a minute; 0: any",
    )
    max_waiting: int = Field(
        default=32,
        ge=0,
        le=1_000,
        description="questions that wait for their turn at the server; whoever comes after them is told to come again",
    )
    eval_results: Path = Field(
        default=Path("evals/results"), description="folder of eval results, the newest of which the page shows"
    )

    allow_private_urls: bool = Field(
        default=False, description="let `rag add` fetch from private and loopback addresses"
    )
    max_file_mb: float = Field(
        default=20, gt=0, allow_inf_nan=False, description="largest file or page that is read, in megabytes"
    )
    fetch_timeout: float = Field(
        default=20, gt=0, allow_inf_nan=False, description="seconds for one page or feed to arrive whole"
    )

    lock_timeout: float = Field(
        default=30, ge=0, description="seconds a second writer waits for the first before it gives up"
    )

    passages: int = Field(default=6, ge=1, le=100, description="passages that an answer is made from")
    abstain_below: float = Field(
        default=0.5, ge=0, le=1, description="answerability under which a question is declined (docs/abstention.md)"
    )
    max_quotes: int = Field(default=5, ge=1, le=50, description="quotes an answer holds at most")

    @property
    def home_path(self) -> Path:
        """Where the library lives: `home`, or the platform's data folder for this package."""
        folder = self.home or Path(platformdirs.user_data_dir("commentary-rag", appauthor=False))
        try:
            folder = folder.expanduser()
            named = str(folder).encode("utf-8")
        except (RuntimeError, UnicodeEncodeError):
            named = b""
        if not named or b"\0" in named:
            raise SettingsError(f"RAG_HOME: {str(folder)!a} names no folder; write out a path in full, in UTF-8")
        return folder


def web_address(said: str, variable: str) -> str:
    """A server's base URL without blanks or a slash at its end. Raises SettingsError for what is no web address."""
    address = said.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if is_one and "@" in urlsplit(address).netloc:
        raise SettingsError(f"{variable} holds a user or a password; give the key its own variable")
    if not is_one or any(character.isspace() for character in address):
        raise SettingsError(f"{variable} is not a web address; write it as http://127.0.0.1:11434/v1")
    return address


def secret(said: SecretStr | None, variable: str) -> str:
    """A key without blanks around it, "none" for none. Raises SettingsError for what no HTTP header can carry."""
    key = said.get_secret_value().strip() if said else ""
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(f"{variable} holds characters that no key has; copy it again, on one line")
    return key or "none"


def bundled(name: str) -> Path:
    """The folder `name` ("corpus", "prompts") that ships with the package: in the wheel, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "bundled" / name
    return inside if inside.is_dir() else package.parent / name


def load_settings(**given: Any) -> Settings:
    """Settings from the arguments, the environment and .env, in that order.

    Raises SettingsError with one line that names the variable and what it must be.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith("OPENAI_") else f"RAG_{name}"
        raise SettingsError(f"{name}: {first['msg']}; correct the variable or remove it") from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f".env in {Path.cwd()} cannot be read ({error}); save it as UTF-8 text") from None
