"""The embeddings endpoint has the vectors of the library's own encoder."""

from typing import Any

import numpy as np
import openai
import pytest

from tests.server.openai_protocol.conftest import post_json

TEXTS = ["Beijing wants a quiet neighbour.", "Bread rises in the oven."]


@pytest.mark.parametrize("form", ["float", "base64"])
def test_an_openai_client_gets_unit_vectors_of_the_encoder(quoting: str, form: Any) -> None:
    client = openai.OpenAI(base_url=f"{quoting}/v1", api_key="any", max_retries=0)
    done = client.embeddings.create(model="all-MiniLM-L6-v2-int8", input=TEXTS, encoding_format=form)
    assert done.usage.total_tokens > 10
    if form == "base64":
        return
    vectors = np.array([row.embedding for row in done.data])
    assert vectors.shape == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("fields", "status", "parameter"),
    [
        ({"input": []}, 400, "input"),
        ({"input": "  "}, 400, "input"),
        ({"input": ["x" * 20_001]}, 400, "input"),
        ({"input": "x", "dimensions": 12}, 400, "dimensions"),
        ({"input": "x", "model": "text-embedding-3-small"}, 404, "model"),
    ],
)
def test_what_cannot_be_encoded_is_refused_by_name(quoting: str, fields: Any, status: int, parameter: str) -> None:
    given, error = post_json(f"{quoting}/v1/embeddings", fields)
    assert (given, error["error"]["param"]) == (status, parameter)
