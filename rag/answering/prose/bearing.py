"""Scores how far a model's statement bears on the question.

A statement can be supported by what it cites and still answer nothing. The trained reader (rag.reading) reads the
question together with the statement, and with the passage of each quote. This module only scores; the draft's editor
decides.
"""

from collections.abc import Sequence

from rag.answering.evidence import Quote
from rag.answering.prose.citation_resolver import CitationResolver
from rag.reading.passage_reader import PassageReader, ReadablePassage
from rag.retrieval.passage_readings import heading

# A statement with a lower logit is beside the question. On the golden dev questions, each point that must be said was
# compared with points of other questions and with other sentences of the retrieved passages. 3 of 130 points are below
# this logit, of the others 40% (other subjects), 36% (same subject) and 40% (passages). ROC AUC 0.88, 0.86 and 0.85;
# the cosine of question and statement has 0.85, 0.75 and 0.72. Relative to the best sentence of the evidence the logit
# is no better (0.89, 0.87 and 0.85), and depends on what was found.
MIN_LOGIT = -4.3
# The logit of a statement that the reader cannot read.
_UNREAD = 0.0


class QuestionBearing:
    """Scores statements by how far they bear on one question.

    A question of several parts has them in `questions`; a statement has to bear on one of them.
    """

    def __init__(self, reader: PassageReader, questions: Sequence[str], resolver: CitationResolver) -> None:
        self._reader = reader
        self._questions = tuple(dict.fromkeys(questions))
        self._resolver = resolver

    def is_beside(self, statement: str, quotes: Sequence[Quote]) -> bool:
        """Whether the statement is beside the question.

        `quotes` are its citations. Raises EncoderError when the reader's model is missing.
        """
        return all(self.logit(question, statement, quotes) < MIN_LOGIT for question in self._questions)

    def logit(self, question: str, statement: str, quotes: Sequence[Quote]) -> float:
        """How far the statement bears on `question`.

        It is the highest logit of the statement and of the sentences that it cites.
        """
        headings = {heading(quote.passage.article) for quote in quotes} or {""}
        alone = self._reader.read("question", question, [ReadablePassage(title, (statement,)) for title in headings])
        logits = [logit for reading in alone for logit in reading.sentences]
        for quote in quotes:
            sentences = self._resolver.sentences(quote.passage)
            passage = ReadablePassage(heading(quote.passage.article), tuple(sentence.text for sentence in sentences))
            (reading,) = self._reader.read("question", question, [passage])
            logits += [
                logit
                for sentence, logit in zip(sentences, reading.sentences, strict=False)
                if sentence.start < quote.end and quote.start < sentence.end
            ]
        return max(logits, default=_UNREAD)
