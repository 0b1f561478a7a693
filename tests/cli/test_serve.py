"""`rag serve` from start to Ctrl-C; tests/server has what it serves."""

import re
import signal
from pathlib import Path

from tests.support.command_line import result_of, start_command


def test_serve_prints_its_address_when_ready_and_ends_with_ctrl_c(home: Path) -> None:
    process = start_command("--home", home, "serve", "--port", "0")
    try:
        assert process.stdout is not None
        assert re.fullmatch(r"ready: http://127\.0\.0\.1:\d+\n", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        result = result_of(process, timeout=60)
    finally:
        process.kill()
    assert result.code == 130
    assert "Traceback" not in result.err
