"""Articles into passages with their vectors: here, or spread over the machines of a Ray cluster.

A worker is given articles and gives passages; it knows no library. Whoever asked puts them in, in the order asked.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from rag.article import Article
from rag.encoder import Encoder, PassageText, open_encoder
from rag.errors import EncoderError, SettingsError
from rag.passages import Passage, split_article
from rag.rows import StoredPassage
from rag.settings import Settings

# One article's passages.
Made = list[StoredPassage]
# Gives what was begun, each article's in order, and waits for it where it is not done.
Promise = Callable[[], list[Made]]


class Workers(Protocol):
    """Who encodes. `ahead` is how many batches are worth beginning before the first is waited for."""

    @property
    def ahead(self) -> int: ...
    def begin(self, articles: Sequence[Article]) -> Promise: ...


class Here:
    """This process, with its own encoder."""

    ahead = 0

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def begin(self, articles: Sequence[Article]) -> Promise:
        made = passages_of(articles, self._encoder)
        return lambda: made


class OnRay:
    """The processors of a Ray cluster, one task of one processor a batch.

    Ray begins a task anew, up to three times, when the process or the machine that had it dies.
    """

    def __init__(self, address: str, settings: Settings, encoder: Encoder) -> None:
        """Nothing is begun yet. Raises SettingsError where Ray is not installed."""
        try:
            import ray
        except ModuleNotFoundError:
            raise SettingsError(
                "RAG_RAY_ADDRESS needs Ray; install it with: pip install 'commentary-rag[ray]'"
            ) from None
        self._ray: Any = ray
        self._address = address
        # What a worker has to know: which encoder, and nothing of the library or of other keys.
        named = {"embed_model", "embed_base_url", "embed_api_key"}
        self._settings = Settings.model_construct(**{**{name: getattr(settings, name) for name in named}, "threads": 1})
        self._fingerprint = encoder.fingerprint
        self._task: Any = None

    @property
    def ahead(self) -> int:
        """Two batches a processor: one that it works on, and one that it goes on with."""
        return 2 * int(self._connected().cluster_resources().get("CPU", 1))

    def begin(self, articles: Sequence[Article]) -> Promise:
        ray = self._connected()
        reference = self._task.remote(list(articles), self._settings, self._fingerprint)

        def promise() -> list[Made]:
            try:
                made: list[Made] = ray.get(reference)
            except ray.exceptions.RayTaskError as error:
                if isinstance(error.cause, EncoderError):
                    raise error.cause from None
                raise EncoderError(f"encoding on Ray failed ({_line(error.cause)})") from error
            except ray.exceptions.RayError as error:
                raise EncoderError(
                    f"Ray at {self._address} did not finish ({_line(error)}); see that the cluster runs, then repeat; "
                    "what was finished is kept"
                ) from error
            return made

        return promise

    def _connected(self) -> Any:
        ray = self._ray
        if self._task is not None and ray.is_initialized():
            return ray
        # One on this machine keeps to it: without the address Ray looks for one that the internet can be reached from.
        local = {"_node_ip_address": "127.0.0.1"} if self._address == "local" else {}
        try:
            ray.init(
                address=self._address,
                ignore_reinit_error=True,
                include_dashboard=False if local else None,
                log_to_driver=False,
                logging_level="ERROR",
                **local,
            )
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise SettingsError(
                f"Ray at {self._address} cannot be reached ({_line(error)}); correct RAG_RAY_ADDRESS, or unset it to "
                "encode here"
            ) from error
        self._task = ray.remote(num_cpus=1, max_retries=3)(_encoded)
        return ray


def open_workers(settings: Settings, encoder: Encoder) -> Workers:
    """Those that the settings name."""
    return OnRay(settings.ray_address, settings, encoder) if settings.ray_address else Here(encoder)


def passages_of(articles: Sequence[Article], encoder: Encoder) -> list[Made]:
    """Each article's passages with their vectors, encoded together, which is what makes batches full.

    Raises EncoderError.
    """
    cut = [split_article(article, encoder.count_tokens) for article in articles]
    texts = [_text(passage) for one in cut for passage in one]
    encoded = iter(encoder.encode_passages(texts) if texts else [])
    return [
        [StoredPassage(passage, vectors.vector, vectors.sentences) for passage, vectors in zip(one, encoded)]  # noqa: B905
        for one in cut
    ]


def _encoded(articles: Sequence[Article], settings: Settings, fingerprint: str) -> list[Made]:
    """What a worker of the cluster runs."""
    encoder = _encoder(settings)
    if encoder.fingerprint != fingerprint:
        raise EncoderError(
            f"a worker on Ray encodes with {encoder.fingerprint}, not {fingerprint}; install the same version of "
            "commentary-rag there"
        )
    return passages_of(articles, encoder)


@cache
def _encoder(settings: Settings) -> Encoder:
    """One a process, which Ray uses again for the next batch."""
    return open_encoder(settings)


def _text(passage: Passage) -> PassageText:
    """What the encoder reads, with its sentences' places in that."""
    return PassageText(
        passage.text, tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)
    )


def _line(error: object) -> str:
    return " ".join(str(error).split())[:200]
