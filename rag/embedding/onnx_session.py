"""Opens the files of the bundled models.

These are the ONNX Runtime sessions and the tokenizer that the models share. This is the one module that imports
onnxruntime and tokenizers. It loads local files only and never downloads.
"""

from pathlib import Path
from typing import Any

from rag.errors import EncoderError
from rag.package_data import model_file
from rag.settings import cpu_count

TOKENIZER_FILE = model_file("tokenizer.json")
_LOG_ERRORS_ONLY = 3


def open_onnx_session(model: Path, threads: int) -> Any:
    """Opens an ONNX Runtime session on the processor.

    `threads` is the number of threads inside one run, 0 for one per processor. Raises EncoderError when the file is
    missing or cannot be loaded.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cpu_count()
    options.log_severity_level = _LOG_ERRORS_ONLY
    path = str(require_file(model))
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base class but Exception
        raise EncoderError(f"{model} cannot be loaded ({error}); install the package again") from error


def open_tokenizer() -> Any:
    """Opens the bundled models' tokenizer, without padding and truncation.

    Raises EncoderError when its file is missing.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(require_file(TOKENIZER_FILE)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def require_file(path: Path) -> Path:
    """`path`, if it is a file. Raises EncoderError when it is missing."""
    if not path.is_file():
        raise EncoderError(f"{path} is missing; install the package again")
    return path
