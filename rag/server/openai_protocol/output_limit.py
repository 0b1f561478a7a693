"""Ends a text where a request asks for it.

It ends at a number of tokens, or before a text to stop at.

Tokens are those of the bundled tokenizer, since a quoted answer has no language model whose tokens could be counted.
"""

from typing import Literal

from rag.embedding.onnx_session import open_tokenizer

FinishReason = Literal["stop", "length"]


class OutputLimit:
    """Limits one text, which comes in pieces.

    `is_reached` says that nothing more of it is passed on, `finish_reason` why it ended.
    """

    def __init__(self, max_tokens: int | None = None, stops: tuple[str, ...] = ()) -> None:
        self._max_tokens, self._stops = max_tokens, stops
        self._text = ""
        self._passed_on = 0
        self.is_reached = False
        self.finish_reason: FinishReason = "stop"

    def feed(self, piece: str, *, is_last: bool = False) -> str:
        """The text that may be passed on after `piece` has come.

        The end of the text is held back as long as it may become a text to stop at.
        """
        if self.is_reached:
            return ""
        self._text += piece
        end = len(self._text) if is_last else len(self._text) - self._held_back()
        stop = min((start for stop in self._stops if (start := self._text.find(stop)) >= 0), default=None)
        if stop is not None:
            end, self.is_reached = stop, True
        if self._max_tokens is not None and (limit := token_end(self._text[:end], self._max_tokens)) is not None:
            end, self.is_reached, self.finish_reason = limit, True, "length"
        piece, self._passed_on = self._text[self._passed_on : end], max(end, self._passed_on)
        return piece

    def _held_back(self) -> int:
        """The length of the longest end of the text that begins a text to stop at."""
        return max(
            (size for stop in self._stops for size in range(1, len(stop)) if self._text.endswith(stop[:size])),
            default=0,
        )


def count_tokens(text: str) -> int:
    """The number of tokens of `text`."""
    return len(_offsets(text))


def token_end(text: str, max_tokens: int) -> int | None:
    """Where the first `max_tokens` tokens of `text` end.

    None for a text that has no more.
    """
    offsets = _offsets(text)
    return offsets[max_tokens - 1][1] if len(offsets) > max_tokens else None


def _offsets(text: str) -> list[tuple[int, int]]:
    return list(open_tokenizer().encode(text, add_special_tokens=False).offsets)
