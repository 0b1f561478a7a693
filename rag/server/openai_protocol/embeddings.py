"""OpenAI's embeddings endpoint over the library's encoder."""

import base64
from typing import Any, Literal

import numpy as np
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from rag.embedding.base import Encoder
from rag.server.openai_protocol.guarded_routes import MODEL_NOT_FOUND, ProtocolError

MAX_TEXTS = 256
MAX_CHARACTERS = 20_000


class EmbeddingsRequest(BaseModel):
    model_config = ConfigDict(extra="ignore")

    model: str | None = None
    input: str | list[str]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


async def embeddings_response(encoder: Encoder, request: EmbeddingsRequest) -> Response:
    """The vectors of the request's texts, of unit length.

    Raises ProtocolError.
    """
    texts = [request.input] if isinstance(request.input, str) else request.input
    if request.model is not None and request.model != encoder.model_name:
        message = f"there is no embedding model {request.model!r}; there is {encoder.model_name!r}"
        raise ProtocolError(message, "model", status=404, code=MODEL_NOT_FOUND)
    if request.dimensions is not None and request.dimensions != encoder.dimension:
        raise ProtocolError(f"vectors have {encoder.dimension} dimensions; leave dimensions out", "dimensions")
    if not texts or len(texts) > MAX_TEXTS or not all(text.strip() for text in texts):
        raise ProtocolError(f"input holds 1 to {MAX_TEXTS} texts, none of them empty", "input")
    if any(len(text) > MAX_CHARACTERS for text in texts):
        raise ProtocolError(f"a text has at most {MAX_CHARACTERS} characters; send it in parts", "input")
    vectors = await run_in_threadpool(encoder.encode, texts)
    tokens = sum(encoder.count_tokens(texts))
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(vector, request.encoding_format)}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JSONResponse({"object": "list", "data": data, "model": encoder.model_name, "usage": usage})


def _encoded(vector: Any, form: str) -> list[float] | str:
    if form == "base64":
        return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")
    return [float(value) for value in vector]
