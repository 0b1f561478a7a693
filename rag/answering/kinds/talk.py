"""Answers to talk: greetings, thanks, and questions about this program.

An answer has one or two lines of text, a description of the collection, and example questions. It has no citations and
is never an abstention.
"""

from collections.abc import Sequence

from rag.answering.intent.classifier import Action
from rag.types.answer import Answer
from rag.types.understanding import Understanding

NAME = "quotes"
_SAYS: dict[Action, str] = {
    "greeting": "Hello. Ask me anything about the articles of this collection; every answer shows the words it "
    "rests on.",
    "thanks": "You are welcome. Ask whatever you would like to know next.",
    "goodbye": "Goodbye. The collection is here whenever you have another question.",
    "help": (
        "Ask a question in plain English, and I answer it from the articles of this collection, with quotes that "
        "you can "
        "check. I can also compare authors, follow a view over time, summarise an article, and list what there is. "
        "When the articles do not hold the answer, I say so."
    ),
    "identity": (
        "I am a program that answers questions from a collection of commentary. I know nothing but its articles: every "
        "sentence of an answer points at the words that support it and says whose view it is."
    ),
    "complaint": (
        "I am sorry that the answer did not help. I know only what the articles say; name the subject, the author "
        "or the "
        "article that you mean, or ask in other words, and I will look again."
    ),
    "smalltalk": (
        "I can only talk about the articles of this collection. Ask me about them, and I will show you what they say."
    ),
    "language": (
        "This looks like {language}. I read and answer English only: please ask in English, about what the "
        "articles say."
    ),
}


def talk_answer(
    asked: str, action: Action, holdings: str, examples: Sequence[str], language: str = "another language"
) -> Answer:
    """The answer to a turn that is only talk.

    `holdings` describes the collection in one sentence; `examples` are questions that the collection answers.
    """
    says = _SAYS.get(action, _SAYS["smalltalk"]).replace("{language}", language)
    paragraphs = [says, holdings]
    if examples:
        paragraphs.append("\n".join(["You could ask:", *(f"- {question}" for question in examples)]))
    return Answer(
        question=asked,
        standalone_question=asked,
        text="\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        abstained=False,
        reason=None,
        statements=(),
        citations=(),
        writer=NAME,
        kind="talk",
        understood=Understanding(question=asked),
    )
