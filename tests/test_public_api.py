"""The names that users import, and what importing them costs."""

import subprocess
import sys

import pytest

import rag

NAMES = {
    "Answer", "Article", "Chat", "Citation", "EncoderError", "EncoderMismatch", "LibraryBusy", "LibraryDamaged",
    "LibraryError", "LibraryMissing", "LibraryVersion", "QueryEngine", "RagError", "RankedPassage", "ReadError",
    "Settings", "SettingsError", "Statement", "open_engine",
}  # fmt: skip


def test_the_exported_names_are_these() -> None:
    assert set(rag.__all__) == NAMES
    for name in NAMES:
        assert getattr(rag, name) is not None


def test_every_error_is_a_rag_error() -> None:
    errors = [getattr(rag, name) for name in NAMES if isinstance(getattr(rag, name), type)]
    raised = [one for one in errors if issubclass(one, Exception)]
    assert len(raised) == 10
    assert all(issubclass(one, rag.RagError) for one in raised)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rag.nothing


def test_importing_the_package_brings_nothing_heavy() -> None:
    heavy = "{'gradio', 'chromadb', 'llama_index', 'onnxruntime', 'openai'}"
    code = f"import sys, rag; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_asking_never_imports_the_page() -> None:
    code = "import sys; from rag import open_engine; import rag.engine; print('gradio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
