"""The encoder that the settings name."""

import pytest

from rag.embedding.bundled import BundledEncoder
from rag.embedding.factory import open_encoder
from rag.embedding.remote import RemoteEncoder
from rag.errors import SettingsError
from rag.settings import load_settings


def test_without_an_endpoint_the_bundled_encoder_is_opened() -> None:
    encoder = open_encoder(load_settings(threads=3))
    assert isinstance(encoder, BundledEncoder)
    assert encoder.threads == 3


def test_an_endpoint_of_the_settings_is_opened_without_connecting() -> None:
    encoder = open_encoder(load_settings(embed_model="m", embed_base_url="http://127.0.0.1:9/v1"))
    assert isinstance(encoder, RemoteEncoder)
    assert encoder.fingerprint == "openai:m@127.0.0.1:9"


@pytest.mark.parametrize("half", [{"embed_model": "x"}, {"embed_base_url": "http://127.0.0.1:9/v1"}])
def test_half_an_endpoint_is_a_settings_error(half: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="go together"):
        open_encoder(load_settings(**half))
