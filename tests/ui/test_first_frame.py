"""The frame in front of Gradio's document."""

from rag.ui.first_frame import with_frame

DOCUMENT = (
    b'<html><head><meta property="og:title" content="Gradio" /></head><body><gradio-app></gradio-app></body></html>'
)


def test_the_frame_stands_before_gradio_s_element_and_its_previews_are_gone() -> None:
    document = with_frame(DOCUMENT)
    assert document.index(b'id="first-frame"') < document.index(b"<gradio-app>")
    assert b"og:title" not in document


def test_a_document_without_gradio_s_element_stays_as_it_is() -> None:
    assert with_frame(b"<html>login</html>") == b"<html>login</html>"
