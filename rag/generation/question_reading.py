"""Parses a language model's reading of a question.

A reading is the standalone question, its kind and its subject. The prompt (prompts/understand.md) asks for the lines
"Question: …", "Kind: …" and "Subject: …". The reply is data: the caller has to check whether its kind exists.
"""

import re
from dataclasses import dataclass

# A longer text is an answer, not a question.
MAX_QUESTION_CHARACTERS = 600
_LABELLED_LINE = re.compile(
    r"[^\w“\"]*(?:(?:standalone|rewritten|last) )?(?P<label>question|kind|subject)[*_`\s]*:(?P<value>.*)", re.IGNORECASE
)
# An action may be written as two words: "who wrote".
_KIND = re.compile(r"(?P<kind>[a-z]+)(?:[\s/:,-]+(?P<action>[a-z]+(?:[\s_-][a-z]+)?))?")
_AROUND_A_VALUE = "\"'“”‘’*`<>[]().?!-–— \t"
_NOTHING = ("none", "nothing", "n/a", "no subject")


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """A language model's reading of a question.

    `question` is the standalone question, None if the reply has none. `kind` and `action` are the words of the reply,
    "" if it has none. `subject` is the subject of the question, "" for no subject, None if the reply has no such line.
    """

    question: str | None
    kind: str = ""
    action: str = ""
    subject: str | None = None


def parse_reading(reply: str) -> QuestionReading | None:
    """The reading in `reply`; None if it cannot be read.

    A reply of one line without a label is only the question, as a user's own prompt may ask for it.
    """
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    labelled = [(number, match) for number, line in enumerate(lines) if (match := _LABELLED_LINE.match(line))]
    if not labelled and len(lines) == 1:
        labelled = [(0, match)] if (match := _LABELLED_LINE.match(f"Question: {lines[0]}")) else []
    values = {match["label"].casefold(): match["value"] for _, match in labelled}
    # A label that occurs twice is ambiguous, and a line between two labels may belong to either.
    is_one_block = bool(labelled) and labelled[-1][0] - labelled[0][0] == len(labelled) - 1 == len(values) - 1
    if not is_one_block or ("kind" not in values and len(lines) > 1):
        return None
    question: str | None = values.get("question", "").strip('"“”*` ')
    if not question or len(question) > MAX_QUESTION_CHARACTERS:
        question = None
    kind = _KIND.fullmatch(values.get("kind", "").casefold().strip(_AROUND_A_VALUE))
    if not kind:
        return QuestionReading(question) if question else None
    subject = values["subject"].strip(_AROUND_A_VALUE) if "subject" in values else None
    if subject is not None and (subject.casefold() in _NOTHING or len(subject) > MAX_QUESTION_CHARACTERS):
        subject = ""
    return QuestionReading(question, kind["kind"], re.sub(r"[\s-]", "_", kind["action"] or ""), subject)
