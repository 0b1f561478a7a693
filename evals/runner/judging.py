"""Judges the stored answer of a case.

It needs the result and the articles, not the engine, so a finished run can be judged again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from evals.datasets.gold import GoldCorpus
from evals.errors import UnreadableReply
from evals.judges import Judge
from evals.result import (
    CaseResult,
    JudgedClaim,
    JudgedStatement,
    Judgement,
    StoredAnswer,
    StoredCitation,
)
from rag.reading.passage_reader import PassageReader, ReadablePassage
from rag.retrieval.passage_readings import heading
from rag.text.citation_markers import strip_markers
from rag.text.sentences import sentence_spans
from rag.types.article import byline


@dataclass(frozen=True, slots=True)
class AnswerJudging:
    """What it takes to judge answers; threads share it.

    `open_judge` opens a judge for one answer. `passages` is the number of retrieved passages that claims are judged
    against. `reader` reads how far a statement bears on its question.
    """

    corpus: GoldCorpus
    open_judge: Callable[[], Judge]
    passages: int
    reader: PassageReader = field(default_factory=PassageReader)

    def judged(self, result: CaseResult) -> CaseResult:
        """`result` with the judgement of its answer.

        If the judge's reply could not be read, it has the judge's error. Raises EvalError if the judge cannot be asked.
        """
        if result.answer is None:
            return result
        try:
            judgement = self._judgement(result, result.answer, self.open_judge())
        except UnreadableReply as error:
            return result.model_copy(update={"judgement": None, "judge_error": str(error)})
        return result.model_copy(update={"judgement": judgement, "judge_error": None})

    def _judgement(self, result: CaseResult, answer: StoredAnswer, judge: Judge) -> Judgement:
        """Asks `judge` about `answer`.

        Claims are judged against the passages, statements against their citations, and the case's points against the
        claims. An abstention has no claims; only the abstention metrics apply to it.
        """
        if answer.abstained:
            return Judgement(usage=judge.usage)
        statements = [strip_markers(statement.text) for statement in answer.statements]
        claims = judge.claims(answer.standalone_question, statements)
        # The quotes are added to the passages, because a writer may quote a passage that is not among the first.
        texts = self._passages(result) + [self._with_byline(each.article_id, each.quote) for each in answer.citations]
        supports = [judge.support(claim.text, texts) for claim in claims]
        claimed = [claim.text for claim in claims]
        by_number = {citation.number: citation for citation in answer.citations}
        cited = [
            [by_number[number] for number in statement.citations if number in by_number]
            for statement in answer.statements
        ]
        return Judgement(
            claims=tuple(
                JudgedClaim(text=claim.text, statement=claim.statement, support=support.score,
                            evidence=support.evidence)
                for claim, support in zip(claims, supports, strict=True)
            ),
            statements=tuple(
                self._judge_statement(answer.standalone_question, text, citations, judge)
                for text, citations in zip(statements, cited, strict=True)
            ),
            points=tuple(judge.support(point, claimed).score for point in result.case.points),
            must_not=tuple(judge.support(point, claimed).score for point in result.case.must_not),
            relevance=judge.relevance(answer.standalone_question, claims),
            usage=judge.usage,
        )  # fmt: skip

    def _judge_statement(
        self, question: str, text: str, citations: Sequence[StoredCitation], judge: Judge
    ) -> JudgedStatement:
        quotes = [self._with_byline(citation.article_id, citation.quote) for citation in citations]
        together = judge.support(text, quotes).score if quotes else None
        alone: tuple[float, ...] = (together or 0.0,)
        without: tuple[float, ...] = (0.0,)
        if len(quotes) != 1:
            alone = tuple(judge.support(text, [quote]).score for quote in quotes)
            without = tuple(judge.support(text, quotes[:i] + quotes[i + 1 :]).score for i in range(len(quotes)))
        return JudgedStatement(
            text=text,
            together=together,
            alone=alone,
            without=without,
            named=tuple(sorted(authors_before_quote(text, self.corpus.authors))),
            cited=tuple(sorted({citation.author for citation in citations if citation.author})),
            bearing=self._bearing(question, text, citations),
        )

    def _bearing(self, question: str, text: str, citations: Sequence[StoredCitation]) -> float:
        """The trained reader's logit of how far a statement bears on the question.

        It is the highest one of the statement under the heading of each cited article, and of the cited sentences in
        their passages.
        """
        headings = [heading(self.corpus.reference(citation.article_id)) for citation in citations]
        alone = [ReadablePassage(title, (text,)) for title in dict.fromkeys(headings or [""])]
        logits = [logit for reading in self.reader.read("question", question, alone) for logit in reading.sentences]
        for title, citation in zip(headings, citations, strict=True):
            passage = citation.passage.text
            sentences = [passage[start:end].strip() for start, end in sentence_spans(passage)]
            (reading,) = self.reader.read("question", question, [ReadablePassage(title, tuple(sentences))])
            read = zip(sentences, reading.sentences, strict=False)
            logits += [logit for sentence, logit in read if sentence in citation.quote or citation.quote in sentence]
        return max(logits, default=0.0)

    def _passages(self, result: CaseResult) -> list[str]:
        return [
            self._with_byline(span.article, self.corpus.articles[span.article].text[span.start : span.end])
            for span in result.retrieved[: self.passages]
        ]

    def _with_byline(self, article: str, text: str) -> str:
        """Adds a byline above the text: author, publication and date.

        A statement may repeat the byline's facts, so the judge has to see them.
        """
        return f"{byline(self.corpus.reference(article))}\n\n{text}"


def authors_before_quote(statement: str, authors: Collection[str]) -> set[str]:
    """The catalogue's authors that a statement names before its quotation."""
    introduction, _, _ = statement.partition("“")
    return {author for author in authors if author.casefold() in introduction.casefold()}
