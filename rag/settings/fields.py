"""The settings, and where they come from.

They come from arguments, environment variables and the `.env` file of a command's folder.
"""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

# The name of this application: of its data folder, and of the owner of the model that it serves.
APPLICATION = "commentary-rag"
# The file that the commands read in the folder they are started in.
ENV_FILE = Path(".env")


def _blank_is_unset(value: Any) -> Any:
    """None for an empty variable, else `value`: empty in a .env file means "not set"."""
    return None if isinstance(value, str) and not value.strip() else value


_BLANK_IS_UNSET = BeforeValidator(_blank_is_unset)
OptionalText = Annotated[str | None, _BLANK_IS_UNSET]
OptionalKey = Annotated[SecretStr | None, _BLANK_IS_UNSET]
OptionalPath = Annotated[Path | None, _BLANK_IS_UNSET]


class Settings(BaseSettings):
    """The package's settings.

    The environment variable RAG_NAME sets the field `name`. The description of a field is its entry on the settings
    page of the documentation; the field holds the default.
    """

    model_config = SettingsConfigDict(
        env_prefix="RAG_",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    home: OptionalPath = Field(
        default=None, description="Folder of the library. Unset: the platform's data folder for this package."
    )
    threads: int = Field(
        default=0, ge=0, le=256, description="Number of threads that encode text. 0: one for each processor."
    )

    library_url: OptionalKey = Field(
        default=None,
        description="URL of the PostgreSQL database that stores the library. Unset: a SQLite file in `home`.",
    )
    chroma_url: OptionalText = Field(
        default=None,
        description="URL of the Chroma server or Chroma Cloud that stores the vectors. Unset: files in `home`.",
    )
    chroma_api_key: OptionalKey = Field(
        default=None, description="API key for the Chroma server. Chroma Cloud needs one. Unset: none is sent."
    )
    chroma_tenant: OptionalText = Field(
        default=None, description="Tenant at the Chroma server. Unset: the server's default."
    )
    chroma_database: OptionalText = Field(
        default=None, description="Database at the Chroma server. Unset: the server's default."
    )
    chroma_timeout: float = Field(
        default=30, gt=0, allow_inf_nan=False, description="Seconds to wait for a reply of the Chroma server."
    )

    ray_address: OptionalText = Field(
        default=None,
        description="Ray cluster that encodes articles; `local` starts one on this machine. Unset: no cluster.",
    )

    embed_model: OptionalText = Field(
        default=None, description="Name of the model at the embeddings endpoint. Unset: the bundled encoder."
    )
    embed_base_url: OptionalText = Field(
        default=None, description="Base URL of an OpenAI-compatible embeddings endpoint. Unset: no endpoint."
    )
    embed_api_key: OptionalKey = Field(
        default=None, description="API key for the embeddings endpoint. Unset: none is sent."
    )

    writer: Literal["auto", "quotes", "llm"] = Field(
        default="auto",
        description="What writes answers: `quotes`, a language model (`llm`), or the model if one is named (`auto`).",
    )
    llm_model: OptionalText = Field(
        default=None, description="Name of the language model. Unset: answers are made of quotes."
    )
    llm_base_url: OptionalText = Field(
        default=None, description="Base URL of an OpenAI-compatible server for the language model. Unset: OpenAI's own."
    )
    llm_api_key: OptionalKey = Field(
        default=None, description="API key for the server of the language model. Unset: none is sent."
    )
    openai_api_key: OptionalKey = Field(
        default=None,
        validation_alias="OPENAI_API_KEY",
        description="API key for OpenAI. It is never sent to another server.",
    )
    llm_context: int = Field(
        default=4096,
        ge=1024,
        le=10_000_000,
        description="Context length of the language model in tokens, prompt and reply together.",
    )
    llm_evidence: Literal["auto", "sentences", "passages"] = Field(
        default="auto",
        description="What the language model reads: the `sentences` that bear most on the question, or `passages` with "
        "these sentences marked. `auto`: sentences if its context is under 8192 tokens or its server is slow.",
    )
    llm_output: Literal["auto", "markers", "schema"] = Field(
        default="auto",
        description="Form of the language model's reply: text with `markers`, or JSON of a `schema` where its server "
        "knows structured output. `auto`: markers.",
    )
    llm_max_tokens: int = Field(default=800, ge=50, le=100_000, description="Maximum length of an answer in tokens.")
    llm_timeout: float = Field(
        default=60,
        gt=0,
        allow_inf_nan=False,
        description="Seconds without a word from the language model after which a request fails.",
    )
    llm_deadline: float = Field(
        default=180, gt=0, allow_inf_nan=False, description="Seconds for one answer, retries and repair included."
    )
    llm_attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Number of attempts at a request to the language model before it counts as failed.",
    )
    repair: bool = Field(
        default=True, description="Whether sentences that fail the check are sent back to the language model, once."
    )
    strict: bool = Field(
        default=False,
        description="Whether failing to parse a model's reply is an error, not quotes. For tests and evals.",
    )
    prompts_dir: OptionalPath = Field(
        default=None,
        description="Folder of prompts that replace the bundled ones of the same name. Unset: the bundled prompts.",
    )

    api_key: OptionalKey = Field(
        default=None,
        description="API key that the page, the HTTP interface and MCP over HTTP require. Unset: they are open.",
    )

    cors_origins: OptionalText = Field(
        default=None,
        description="Origins whose pages may use /v1 with the key, separated by commas. Unset: no other site's pages.",
    )
    host_names: OptionalText = Field(
        default=None,
        description="Names besides localhost under which a server on this machine may be asked, separated by commas.",
    )
    metrics_open: bool = Field(default=False, description="Whether /metrics answers without the API key.")
    access_log: bool = Field(default=False, description="Whether `rag serve` logs each request.")
    log_format: Literal["text", "json"] = Field(default="text", description="Form of the log of `rag serve`.")
    tracing_url: OptionalText = Field(
        default=None,
        description="OpenTelemetry collector that is sent a trace of every question, with its texts. Unset: none.",
    )

    judge_model: OptionalText = Field(
        default=None,
        description="Name of the language model that judges answers in the evals. Unset: no such judge.",
    )
    judge_base_url: OptionalText = Field(
        default=None, description="Base URL of the OpenAI-compatible server of the judge. Unset: OpenAI's own."
    )
    judge_api_key: OptionalKey = Field(
        default=None,
        description="API key for the server of the judge. Unset: at OpenAI, OPENAI_API_KEY; elsewhere none is sent.",
    )

    read_only: bool = Field(default=False, description="Whether the page refuses to add and remove articles.")
    owner_page: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Who sees the page's Owner tab: with `auto` a user of this machine, if the server answers to it "
        "alone; with `on` every holder of `RAG_API_KEY` too; with `off` nobody.",
    )
    rate_limit: int = Field(
        default=240,
        ge=0,
        le=1_000_000,
        description="Maximum number of requests per minute from one address. 0: no limit.",
    )
    max_waiting: int = Field(
        default=32,
        ge=0,
        le=1_000,
        description="Maximum number of questions in the server's queue. More are rejected with a time to retry.",
    )
    eval_results: Path = Field(
        default=Path("evals/results"), description="Folder of eval results. The page shows the newest of them."
    )

    allow_private_urls: bool = Field(
        default=False, description="Whether `rag add` may fetch from private and loopback addresses."
    )
    max_file_mb: float = Field(
        default=20, gt=0, allow_inf_nan=False, description="Maximum size in megabytes of a file or page that is read."
    )
    fetch_timeout: float = Field(
        default=20, gt=0, allow_inf_nan=False, description="Seconds for a web page or feed to be fetched completely."
    )

    sync_minutes: float = Field(
        default=60, ge=0, le=100_000, description="Minutes between two looks of `rag serve` at each source. 0: none."
    )
    stale_days: int = Field(
        default=30, ge=0, le=100_000, description="Days until followed sources and their articles are stale. 0: never."
    )

    lock_timeout: float = Field(
        default=30, ge=0, description="Seconds to wait for another process that is writing to the library."
    )

    max_question_characters: int = Field(
        default=4_000,
        ge=100,
        le=1_000_000,
        description="Maximum length of a question or a search in characters. A longer one is refused.",
    )
    passages: int = Field(
        default=6, ge=1, le=100, description="Number of retrieved passages that an answer is made from."
    )
    read_passages: int = Field(
        default=6,
        ge=0,
        le=100,
        description="Number of passages that the trained reader reads; 0: none (docs/reader.md).",
    )
    abstain_below: float = Field(
        default=0.5, ge=0, le=1, description="Answerability below which the system abstains (docs/abstention.md)."
    )
    max_quotes: int = Field(
        default=5, ge=1, le=50, description="Maximum number of quotes in an answer, or in each part of one."
    )

    @property
    def home_folder(self) -> Path:
        """The library's folder: `home`, or the platform's data folder for this package.

        Raises SettingsError for a path that cannot name a folder.
        """
        folder = self.home or Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))
        try:
            folder = folder.expanduser()
            encoded = str(folder).encode("utf-8")
        except (RuntimeError, UnicodeEncodeError):
            encoded = b""
        if not encoded or b"\0" in encoded:
            raise SettingsError(f"RAG_HOME: {str(folder)!a} names no folder; write out a path in full, in UTF-8")
        return folder


