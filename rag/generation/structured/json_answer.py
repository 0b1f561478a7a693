"""Reads a language model's JSON answer, as it arrives, as text with markers.

The rest of the system reads one form: sentences with markers. Only whole sentences are passed on, so JSON that is cut
off or broken loses the sentence that it ends in and no other. A reply that is not JSON is passed on as it is. Nothing
in the JSON is trusted: a value of the wrong type counts as absent.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rag.text.citation_markers import marker_numbers
from rag.text.sentences import sentence_spans
from rag.text.unicode import replace_unencodable

# The reply that prompts/answer.md asks for if the passages do not answer.
NO_ANSWER_TEXT = "NOT IN THE CORPUS"
# A longer reply, or more white space in a row, runs on without end: a model that is held to a grammar may write blanks
# for ever.
MAX_REPLY_CHARACTERS = 40_000
MAX_BLANKS = 300
# The length of the longest number that can be a marker.
MAX_DIGITS = 4
# The length of JSON's longest escape, as \u00e9.
ESCAPE_CHARACTERS = 6
_THOUGHTS_START, _THOUGHTS_END = "<think>", "</think>"
_OBJECT_START = re.compile(r"\s*(?:```[ \t]*(?:json)?\s*)?\{(?=\s*[\"}])", re.IGNORECASE)
# What may still become the start of an object.
_UNDECIDED = re.compile(r"\s*(?:`{0,2}|```[ \t]*(?:j|js|jso|json)?\s*(?:\{\s*)?|\{\s*)", re.IGNORECASE)
_KEY = re.compile(r"(?P<name>\"(?:[^\"\\]|\\.)*\")\s*:\s*(?=\S)", re.DOTALL)
_FINAL_STOP = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]」』）]*$")
_NUMBER = re.compile(rf"\W*(\d{{1,{MAX_DIGITS}}})\W*")
_BETWEEN = " \t\r\n,"
_AFTER_A_NUMBER = frozenset(" \t\r\n,]}")
# Names of what the object holds beside its members.
_ITEM, _END_OF_ITEMS = "an item of sentences", "the end of sentences"
# Strict JSON has no control characters in its strings; a model that no grammar holds writes them.
_DECODER = json.JSONDecoder(strict=False)


class JsonAnswer:
    """Reads one reply.

    `is_empty` is whether it was JSON that holds neither a sentence nor the word that there is no answer; `runs_on` is
    whether it has no end, and was read up to a limit.
    """

    def __init__(self) -> None:
        self._rest = ""  # what has not been read yet
        self._length = 0
        self._is_json: bool | None = None  # None: too little text to tell
        self._is_in_items = False
        self._is_over = False
        self.runs_on = False
        self._items = 0
        self._has_passed_on = False

    @property
    def is_empty(self) -> bool:
        return bool(self._is_json) and not self._has_passed_on

    def marked_text(self, pieces: Iterable[str]) -> Iterator[str]:
        """Yields the reply as text with markers; `pieces` are the reply as it arrives."""
        for piece in pieces:
            yield from self.feed(piece)
            if self.runs_on:
                break
        yield from self.finish()

    def feed(self, piece: str) -> Iterator[str]:
        """Yields the text that is certain so far."""
        if self._is_over:
            return
        self._rest += piece
        self._length += len(piece)
        if self._is_json is None:
            self._is_json = self._starts_object()
        if self._is_json:
            yield from self._sentences()
            blanks = len(self._rest) - len(self._rest.rstrip())
            self.runs_on = self._length > MAX_REPLY_CHARACTERS or blanks > MAX_BLANKS
            self._is_over = self._is_over or self.runs_on
        elif self._is_json is False:
            yield self._rest
            self._rest = ""

    def finish(self) -> Iterator[str]:
        """Yields the text that was held back."""
        if self._is_json is None and self._rest:
            yield self._rest
        elif self._is_json and self._has_passed_on:
            # Each sentence that was passed on is whole, even if the reply was cut off.
            yield "\n"
        self._rest, self._is_over = "", True

    # -- inside -------------------------------------------------------------------------------------------------------

    def _starts_object(self) -> bool | None:
        """Whether the reply is a JSON object, None while that is open; enters the object."""
        text = self._rest.lstrip()
        if self._length > MAX_REPLY_CHARACTERS:
            return False
        if text.startswith(_THOUGHTS_START):
            _, end, text = text.partition(_THOUGHTS_END)
            if not end:
                return None
        elif text and _THOUGHTS_START.startswith(text):
            return None
        if start := _OBJECT_START.match(text):
            self._rest = text[start.end() :]
            return True
        return None if _UNDECIDED.fullmatch(text) else False

    def _sentences(self) -> Iterator[str]:
        """Yields the sentences that are whole, or the word that there is no answer."""
        for name, value in self._whole_values():
            if name == _ITEM:
                text = _marked_sentence(value)
            else:
                says_no = (name == _END_OF_ITEMS and not self._items) or (name == "answered" and _is_no(value))
                text = NO_ANSWER_TEXT if says_no and not self._has_passed_on else ""
            if text:
                yield f" {text}" if self._has_passed_on else text
                self._has_passed_on = True
            self._items += name == _ITEM

    def _whole_values(self) -> Iterator[tuple[str, Any]]:
        """Reads the whole members of the object; the sentences one by one."""
        while not self._is_over:
            self._rest = self._rest.lstrip(_BETWEEN) or self._rest
            if self._is_in_items:
                start, name = 0, _ITEM
                if self._rest.startswith("]"):
                    self._rest, self._is_in_items = self._rest[1:], False
                    yield _END_OF_ITEMS, None
                    continue
            elif key := _KEY.match(self._rest):
                try:
                    start, name = key.end(), str(_DECODER.raw_decode(self._rest)[0])
                except json.JSONDecodeError as error:
                    self._is_over = not self._mends_escape(error)
                    continue
                if name == "sentences" and self._rest[start] == "[":
                    self._rest, self._is_in_items = self._rest[start + 1 :], True
                    continue
            else:
                self._is_over = self._rest.startswith("}")
                return
            try:
                value, end = _DECODER.raw_decode(self._rest, start)
            except json.JSONDecodeError as error:
                if self._mends_escape(error):
                    continue
                return
            except (ValueError, RecursionError):  # a number of thousands of digits, a deep nesting
                return
            is_closed = isinstance(value, str | list | dict) or self._rest[end : end + 1] in _AFTER_A_NUMBER
            if not is_closed:
                return
            self._rest = self._rest[end:]
            yield name, value

    def _mends_escape(self, error: json.JSONDecodeError) -> bool:
        """Makes a character of the backslash that began an escape unknown to JSON.

        Returns whether `error` is such an escape. One that more text may complete is left alone.
        """
        start = self._rest.rfind("\\", 0, error.pos + 1)
        is_whole = len(self._rest) > start + ESCAPE_CHARACTERS
        if start < 0 or not is_whole or not error.msg.startswith("Invalid \\"):
            return False
        self._rest = f"{self._rest[:start]}\\{self._rest[start:]}"
        return True


def _marked_sentence(item: Any) -> str:
    """The text of an item with its citations as markers, "" for none.

    An item may hold several sentences; each has all the citations.
    """
    fields = item if isinstance(item, dict) else {"text": item}
    text, citations = fields.get("text"), fields.get("citations")
    if not isinstance(text, str):
        return ""
    text = replace_unencodable(" ".join(text.split()))
    numbers = dict.fromkeys(
        number for value in (citations if isinstance(citations, list) else [citations]) if (number := _number(value))
    )
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    return " ".join(_with_markers(sentence, numbers) for sentence in sentences if sentence.strip())


def _with_markers(sentence: str, numbers: Iterable[int]) -> str:
    own = set(marker_numbers(sentence))
    markers = "".join(f"[{number}]" for number in numbers if number not in own)
    has_stop = bool(own) or _FINAL_STOP.search(sentence)
    return f"{sentence}{'' if has_stop else '.'}{' ' if markers else ''}{markers}"


def _number(value: Any) -> int | None:
    """A citation's number: 2, 2.0, "2" and "[2]" are the same."""
    digits = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if digits:
        return int(digits[1])
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 < value < 10**MAX_DIGITS and value == int(value) else None


def _is_no(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.strip().casefold() in ("false", "no"))
