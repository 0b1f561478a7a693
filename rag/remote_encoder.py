"""An embeddings endpoint that speaks OpenAI's protocol, as the library's encoder.

Its key never appears in an error. Every failure is an EncoderError of one line.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from pydantic import PrivateAttr, SecretStr

from rag.encoder import Encoder, PassageText, PassageVectors, Vector
from rag.errors import EncoderError, SettingsError

BATCH = 128
# Servers differ in their tokenizers; English prose has about 4 characters a token, and 3 leaves room.
CHARACTERS_A_TOKEN = 3


class RemoteEncoder(Encoder):
    """Vectors from `model` at `base_url`."""

    _model: str = PrivateAttr()
    _base_url: str = PrivateAttr()
    _key: SecretStr = PrivateAttr()

    def __init__(self, model: str, base_url: str, key: str | None = None) -> None:
        """Raises SettingsError for a base URL that is none."""
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
        """An estimate from the number of characters: the server's tokenizer is not known."""
        return [-(-len(text) // CHARACTERS_A_TOKEN) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vector:
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        # An empty input is an error to many servers; a blank has a vector everywhere.
        clean = [text if text.strip() else "-" for text in texts]
        rows = [row for start in range(0, len(clean), BATCH) for row in self._ask(clean[start : start + BATCH])]
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
        texts = [
            text
            for passage in passages
            for text in (passage.text, *(passage.text[start:end] for start, end in passage.sentences))
        ]
        rows = iter(self.encode(texts))
        found = []
        for passage in passages:
            vector = next(rows)
            sentences = [next(rows) for _ in passage.sentences]
            found.append(PassageVectors(vector, np.array(sentences, dtype=np.float32).reshape(-1, len(vector))))
        return found

    @cached_property
    def _client(self) -> Any:
        import openai

        return openai.OpenAI(
            api_key=self._key.get_secret_value(),
            base_url=self._base_url,
            timeout=openai.Timeout(60.0, connect=5.0),
            max_retries=2,
        )

    def _ask(self, texts: list[str]) -> list[list[float]]:
        import openai

        try:
            answer = self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        except openai.APIStatusError as error:
            raise EncoderError(
                f"{self.fingerprint} answered {error.status_code}; check RAG_EMBED_MODEL, RAG_EMBED_BASE_URL and "
                "RAG_EMBED_API_KEY"
            ) from None
        except (openai.OpenAIError, ValueError) as error:
            raise EncoderError(
                f"{self.fingerprint} cannot be reached ({type(error).__name__}); is the server at {self._base_url} up?"
            ) from None
        if not hasattr(answer, "data"):  # a page of a proxy, say, which the client hands on as it came
            raise EncoderError(f"{self.fingerprint} answered with something else than embeddings; check the base URL")
        rows = [item.embedding for item in sorted(answer.data or [], key=lambda item: item.index)]
        if len(rows) != len(texts):
            raise EncoderError(f"{self.fingerprint} gave {len(rows)} vectors for {len(texts)} texts; check the server")
        return rows
