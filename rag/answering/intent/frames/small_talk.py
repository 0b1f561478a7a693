"""Recognises the turns that no later question refers to.

They are thanks, greetings and questions about the program.
"""

import re

# A longer turn is a question or a request.
MAX_SMALL_TALK_CHARACTERS = 200

_COURTESY = (
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day|night)|(?:good)?bye|thanks?|thank you|thx|cheers|ok(?:ay)?"
    r"|great|good|nice|cool|wow|perfect|fine|sure|yes|no|got it|i see|understood|very|a lot|so|much|there"
    r"|that (?:is|was)|that[’']s|helpful|useful|interesting|again|you|for|the|your|help|answer|well|done"
    r"|all|please|welcome|how are)"
)
_SMALL_TALK = re.compile(
    "|".join(
        (
            # Atomic, since "thank you" can be read in two ways.
            rf"(?:(?>{_COURTESY}\W+))+",
            r".*\bwhat (?:can|do|could) (?:you|i) (?:do|ask|know)\b.*|.*\bwho (?:are|made|built) you\b.*",
            r"what are you\b.*",
            r"are you (?:an? )?(?:real|bot|robot|human|ai|person|chatbot|program|machine)\b.*",
            r"how (?:do|does|can) (?:you|i|this) (?:work|use|help|search)\b.*|(?:can you )?help(?: me)?\W*",
            r".*\b(?:your|this|the) (?:collection|library|corpus|articles)\b.*\b(?:about|hold|contain|cover)\b.*",
            r"how many (?:articles|texts|documents|columns|authors|sources|publications|pieces)\b"
            r"(?: (?:do you|have you|are there|are in|does|can you)\b.*)?\W*",
            r"do you (?:speak|understand)\b.*",
        )
    ),
    re.IGNORECASE,
)


def looks_like_small_talk(question: str) -> bool:
    """Whether `question` is thanks, a greeting, or asks about this program.

    A question without words counts too.
    """
    plain = " ".join(re.findall(r"[\w’']+", question[: MAX_SMALL_TALK_CHARACTERS + 1]))
    if not plain:
        return True
    return len(question) <= MAX_SMALL_TALK_CHARACTERS and _SMALL_TALK.fullmatch(plain + " ") is not None
