"""Parses what a language model says of a question.

That is the standalone question, its kind and its subject. The prompt (prompts/understand.md) asks for the lines
"Question: …", "Kind: …" and "Subject: …". The reply is data: its kind is a word that nobody has checked yet.
"""

import re
from dataclasses import dataclass

# A longer text is no question but an answer.
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
    """What a language model says of a question.

    `question` is the standalone question, None where the reply has none. `kind` and `action` are the words of the
    reply, "" where it has none. `subject` is what the question is about, "" for nothing, None where the reply does not
    say.
    """

    question: str | None
    kind: str = ""
    action: str = ""
    subject: str | None = None


def parse_reading(reply: str) -> QuestionReading | None:
    """The reading in `reply`; None where it cannot be read.

    A reply of one line without a label is the question alone, as a prompt of one's own may ask for it.
    """
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    labelled = [(number, match) for number, line in enumerate(lines) if (match := _LABELLED_LINE.match(line))]
    if not labelled and len(lines) == 1:
        labelled = [(0, match)] if (match := _LABELLED_LINE.match(f"Question: {lines[0]}")) else []
    values = {match["label"].casefold(): match["value"] for _, match in labelled}
    # A label that comes twice leaves the choice open, and a line between two of them may belong to either.
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
