"""The command line of the MCP inspector; its folder is the working folder."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
COMMAND = (
    "mcp-inspector --cli ADDRESS/mcp --transport http --header 'Authorization: Bearer KEY' "
    "--method tools/call --tool-name ask --tool-arg 'question=QUESTION'"
)
# end


def call(key: str) -> "subprocess.CompletedProcess[str]":
    program, *words = shlex.split(COMMAND)
    for name, value in (("ADDRESS", ADDRESS), ("KEY", key), ("QUESTION", QUESTION)):
        words = [word.replace(name, value) for word in words]
    return subprocess.run([Path("node_modules", ".bin", program), *words], capture_output=True, text=True)


done, stranger = call(KEY), call("x")
assert done.returncode == 0, done.stderr
answer = json.loads(done.stdout)["structuredContent"]
titles = [citation["title"] for citation in answer["citations"]]
refused = stranger.stdout + stranger.stderr if stranger.returncode else ""
print(json.dumps({"answer": answer["answer"], "pieces": [], "titles": titles, "refused": refused}))
