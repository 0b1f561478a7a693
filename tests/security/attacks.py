"""What a visitor can send without the page: raw HTTP to the server's own routes, hidden functions included."""

import json
import re
from typing import Any

import httpx

JSON = {"content-type": "application/json"}


def with_placeholders(path: str) -> str:
    """The path of a route with "x" for each parameter."""
    return re.sub(r"\{(\w+)(:\w+)?\}", "x", path)


class Visitor:
    """Sends requests as the page's scripts do, with any content."""

    def __init__(self, address: str) -> None:
        self.web = httpx.Client(base_url=address, timeout=300, limits=httpx.Limits(max_keepalive_connections=0))
        self.config = self.web.get("/config").json()
        self.session = "attack"

    def component(self, element: str) -> int:
        (component_id,) = [
            component["id"] for component in self.config["components"] if component["props"].get("elem_id") == element
        ]
        return int(component_id)

    def server_function(self, element: str, name: str, data: Any) -> httpx.Response:
        body = {"session_hash": self.session, "component_id": self.component(element), "fn_name": name, "data": data}
        return self.web.post("/gradio_api/component_server", json=body)

    def runs(self, index: int, data: list[Any], event: Any = None) -> str:
        """What comes of the page's function `index`, hidden or not: all that its stream of events says."""
        body = {"fn_index": index, "data": data, "session_hash": self.session, "event_data": event}
        joined = self.web.post("/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        text = ""
        with self.web.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as events:
            for line in events.iter_lines():
                text += line + "\n"
                if line.startswith("data:") and json.loads(line[5:]).get("msg") in (
                    "process_completed",
                    "close_stream",
                ):
                    break
        return text
