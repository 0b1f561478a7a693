"""Splits and encodes articles, in this process or on a Ray cluster.

A worker receives articles and returns their passages with vectors. It does not use the library: the indexer stores the
results, in the order of submission.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from rag.embedding.base import Encoder, PassageText
from rag.embedding.factory import open_encoder
from rag.errors import MAX_CAUSE_CHARACTERS, EncoderError, RagError, SettingsError, single_line
from rag.ingest.shipped_vectors import shipped_passages
from rag.ingest.splitter import split_article
from rag.settings import Settings
from rag.settings.process import without_ray_usage_statistics
from rag.types.article import Article
from rag.types.passage import Passage, StoredPassage

# The passages of one article, in order.
EncodedPassages = list[StoredPassage]
# Waits for a submitted batch and returns the passages of each of its articles, in order.
PendingPassages = Callable[[], list[EncodedPassages]]
# The function that a worker of a cluster runs. Its arguments are articles, settings and the fingerprint of the required
# encoder.
WorkerFunction = Callable[[Sequence[Article], Settings, str], list[EncodedPassages]]


class EncodingWorkers(Protocol):
    """Where articles are split and encoded.

    `max_pending` is the number of batches to submit before waiting for the first. `submit` raises EncoderError at once
    or when its result is requested.
    """

    @property
    def max_pending(self) -> int: ...
    def submit(self, articles: Sequence[Article]) -> PendingPassages: ...


class LocalWorkers:
    """Encodes in this process, with its own encoder, before `submit` returns."""

    max_pending = 0

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def submit(self, articles: Sequence[Article]) -> PendingPassages:
        passages = encode_articles(articles, self._encoder)
        return lambda: passages


class RayWorkers:
    """Encodes on the processors of a Ray cluster, one task of one processor a batch.

    Ray starts a task again, up to three times, if its process or machine dies. A bug of this package in a worker is
    raised here unchanged, with the worker's traceback.
    """

    def __init__(self, address: str, settings: Settings, encoder: Encoder, function: WorkerFunction | None = None):
        """Starts nothing yet. Raises SettingsError where Ray is not installed.

        Args:
            address: of the cluster ("host:6379"), or "local" for one on this machine.
            settings: name the encoder that the workers open.
            encoder: the library's encoder, which the workers' must equal.
            function: what a worker runs for a batch; `encode_in_worker` by default.
        """
        try:
            import ray
        except ModuleNotFoundError:
            raise SettingsError(
                "RAG_RAY_ADDRESS needs Ray; install it with: pip install 'commentary-rag[ray]'"
            ) from None
        self._ray: Any = ray
        self._address = address
        # A worker gets only the settings of the encoder, and none of the library or of other keys.
        names = {"embed_model", "embed_base_url", "embed_api_key"}
        self._settings = Settings.model_construct(**{**{name: getattr(settings, name) for name in names}, "threads": 1})
        self._fingerprint = encoder.fingerprint
        self._function = function or encode_in_worker
        self._task: Any = None

    @property
    def max_pending(self) -> int:
        """Two batches a processor: the one that it encodes, and the one after it."""
        return 2 * int(self._connect().cluster_resources().get("CPU", 1))

    def submit(self, articles: Sequence[Article]) -> PendingPassages:
        ray = self._connect()
        reference = self._task.remote(list(articles), self._settings, self._fingerprint)

        def result() -> list[EncodedPassages]:
            try:
                passages: list[EncodedPassages] = ray.get(reference)
            except ray.exceptions.RayTaskError as error:
                if isinstance(error.cause, RagError):
                    raise error.cause from None
                raise
            except ray.exceptions.RayError as error:
                cause = single_line(error, MAX_CAUSE_CHARACTERS)
                raise EncoderError(
                    f"Ray at {self._address} did not finish ({cause}); see that the cluster runs, then repeat; what "
                    "was finished is kept"
                ) from error
            return passages

        return result

    def _connect(self) -> Any:
        ray = self._ray
        if self._task is not None and ray.is_initialized():
            return ray
        # A local cluster stays on this machine: without the address Ray would choose one that other machines can reach.
        # `_node_ip_address` is not part of Ray's public interface.
        local = {"_node_ip_address": "127.0.0.1"} if self._address == "local" else {}
        try:
            with without_ray_usage_statistics():
                ray.init(
                    address=self._address,
                    ignore_reinit_error=True,
                    include_dashboard=False if local else None,
                    log_to_driver=False,
                    logging_level="ERROR",
                    **local,
                )
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            cause = single_line(error, MAX_CAUSE_CHARACTERS)
            raise SettingsError(
                f"Ray at {self._address} cannot be reached ({cause}); correct RAG_RAY_ADDRESS, or unset it to "
                "encode here"
            ) from error
        self._task = ray.remote(num_cpus=1, max_retries=3)(self._function)
        return ray


def open_workers(settings: Settings, encoder: Encoder) -> EncodingWorkers:
    """The workers that the settings name.

    Raises SettingsError where Ray is named and not installed.
    """
    return RayWorkers(settings.ray_address, settings, encoder) if settings.ray_address else LocalWorkers(encoder)


def encode_articles(articles: Sequence[Article], encoder: Encoder) -> list[EncodedPassages]:
    """Splits the articles and encodes their passages.

    Articles of the bundled corpus have the vectors that ship with the package, if `encoder` made these. Returns the
    passages of each article, in order. Raises EncoderError.
    """
    split = [split_article(article, encoder.count_tokens) for article in articles]
    shipped = [shipped_passages(passages, encoder.fingerprint) for passages in split]
    encoded = iter(
        _encode([passages for passages, known in zip(split, shipped, strict=True) if known is None], encoder)
    )
    return [next(encoded) if known is None else known for known in shipped]


def encode_new_articles(articles: Sequence[Article], encoder: Encoder) -> list[EncodedPassages]:
    """`encode_articles` without the vectors that ship with the package."""
    return _encode([split_article(article, encoder.count_tokens) for article in articles], encoder)


def _encode(split: Sequence[Sequence[Passage]], encoder: Encoder) -> list[EncodedPassages]:
    """Encodes the passages of each article.

    All passages are encoded together, so that the encoder's batches are full.
    """
    texts = [_passage_text(passage) for passages in split for passage in passages]
    encoded = iter(encoder.encode_passages(texts) if texts else [])
    return [
        [
            StoredPassage(passage, vectors.vector, vectors.sentences)
            for passage, vectors in zip(passages, encoded)  # noqa: B905  (it goes on with the next article's)
        ]
        for passages in split
    ]


def encode_in_worker(articles: Sequence[Article], settings: Settings, fingerprint: str) -> list[EncodedPassages]:
    """Encodes a batch in a worker of the cluster.

    Raises EncoderError where the worker's encoder has another fingerprint.
    """
    encoder = _encoder(settings)
    if encoder.fingerprint != fingerprint:
        raise EncoderError(
            f"a worker on Ray encodes with {encoder.fingerprint}, not {fingerprint}; install the same version of "
            "commentary-rag there"
        )
    return encode_articles(articles, encoder)


@cache
def _encoder(settings: Settings) -> Encoder:
    """The encoder, one for each process; Ray reuses the process for the next batch."""
    return open_encoder(settings)


def _passage_text(passage: Passage) -> PassageText:
    """The encoder's input, with the sentences as offsets in the passage."""
    return PassageText(
        passage.text, tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)
    )