def parse_base_url(value: str, variable: str) -> str:
    """A server's base URL without surrounding white space and without a final slash.

    Raises SettingsError that names `variable` for anything but an http or https address without user and password.
    """
    address = value.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web_address = False
    if is_web_address and "@" in urlsplit(address).netloc:
        raise SettingsError(f"{variable} holds a user or a password; give the key its own variable")
    if not is_web_address or any(character.isspace() for character in address):
        raise SettingsError(f"{variable} is not a web address; write it as http://127.0.0.1:11434/v1")
    return address


def api_key_text(value: SecretStr | None, variable: str) -> str:
    """The key without surrounding white space; "none" where there is none.

    Clients insist on a key. Raises SettingsError that names `variable` for a key with characters that no HTTP header
    can carry.
    """
    key = value.get_secret_value().strip() if value else ""
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(f"{variable} holds characters that no key has; copy it again, on one line")
    return key or "none"


def load_settings(*, env_file: Path | None = None, **values: Any) -> Settings:
    """Settings from the arguments, the environment and `env_file`, in this order.

    Raises SettingsError with one line that names the variable and what it must be.
    """
    try:
        return Settings(_env_file=env_file, **values)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith("OPENAI_") else f"RAG_{name}"
        raise SettingsError(f"{name}: {first['msg']}; correct the variable or remove it") from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{env_file} in {Path.cwd()} cannot be read ({error}); save it as UTF-8 text") from None


def load_command_settings(**values: Any) -> Settings:
    """`load_settings` for a command: it reads `.env` in the working folder too.

    The library does not read it: a program that imports `rag` decides for itself where its settings come from.
    """
    return load_settings(env_file=ENV_FILE, **values)
