"""Who is the owner: who has the Owner and Evals tabs, and may use them.

A page without these tabs has no functions for them either. All users of one key are alike, so a server with a key has
the tabs only if its settings say so.
"""

from collections.abc import Mapping

from rag.errors import RagError, SettingsError
from rag.settings import Settings

# What a proxy adds to the requests that it passes on. Behind one, a visitor seems to be a user of this machine.
FORWARDING_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def has_owner_page(settings: Settings, *, loopback_only: bool) -> bool:
    """Whether the page has what is for its owner.

    `loopback_only` is whether the server answers only to the names of this machine. Raises SettingsError if the
    settings would give the page to everyone.
    """
    if settings.owner_page == "off" or settings.read_only:
        return False
    if settings.owner_page == "on":
        if settings.api_key is None and not loopback_only:
            raise SettingsError(
                "RAG_OWNER_PAGE is on, and everyone may open the page; set RAG_API_KEY, or switch it off"
            )
        return True
    return loopback_only and not settings.host_names


def check_owner(settings: Settings, headers: Mapping[str, str]) -> None:
    """Raises RagError for a request that another machine may have sent.

    With a key, every request that comes so far has it.
    """
    if settings.api_key is None and any(name in headers for name in FORWARDING_HEADERS):
        raise RagError("this is for the server's owner, on the machine itself")
