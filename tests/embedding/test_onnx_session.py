"""The bundled models' files: opened whole, or refused in one line that names the file."""

import gc
from pathlib import Path
from weakref import ref

import pytest

from rag.embedding.onnx_session import open_onnx_session, open_tokenizer, require_file
from rag.errors import EncoderError
from rag.package_data import model_file


def test_the_tokenizer_neither_pads_nor_truncates() -> None:
    short, long = open_tokenizer().encode_batch(["grain", "grain " * 600], add_special_tokens=False)
    assert (len(short.ids), len(long.ids)) == (1, 600)


def test_a_missing_model_is_an_encoder_error(tmp_path: Path) -> None:
    for open_file in (require_file, lambda path: open_onnx_session(path, 1)):
        with pytest.raises(EncoderError, match=r"model\.onnx is missing; install the package again"):
            open_file(tmp_path / "model.onnx")


def test_a_damaged_model_is_an_encoder_error(tmp_path: Path) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"not a model")
    with pytest.raises(EncoderError, match=r"model\.onnx cannot be loaded .*; install the package again"):
        open_onnx_session(damaged, 1)


def test_engines_share_the_session_of_a_model() -> None:
    session = open_onnx_session(model_file("reader.onnx"), 1)
    assert open_onnx_session(model_file("reader.onnx"), 1) is session
    assert open_onnx_session(model_file("reader.onnx"), 2) is not session


def test_a_session_that_no_engine_uses_is_freed() -> None:
    freed = ref(open_onnx_session(model_file("reader.onnx"), 3))
    gc.collect()
    assert freed() is None
