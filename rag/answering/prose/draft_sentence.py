"""A sentence that a language model wrote, on its way to a statement of the answer."""

from dataclasses import dataclass, field

from rag.answering.evidence import Quote
from rag.types.revision import Revision


@dataclass(slots=True)
class DraftSentence:
    """A sentence that a model wrote.

    `parts` are its words and, between them, the quotes of its markers. `lead` is the white space and list dash before
    it. `text` (the words without markers) and `support` in [0, 1] are set when the sentence ends. `revision` is what
    became of it, if it does not stand as the model wrote it.
    """

    lead: str
    parts: list[str | Quote] = field(default_factory=list)
    text: str = ""
    support: float = 0.0
    revision: Revision | None = None

    @property
    def quotes(self) -> list[Quote]:
        """The distinct quotes that the sentence cites, in order of first use."""
        return list(dict.fromkeys(part for part in self.parts if not isinstance(part, str)))

    @property
    def is_in_answer(self) -> bool:
        """Whether the sentence, or what replaces it, is a statement of the answer."""
        return self.revision is None or self.revision.change in ("corrected", "quoted")

    @property
    def as_written(self) -> str:
        """The words that the model wrote at first."""
        return self.revision.text if self.revision else self.text
