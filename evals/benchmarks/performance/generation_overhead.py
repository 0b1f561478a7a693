"""Measures the time of a model's answer beyond the model's own time.

It is the time of retrieval, of resolving citations, and of checking each sentence.

Run: python -m evals bench writing. For each question of the dev split, a scripted OpenAI-compatible server on loopback
writes sentences of the passages in its prompt, at 100 tokens a second. Their beginnings are changed, so that no
sentence is in a passage word for word. The server's own time, from a request to its last byte, is subtracted; repair is
off.
"""

import argparse
import json
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from evals.datasets.cases import load_cases
from rag import open_engine
from rag.package_data import bundled_folder
from rag.settings import load_command_settings
from rag.text.sentences import sentence_spans

SENTENCES = 6
# The speed of a model on a good server.
SECONDS_PER_TOKEN = 0.01
WARM_UP_QUESTIONS = 5
_PASSAGE = re.compile(r'<passage number="(\d+)">\n.*?\n\n(.*?)\n</passage>', re.DOTALL)


class ScriptedServer(ThreadingHTTPServer):
    """A chat server that writes sentences of the passages it is given.

    `seconds` has the server's time for each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ScriptedHandler)
        self.seconds: list[float] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _ScriptedHandler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        start = time.perf_counter()
        text = scripted_answer(body["messages"][-1]["content"])
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for token in re.findall(r"\S+\s*", text):
            self._send({"content": token}, None)
            time.sleep(SECONDS_PER_TOKEN)
        self._send({}, "stop")
        self.server.seconds.append(time.perf_counter() - start)

    def _send(self, delta: dict[str, str], finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


@dataclass(frozen=True, slots=True)
class Overhead:
    """Milliseconds of each answer beyond the model's own time.

    `total` is all of them, `retrieval` those of retrieval.
    """

    total: list[float] = field(default_factory=list)
    retrieval: list[float] = field(default_factory=list)


def scripted_answer(prompt: str) -> str:
    """The first sentences of the prompt's passages, taken from each in turn.

    Each has a marker, and a beginning that the passage does not have.
    """
    passages = [(int(number), text) for number, text in _PASSAGE.findall(prompt.replace("**", ""))]
    sentences = [[(number, text[start:end]) for start, end in sentence_spans(text)] for number, text in passages]
    in_turn = [rows[position] for position in range(SENTENCES) for rows in sentences if position < len(rows)]
    return " ".join(
        f"It is also true that {text[:1].lower()}{text[1:].rstrip('.')} [{number}]."
        for number, text in in_turn[:SENTENCES]
    )


def measure_overhead(home: Path) -> Overhead:
    """Asks every question of the dev split, with a library made in `home`."""
    server = ScriptedServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = load_command_settings(
        home=home,
        llm_model="scripted",
        llm_base_url=server.url,
        repair=False,
        writer="llm",
        strict=True,
        llm_evidence="passages",
    )
    overhead = Overhead()
    with open_engine(settings=settings, empty=True) as engine:
        engine.add(bundled_folder("corpus") / "articles")
        questions = [case.question for case in load_cases("commentary", "dev") if case.question]
        for number, question in enumerate([*questions[:WARM_UP_QUESTIONS], *questions]):
            requests = len(server.seconds)
            start = time.perf_counter()
            answer = engine.ask(question)
            seconds = time.perf_counter() - start
            is_written = answer.writer.startswith("llm:") and len(server.seconds) == requests + 1
            if number >= WARM_UP_QUESTIONS and is_written:
                overhead.total.append((seconds - server.seconds[-1]) * 1000)
                overhead.retrieval.append(answer.timings.retrieve)
    server.shutdown()
    return overhead


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints a line."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench writing"
    ).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        overhead = measure_overhead(Path(folder) / "home")
    p95 = statistics.quantiles(overhead.total, n=20)[18]
    print(
        f"beyond the model's own time: p50 {statistics.median(overhead.total):.0f} ms, p95 {p95:.0f} ms over "
        f"{len(overhead.total)} answers of {SENTENCES} sentences, of which retrieval p50 "
        f"{statistics.median(overhead.retrieval):.0f} ms"
    )


if __name__ == "__main__":
    main()
