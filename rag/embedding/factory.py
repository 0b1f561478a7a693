"""Opens the encoder that the settings name."""

from rag.embedding.base import Encoder
from rag.embedding.bundled import BundledEncoder
from rag.errors import SettingsError
from rag.settings import Settings


def open_encoder(settings: Settings) -> Encoder:
    """Opens an embeddings endpoint if the settings name one, else the bundled encoder.

    Raises SettingsError when only half of an endpoint is named, or its address is not valid.
    """
    if settings.embed_model and settings.embed_base_url:
        from rag.embedding.remote import RemoteEncoder

        key = settings.embed_api_key.get_secret_value() if settings.embed_api_key else None
        return RemoteEncoder(settings.embed_model, settings.embed_base_url, key)
    if settings.embed_model or settings.embed_base_url:
        raise SettingsError("RAG_EMBED_MODEL and RAG_EMBED_BASE_URL go together; set both or neither")
    return BundledEncoder(threads=settings.threads)
