"""The import of Gradio, without the type stubs that it would write.

Gradio renders a stub file (.pyi) beside the source of each of its components whenever it is imported, for editors. That
takes half of its start, and two processes that start together write the same files of the installation.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

from rag.settings.process import collector_paused

_WRITER_MODULE, _WRITER = "gradio.component_meta", "create_or_modify_pyi"


def import_gradio() -> None:
    """Imports Gradio unless it is imported.

    Afterwards Gradio is as it would be without this: its function that writes stubs is in its place again. Without that
    function (another release of Gradio) it is imported as usual.
    """
    if "gradio" in sys.modules:
        return
    finder = _WithoutStubs()
    sys.meta_path.insert(0, finder)
    try:
        with collector_paused():
            import gradio  # noqa: F401
    finally:
        finder.undo()


class _WithoutStubs:
    """A finder of modules (sys.meta_path) that replaces the writer of stubs.

    It does so as soon as the writer's module is executed.
    """

    def __init__(self) -> None:
        self._module: ModuleType | None = None
        self._writer: object = None

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != _WRITER_MODULE:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_without_writer(module: ModuleType) -> None:
                execute(module)
                if hasattr(module, _WRITER):
                    self._module, self._writer = module, getattr(module, _WRITER)
                    setattr(module, _WRITER, _write_nothing)

            spec.loader.exec_module = execute_without_writer  # type: ignore[method-assign]
        return spec

    def undo(self) -> None:
        """Puts the writer back."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        if self._module is not None:
            setattr(self._module, _WRITER, self._writer)


def _write_nothing(*_: object) -> None:
    """Stands in the place of Gradio's writer of stubs."""
