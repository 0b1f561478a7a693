"""Runs one target under atheris, which keeps and changes the inputs that reach new lines.

    python -m tests.fuzz.guided NAME RUNS

A process of its own, since the fuzzer takes over the process. The modules under test are instrumented when they are
imported. Fails, and prints the input, when the check fails.
"""

import json
import sys

import atheris

with atheris.instrument_imports(include=["rag"]):
    from rag.errors import RagError  # noqa: F401 - the package, instrumented
    from tests.fuzz import inputs, reader_checks, targets, text_checks


def check_data(data: bytes) -> None:
    """Checks target NAME with the text made of `data`, pieces and characters, or with the bytes themselves."""
    provider = atheris.FuzzedDataProvider(data)
    text = ""
    while provider.remaining_bytes() and len(text) < 2_000:
        if provider.ConsumeBool():
            text += inputs.PIECES[provider.ConsumeIntInRange(0, len(inputs.PIECES) - 1)]
        else:
            text += provider.ConsumeUnicode(8)
    match NAME:
        case "prose of a model":
            text_checks.check_model_prose((text, [len(text) // 3, len(text) // 2]))
        case "json lines":
            field = inputs.FIELDS[len(data) % len(inputs.FIELDS)]
            line = json.dumps({"title": "t", "text": "x", field: text}).encode() if len(data) % 3 else data
            reader_checks.check_json_line(line)
        case "bytes":
            reader_checks.check_bytes(data)
        case _:
            targets.TARGETS[NAME].check(text)


if __name__ == "__main__":
    NAME, runs = sys.argv[1], sys.argv[2]
    atheris.Setup([sys.argv[0], f"-runs={runs}", "-max_len=512", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=1",
                   *sys.argv[3:]], check_data)  # fmt: skip
    atheris.Fuzz()
