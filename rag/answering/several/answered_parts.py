"""Decides which part of a question each sentence of a model answers.

A sentence belongs to the part on which it bears most. A part on which no sentence bears is not answered.
"""

from collections.abc import Sequence

from rag.answering.kinds.selection import SelectedPart
from rag.answering.prose.bearing import MIN_LOGIT, QuestionBearing
from rag.answering.prose.draft_sentence import DraftSentence

# The reason for a part that the search found, and of which the model says nothing.
NOTHING_WRITTEN = "the language model says nothing on it"
# A sentence that answers two parts bears on both nearly alike: "The line, 4,450 kilometres long, opened in 1984".
MAX_BEHIND = 1.0


def answered_parts(
    parts: Sequence[SelectedPart], sentences: Sequence[DraftSentence], bearing: QuestionBearing
) -> tuple[SelectedPart, ...]:
    """Each question of `parts` as a part of its own.

    Its statements are the sentences that answer it.
    """
    alone = [
        SelectedPart((asked,), (question,), declined=part.declined or NOTHING_WRITTEN)
        for part in parts
        for asked, question in zip(part.asked, part.questions, strict=True)
    ]
    in_answer = [sentence for sentence in sentences if sentence.is_in_answer]
    logits = [
        [bearing.logit(part.questions[0], sentence.text, sentence.quotes) for part in alone] for sentence in in_answer
    ]
    nearest = [max(range(len(alone)), key=of_sentence.__getitem__) for of_sentence in logits]
    answered = []
    for position, part in enumerate(alone):
        own = [index for index, best in enumerate(nearest) if best == position and logits[index][best] >= MIN_LOGIT]
        # One sentence may answer two parts.
        own = own or [
            index
            for index, of_sentence in enumerate(logits)
            if of_sentence[position] >= max(MIN_LOGIT, max(of_sentence) - MAX_BEHIND)
        ]
        answered.append(SelectedPart(part.asked, part.questions, tuple(own), "" if own else part.declined))
    return tuple(answered)
