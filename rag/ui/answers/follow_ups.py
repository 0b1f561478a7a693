"""Candidates for questions to offer after an answer or a refusal.

The texts are questions that the engine understands as follow-ups, or alone.
"""

import re
from collections.abc import Sequence

from rag.types.answer import Answer
from rag.types.passage import RankedPassage

OPPOSITION, CHANGE = "Who disagrees?", "What has changed since then?"
MAX_NAMES = 2
# A name in a question: capitalized words that do not open it.
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")


def follow_ups(answer: Answer, passages: Sequence[RankedPassage]) -> list[str]:
    """Candidates for follow-ups of `answer`, the most useful first.

    `passages` are those that the question finds; their authors who are not cited may have another view.
    """
    if answer.is_computed or not answer.citations:
        return []
    cited = {citation.article.author for citation in answer.citations}
    others = dict.fromkeys(passage.article.author for passage in passages if passage.article.author)
    by_others = [f"What does {author} say?" for author in others if author not in cited]
    return [OPPOSITION, *by_others[:1], CHANGE]


def is_about_the_same(answer: Answer, follow_up: Answer) -> bool:
    """Whether `follow_up`, an answer, is worth offering below `answer`.

    It has to cite an article of `answer`, or to answer for another author; a question about views or changes has to
    show several of them.
    """
    if follow_up.abstained or not follow_up.citations:
        return False
    articles = {citation.article.id for citation in follow_up.citations}
    if follow_up.kind == "author":
        return True
    is_shared = bool(articles & {citation.article.id for citation in answer.citations})
    if follow_up.kind == "timeline":
        return is_shared and len({citation.article.published for citation in follow_up.citations}) > 1
    return is_shared and len({citation.article.author for citation in follow_up.citations}) > 1


def instead_of(answer: Answer) -> list[str]:
    """Candidates for questions that the collection may answer instead."""
    names = dict.fromkeys(_NAME.findall(answer.standalone_question))
    mentions = [f"Which articles mention {name}?" for name in list(names)[:MAX_NAMES]]
    return [*mentions, *(f"Summarize “{article.title}”" for article in answer.nearest[:2])]
