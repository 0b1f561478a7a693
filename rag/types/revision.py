"""What became of a model's sentence that does not stand as it was written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Change = Literal["corrected", "quoted", "left out", "dropped"]


@dataclass(frozen=True, slots=True)
class Revision:
    """What became of a sentence that does not stand as a model wrote it.

    `text` is the sentence as written. `change` says what was done: it was corrected by the model, turned into a quote,
    left out, or dropped by the model or with the whole draft. `reason` says why. `replacement` is what stands in its
    place, "" if nothing does.
    """

    text: str
    change: Change
    reason: str
    replacement: str = ""

    def __str__(self) -> str:
        """The revision in one line: "left out, beside the question: …"."""
        replaced = f" → {self.replacement}" if self.replacement else ""
        return f"{self.change}, {self.reason}: {self.text}{replaced}"


def left_out_text(revisions: Sequence[Revision]) -> str:
    """The sentences left out, by reason: "1 beside the question, left out"."""
    reasons = Counter(revision.reason for revision in revisions if revision.change == "left out")
    return "; ".join(f"{number} {reason}, left out" for reason, number in reasons.items())
