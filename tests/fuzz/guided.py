"""One part under atheris: inputs that reach new lines are changed on. `python -m tests.fuzz.guided NAME RUNS`

Runs as a process of its own, since the fuzzer takes the process over; the modules under test are instrumented when they
are imported. Fails, with the input, where the check does.
"""

import json
import sys

import atheris

with atheris.instrument_imports(include=["rag"]):
    from rag.errors import RagError  # noqa: F401 - the package, instrumented
    from tests.fuzz import inputs, read, said, targets


def once(data: bytes) -> None:
    """The text that the pieces and characters of `data` make, or the bytes themselves, through the check of NAME."""
    given = atheris.FuzzedDataProvider(data)
    text = ""
    while given.remaining_bytes() and len(text) < 2_000:
        if given.ConsumeBool():
            text += inputs.PIECES[given.ConsumeIntInRange(0, len(inputs.PIECES) - 1)]
        else:
            text += given.ConsumeUnicode(8)
    match NAME:
        case "prose of a model":
            said.check_prose((text, [len(text) // 3, len(text) // 2]))
        case "json lines":
            field = inputs.FIELDS[len(data) % len(inputs.FIELDS)]
            line = json.dumps({"title": "t", "text": "x", field: text}).encode() if len(data) % 3 else data
            read.check_json_line(line)
        case "bytes":
            read.check_bytes(data)
        case _:
            targets.TARGETS[NAME].check(text)


if __name__ == "__main__":
    NAME, runs = sys.argv[1], sys.argv[2]
    atheris.Setup([sys.argv[0], f"-runs={runs}", "-max_len=512", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=1",
                   *sys.argv[3:]], once)  # fmt: skip
    atheris.Fuzz()
