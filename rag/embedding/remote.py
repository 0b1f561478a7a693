"""An encoder behind an embeddings endpoint that speaks OpenAI's protocol.

The key is sent to that endpoint and never appears in an error. Every failure is an EncoderError of one line.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from pydantic import PrivateAttr, SecretStr

from rag.embedding.base import Encoder, PassageText, PassageVectors
from rag.errors import EncoderError, SettingsError
from rag.types.passage import Vector

MAX_BATCH_TEXTS = 128
# A lower bound, so that a passage cut by this estimate fits the model: servers differ in their tokenizers, and English
# prose has about 4 characters a token.
MIN_CHARACTERS_PER_TOKEN = 3
TIMEOUT_SECONDS = 60.0
CONNECT_TIMEOUT_SECONDS = 5.0
MAX_RETRIES = 2


class RemoteEncoder(Encoder):
    """Encodes texts by the model `model` of the endpoint at `base_url` (".../v1").

    The endpoint is asked for the dimension on first use.
    """

    _model: str = PrivateAttr()
    _base_url: str = PrivateAttr()
    _key: SecretStr = PrivateAttr()

    def __init__(self, model: str, base_url: str, key: str | None = None) -> None:
        """Sets the model, the address and the key; connects to nothing yet.

        Raises SettingsError for a base URL that is not a web address.
        """
        super().__init__(model_name=model.strip())
        self._model = model.strip()
        self._base_url = base_url.strip().rstrip("/")
        self._key = SecretStr((key or "").strip() or "none")
        if urlsplit(self._base_url).scheme not in ("http", "https") or not urlsplit(self._base_url).hostname:
            raise SettingsError("RAG_EMBED_BASE_URL is not a web address; write it as http://127.0.0.1:11434/v1")

    @property
    def fingerprint(self) -> str:
        return f"openai:{self._model}@{urlsplit(self._base_url).netloc.rpartition('@')[2]}"

    @cached_property
    def dimension(self) -> int:
        return int(self.encode(["dimension"]).shape[1])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimates the number of tokens from the number of characters.

        The server's tokenizer is not known.
        """
        return [-(-len(text) // MIN_CHARACTERS_PER_TOKEN) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        # Many servers refuse an empty input; "-" has a vector everywhere.
        inputs = [text if text.strip() else "-" for text in texts]
        rows = [
            row
            for start in range(0, len(inputs), MAX_BATCH_TEXTS)
            for row in self._request(inputs[start : start + MAX_BATCH_TEXTS])
        ]
        try:
            matrix = np.asarray(rows, dtype=np.float32)
        except ValueError:
            raise EncoderError(f"{self.fingerprint} gave vectors of different lengths; check the model") from None
        norms = np.linalg.norm(matrix, axis=1, keepdims=True)
        if matrix.ndim != 2 or not np.isfinite(matrix).all() or not norms.all():
            raise EncoderError(f"{self.fingerprint} gave vectors that are empty or not numbers; check the model")
        unit: Vector = matrix / norms
        return unit

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        """Encodes each passage and each of its sentences, as texts of their own.

        Raises EncoderError.
        """
        texts = [
            text
            for passage in passages
            for text in (passage.text, *(passage.text[start:end] for start, end in passage.sentences))
        ]
        rows = iter(self.encode(texts))
        results = []
        for passage in passages:
            vector = next(rows)
            sentences = [next(rows) for _ in passage.sentences]
            results.append(PassageVectors(vector, np.array(sentences, dtype=np.float32).reshape(-1, len(vector))))
        return results

    @cached_property
    def _client(self) -> Any:
        import openai

        return openai.OpenAI(
            api_key=self._key.get_secret_value(),
            base_url=self._base_url,
            timeout=openai.Timeout(TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            max_retries=MAX_RETRIES,
        )

    def _request(self, texts: list[str]) -> list[list[float]]:
        """The endpoint's vectors for at most MAX_BATCH_TEXTS texts, in their order."""
        import openai

        client = self._client
        try:
            response = client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        except openai.APIStatusError as error:
            raise EncoderError(
                f"{self.fingerprint} answered {error.status_code}; check RAG_EMBED_MODEL, RAG_EMBED_BASE_URL and "
                "RAG_EMBED_API_KEY"
            ) from None
        # JSON, Unicode: an answer that is not what its headers say; the client raises these errors unchanged.
        except (openai.OpenAIError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise EncoderError(
                f"{self.fingerprint} cannot be reached ({type(error).__name__}); is the server at {self._base_url} up?"
            ) from None
        if not hasattr(response, "data"):  # a proxy's HTML page, say, which the client returns as it is
            raise EncoderError(f"{self.fingerprint} answered with something else than embeddings; check the base URL")
        rows = [item.embedding for item in sorted(response.data or [], key=lambda item: item.index)]
        if len(rows) != len(texts):
            raise EncoderError(f"{self.fingerprint} gave {len(rows)} vectors for {len(texts)} texts; check the server")
        return rows
