"""The import of Gradio: no stub files, and Gradio as it would be otherwise."""

import pytest

from tests.support.command_line import python_output

OPENED_STUBS = """
import sys
opened = []
sys.addaudithook(lambda event, values: opened.append(values[0]) if event == "open" else None)
{imports}
print(sum(str(path).endswith(".pyi") for path in opened))
"""


def test_the_page_imports_gradio_without_its_stub_files() -> None:
    assert python_output(OPENED_STUBS.format(imports="import rag.ui.page")).endswith("0")


def test_gradio_still_writes_stub_files_when_it_is_imported_alone() -> None:
    opened = python_output(OPENED_STUBS.format(imports="import gradio")).split()[-1]
    assert int(opened) > 0, "Gradio writes no stubs any more: remove rag/ui/gradio_import.py"


@pytest.mark.parametrize("imports", ["import rag.ui.page", "import gradio, rag.ui.page"])
def test_gradio_has_its_writer_of_stubs_afterwards(imports: str) -> None:
    code = "import gradio.component_meta as meta; print(meta.create_or_modify_pyi.__name__, len(sys.meta_path))"
    finders = python_output(f"import sys, gradio; {code}").split()[-1]
    assert python_output(f"import sys; {imports}; {code}").endswith(f"create_or_modify_pyi {finders}")
