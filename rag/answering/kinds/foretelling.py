"""Whether retrieved sentences tell what was still to come when they were written."""

import re

from rag.answering.answer_type import contains_answer_type
from rag.retrieval.results import Retrieval

# Sentences with this share of the best sentence's score are among the best.
NEAR_BEST = 0.85
# A sentence that tells when something will happen has this share of the best score, and of the question's words.
FORETELLING_SHARE, MIN_FORETELLING_COVERAGE = 0.6, 0.4


def speaks_of_its_years(retrieval: Retrieval) -> bool:
    """Whether a near-best sentence has the question's years and another word of it."""
    years = set(re.findall(r"\b20\d\d\b", retrieval.question))
    subject = set(retrieval.idf) - years
    sentences = [sentence for of_passage in retrieval.sentences for sentence in of_passage]
    floor = NEAR_BEST * max((sentence.answer_score for sentence in sentences), default=0.0)
    near_best = [sentence for sentence in sentences if sentence.answer_score >= floor]
    return bool(years) and any(
        all(year in sentence.text for year in years) and not subject.isdisjoint(sentence.terms)
        for sentence in near_best
    )


def foretells_a_time(retrieval: Retrieval) -> bool:
    """Whether a sentence about the subject names a time and says what will be."""
    sentences = [sentence for of_passage in retrieval.sentences for sentence in of_passage]
    floor = FORETELLING_SHARE * max((sentence.answer_score for sentence in sentences), default=0.0)
    return any(
        sentence.answer_score >= floor
        and sentence.coverage >= MIN_FORETELLING_COVERAGE
        and contains_answer_type("prediction", sentence.text, retrieval.question)
        and contains_answer_type("date", sentence.text, retrieval.question)
        for sentence in sentences
    )
