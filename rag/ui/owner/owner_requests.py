"""The page's requests from its owner. Plain data in; HTML and plain data out.

No request raises, because Gradio would run no later event. Lines may name settings: the owner can change them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.engine import QueryEngine
from rag.errors import RagError
from rag.ui.owner.access import check_owner
from rag.ui.owner.jobs import JobRunner, Progress, Report, Result, Work
from rag.ui.owner.library_work import LibraryWork
from rag.ui.owner.render_owner import result_html, sources_html, writers_html
from rag.ui.owner.writers import Writers
from rag.ui.payloads import ErrorReply, InvalidPayload
from rag.ui.requests.replies import user_message

Act = Literal["find", "test", "use", "look", "follow", "unfollow", "check", "repair", "examine", "backup"]


class OwnerMessage(TypedDict):
    """A message about one act.

    `say` is announced and shown; `share` of the work is done, in [0, 1], None where that is not known. The last
    message has the result as HTML.
    """

    id: str
    act: str
    state: Literal["working", "done", "failed"]
    say: str
    share: float | None
    html: str


class OwnerReply(TypedDict):
    """What the tab shows: the writers, and the sources, as HTML."""

    writers: str
    sources: str


class OwnerPayload(BaseModel):
    """An act, and what it is about: a choice of a writer, a source, a port."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    act: Act
    value: str = Field(default="", max_length=2_000)


class OwnerRequests:
    """The owner's requests to one engine."""

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine
        self._jobs = JobRunner()
        self._library = LibraryWork(engine)
        self._writers = Writers(engine)

    def show(self, headers: Mapping[str, str]) -> OwnerReply | ErrorReply:
        """What the tab shows, to a request with `headers`."""
        try:
            check_owner(self._engine.settings, headers)
            return {
                "writers": writers_html(self._writers.choices(), self._writers.chosen_id, self._writers.started_id),
                "sources": sources_html(self._engine.freshness()),
            }
        except Exception as error:  # noqa: BLE001 - the page must get a reply
            return ErrorReply(error=_line(error))

    def act(self, sent: Any, headers: Mapping[str, str]) -> Iterator[OwnerMessage]:
        """Does what the owner asks for. Each message replaces the one before."""
        try:
            check_owner(self._engine.settings, headers)
            payload = _parsed(sent)
            name, work = self._work(payload)
            for step in self._jobs.run(name, work):
                yield _message(payload, step)
        except Exception as error:  # noqa: BLE001 - without a message the page would wait for ever
            yield _failed(sent, _line(error))

    def _work(self, payload: OwnerPayload) -> tuple[str, Work]:
        value = payload.value.strip()
        works: dict[Act, tuple[str, Callable[[], Work]]] = {
            "find": ("Looking for models on this machine", lambda: self._find(value)),
            "test": ("Asking the model", lambda: lambda _: Result(self._writers.test(value))),
            "use": ("Choosing the writer", lambda: lambda _: Result(f"New answers: {self._writers.use(value)}.")),
            "look": ("Looking at the sources", lambda: self._library.look),
            "follow": ("Reading the source", lambda: self._library.follow(value)),
            "unfollow": ("Stopping to follow", lambda: self._library.unfollow(value)),
            "check": ("Checking the library", lambda: self._library.check),
            "repair": ("Repairing the library", lambda: self._library.repair),
            "examine": ("Examining the installation", lambda: self._library.examine),
            "backup": ("Backing up the library", lambda: self._library.back_up),
        }
        name, prepared = works[payload.act]
        return name, prepared()

    def _find(self, port: str) -> Work:
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise RagError("a port is a number from 1 to 65535; leave it empty for the usual ones")

        def work(_: Report) -> Result:
            number = self._writers.find(int(port) if port else None)
            if number:
                return Result(f"{number} model{'s' if number != 1 else ''} found.")
            where = f"port {port}" if port else "the usual ports of Ollama, LM Studio, llama.cpp and vLLM"
            return Result(f"No model answers at {where}. Start a model server, or name its port.")

        return work


def _parsed(sent: Any) -> OwnerPayload:
    try:
        return OwnerPayload.model_validate(sent)
    except ValidationError as error:
        raise InvalidPayload from error


def _message(payload: OwnerPayload, step: Progress | Result) -> OwnerMessage:
    if isinstance(step, Progress):
        return {
            "id": payload.id, "act": payload.act, "state": "working", "say": step.say, "share": step.share, "html": "",
        }  # fmt: skip
    return {
        "id": payload.id, "act": payload.act, "state": "done", "say": step.say, "share": 1.0, "html": result_html(step),
    }  # fmt: skip


def _failed(sent: Any, line: str) -> OwnerMessage:
    known = sent if isinstance(sent, dict) else {}
    return {
        "id": str(known.get("id", ""))[:32], "act": str(known.get("act", ""))[:20], "state": "failed", "say": line,
        "share": None, "html": result_html(Result(line, is_good=False)),
    }  # fmt: skip


def _line(error: Exception) -> str:
    """The line for the owner: as it is, with the names of settings."""
    line = str(error) if isinstance(error, RagError) else user_message(error)
    return f"{line[:1].upper()}{line[1:]}{'' if line.endswith('.') else '.'}"
