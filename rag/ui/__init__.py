"""The Gradio page. Importing any part of it imports Gradio."""

from rag.ui.gradio_import import import_gradio

import_gradio()
