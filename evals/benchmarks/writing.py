"""What a language model's answer costs beyond the model itself: retrieval, grounding and the check of each sentence.

Run: python -m evals.benchmarks.writing. A scripted OpenAI-compatible server on loopback writes, for each question of
the dev split, sentences of the passages that it is shown, their openings changed so that none stands there word for
word, at 100 tokens a second. Its own time, from a request to its last byte, is taken from the whole; corrections are
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from evals.suite import load as load_suite
from rag import open_engine
from rag.sentences import sentence_spans
from rag.settings import bundled, load_settings

SENTENCES = 6
# As fast as a model on a good server writes.
SECONDS_A_TOKEN = 0.01
_PASSAGE = re.compile(r'<passage number="(\d+)">\n.*?\n\n(.*?)\n</passage>', re.DOTALL)


class Server(ThreadingHTTPServer):
    """Writes `SENTENCES` sentences of what it is shown; `took` are its own seconds, a request each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.took: list[float] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        began = time.perf_counter()
        text = answer_to(body["messages"][-1]["content"])
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for piece in re.findall(r"\S+\s*", text):
            self._send({"content": piece}, None)
            time.sleep(SECONDS_A_TOKEN)
        self._send({}, "stop")
        self.server.took.append(time.perf_counter() - began)

    def _send(self, delta: dict[str, str], finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def answer_to(prompt: str) -> str:
    """The first sentences of the passages in turn, each with its marker and another beginning."""
    passages = [(int(number), text) for number, text in _PASSAGE.findall(prompt)]
    split = [[(number, text[a:b]) for a, b in sentence_spans(text)] for number, text in passages]
    chosen = [one[at] for at in range(SENTENCES) for one in split if at < len(one)][:SENTENCES]
    return " ".join(f"It is also true that {text[:1].lower()}{text[1:].rstrip('.')} [{n}]." for n, text in chosen)


def added(home: Path) -> tuple[list[float], list[float]]:
    """For each answer that the model wrote: milliseconds beyond its own, and those of retrieval among them."""
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = load_settings(home=home, llm_model="scripted", llm_base_url=server.url, repair=False, writer="llm")
    taken: list[float] = []
    retrieved: list[float] = []
    with open_engine(settings=settings, empty=True) as engine:
        engine.add(bundled("corpus") / "articles")
        questions = [case.question for case in load_suite("commentary", "dev") if case.question]
        for number, question in enumerate([*questions[:5], *questions]):
            before = len(server.took)
            start = time.perf_counter()
            answer = engine.ask(question)
            took = time.perf_counter() - start
            if number >= 5 and answer.writer.startswith("llm:") and len(server.took) == before + 1:
                taken.append((took - server.took[-1]) * 1000)
                retrieved.append(answer.timings.retrieve)
    server.shutdown()
    return taken, retrieved


def main(argv: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench writing"
    ).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        taken, retrieved = added(Path(folder) / "home")
    cuts = statistics.quantiles(taken, n=20)
    print(
        f"beyond the model's own time: p50 {statistics.median(taken):.0f} ms, p95 {cuts[18]:.0f} ms over {len(taken)} "
        f"answers of {SENTENCES} sentences, of which retrieval p50 {statistics.median(retrieved):.0f} ms"
    )


if __name__ == "__main__":
    main()
