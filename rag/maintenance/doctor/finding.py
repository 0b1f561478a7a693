"""What an examination found, in one line."""

from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined.

    `subject` names it, `text` says how it is. `todo` says what to do about a "warning", which limits or will limit, or
    a "problem", which stops something; it is "" for "ok".
    """

    subject: str
    level: Level
    text: str
    todo: str = ""

    def __str__(self) -> str:
        """The finding as one line."""
        line = f"{self.level:<8} {self.subject:<14} {self.text}"
        return f"{line}; {self.todo}" if self.todo else line

    def to_dict(self) -> dict[str, Any]:
        """The finding as `rag doctor --json` prints it."""
        return {"subject": self.subject, "level": self.level, "text": self.text, "todo": self.todo}
