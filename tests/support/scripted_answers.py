"""An engine whose answers a scripted chat server writes, and sentences about the bundled corpus for the script."""

from pathlib import Path
from typing import Any

from rag import QueryEngine, open_engine
from rag.settings import load_settings
from tests.support.servers.chat_server import KEY, ChatServer

QUESTION = "Why does China dislike the pact?"
TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"
OTHER = "A second meeting would have to include Russia"
INVENTED = "Kim sent ninety nuclear bombs to Paris"


def open_scripted_engine(home: Path, server: ChatServer, **settings: Any) -> QueryEngine:
    """An engine over the library in `home` with the model of `server`; `settings` by their fields' names.

    The model is shown passages, so that a script may name their numbers.
    """
    chosen = {"llm_evidence": "passages", **settings}
    return open_engine(
        settings=load_settings(home=home, llm_model="scripted", llm_base_url=server.url, llm_api_key=KEY, **chosen)
    )
