"""Finds the heading of a page by the size of its type.

A title is set larger than the text, in one line or in several.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.readers.encoding import to_one_line

# Pieces of text that are looked at; a page of an article has some hundred.
MAX_PIECES = 5_000
# A heading is set larger than the text by at least this factor.
_MIN_RATIO = 1.15
# Sizes that differ by less are one size, which rounding has changed.
_SAME_SIZE = 1.02
# A shorter text in large type is an initial, or a number.
_MIN_LETTERS = 4
# A heading that begins after more pieces stands within the text.
_MAX_PIECES_BEFORE = 25


@dataclass(slots=True)
class TypeSizes:
    """Collects the pieces of a page's text with their sizes in points, in order."""

    pieces: list[tuple[float, str]] = field(default_factory=list)

    def visit(
        self, text: str, current: Sequence[float], text_matrix: Sequence[float], _font: object, size: float
    ) -> None:
        """Takes a piece of text as pypdf gives it, with matrices and size of font."""
        if not text.strip() or len(self.pieces) >= MAX_PIECES:
            return
        try:
            height = abs(size) * math.hypot(text_matrix[2], text_matrix[3]) * math.hypot(current[2], current[3])
        except (TypeError, ValueError, IndexError, OverflowError):  # a damaged page
            return
        if math.isfinite(height) and height > 0:
            self.pieces.append((round(height, 1), text))

    def heading(self, max_characters: int) -> str | None:
        """The text in the largest type at the head; None if all is of one size."""
        characters: Counter[float] = Counter()
        for size, text in self.pieces:
            characters[size] += len(text)
        if not characters:
            return None
        usual = characters.most_common(1)[0][0]
        best: tuple[float, str] = (usual * _MIN_RATIO, "")
        for size, text in self._runs():
            if size > best[0] * _SAME_SIZE and sum(map(str.isalpha, text)) >= _MIN_LETTERS:
                best = (size, text)
        return best[1] if best[1] and len(best[1]) <= max_characters else None

    def _runs(self) -> list[tuple[float, str]]:
        """The texts of neighbouring pieces of one size that begin at the head."""
        runs: list[tuple[float, list[str]]] = []
        for number, (size, text) in enumerate(self.pieces):
            if runs and max(size, runs[-1][0]) <= min(size, runs[-1][0]) * _SAME_SIZE:
                runs[-1][1].append(text)
            elif number < _MAX_PIECES_BEFORE:
                runs.append((size, [text]))
            else:
                break
        return [(size, to_one_line(" ".join(texts))) for size, texts in runs]
