"""Whose word a question asks for."""

import pytest

from rag.answering.intent.frames.holders import AskedHolder, asked_holder


@pytest.mark.parametrize(
    ("question", "holder"),
    [
        ("What does the Gazette say about bread?", AskedHolder("the Gazette", is_writer=False)),
        ("What did the Washington Post write about it?", AskedHolder("the Washington Post", is_writer=True)),
        ("What has Nobody Known published on sugar?", AskedHolder("Nobody Known", is_writer=True)),
        ("what did the washington post write about the cup", AskedHolder("the washington post", is_writer=True)),
        ("what did they write about the cup", None),
        ("what did the columnists write about the cup", None),
        ("What does it say about bread?", None),
        ("what did the minister say about bread", None),
        ("Why did the Gazette close?", None),
    ],
)
def test_the_holder_is_a_name(question: str, holder: AskedHolder | None) -> None:
    assert asked_holder(question) == holder
