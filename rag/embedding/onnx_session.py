"""Opens the files of the bundled models.

These are the ONNX Runtime sessions and the tokenizer that the models share. This is the one module that imports
onnxruntime and tokenizers. It loads local files only and never downloads.
"""

import threading
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from rag.errors import EncoderError
from rag.package_data import model_file
from rag.settings.process import cpu_count

TOKENIZER_FILE = model_file("tokenizer.json")
_LOG_ERRORS_ONLY = 3
# The sessions that are in use, by file, its size and time, and threads. Sessions are thread-safe, and one of 22 million
# weights takes about 100 MB: the engines of a process share them.
_sessions: WeakValueDictionary[tuple[str, int, int, int], Any] = WeakValueDictionary()
_sessions_lock = threading.Lock()


def open_onnx_session(model: Path, threads: int) -> Any:
    """An ONNX Runtime session on the processor.

    Engines share the session of a file. `threads` is the number of threads inside one run, 0 for one per processor.
    Raises EncoderError when the file is missing or cannot be loaded.
    """
    file = require_file(model).stat()
    key = (str(model), file.st_size, file.st_mtime_ns, threads)
    with _sessions_lock:
        session = _sessions.get(key)
        if session is None:
            session = _sessions[key] = _open(model, threads)
    return session


def _open(model: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cpu_count()
    options.log_severity_level = _LOG_ERRORS_ONLY
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base class but Exception
        raise EncoderError(f"{model} cannot be loaded ({error}); install the package again") from error


@cache
def open_tokenizer() -> Any:
    """Opens the bundled models' tokenizer, without padding and truncation.

    The models of a process share it, and threads may; nobody changes it. Reading its file takes 17 ms. Raises
    EncoderError when the file is missing.
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
