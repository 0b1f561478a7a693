"""The command line `llm`."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

# how
# extra-openai-models.yaml, in the folder that `dirname "$(llm logs path)"` prints
MODELS = """
- model_id: commentary
  model_name: commentary
  api_base: ADDRESS/v1
  api_key_name: commentary
"""
COMMAND = "llm -m commentary --key KEY QUESTION"
# end


def call(key: str, *options: str) -> "subprocess.CompletedProcess[str]":
    values = {"KEY": key, "QUESTION": sys.argv[3]}
    command = [sys.executable, "-m", *(values.get(word, word) for word in shlex.split(COMMAND)), *options]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "extra-openai-models.yaml").write_text(MODELS.replace("ADDRESS", sys.argv[1]))
        environment = os.environ | {"LLM_USER_PATH": folder}
        return subprocess.run(command, env=environment, capture_output=True, text=True)


streamed, whole, stranger = call(sys.argv[2]), call(sys.argv[2], "--no-stream"), call("x")
assert streamed.returncode == 0, streamed.stderr
print(json.dumps({
    "answer": whole.stdout, "pieces": streamed.stdout.splitlines(), "titles": [],
    "refused": stranger.stderr if stranger.returncode else "",
}))  # fmt: skip
