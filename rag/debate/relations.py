"""Judges a pair of quotes: agreement, contradiction, or neither.

A pair is judged only if the later quote answers the earlier one's author by name, or goes on about one who was named
in the two sentences before it. The same rules make the pairs of a debate (rag.debate.builder).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.debate.debate import Relation
from rag.debate.pairing import MIN_SIMILARITY, similarity
from rag.debate.replies import MAX_FOLLOWING, mask_author, relation_of
from rag.debate.reply_cues import OTHER
from rag.embedding.base import Encoder
from rag.types.article import ArticleRef

# Sentences before a quote in which the other author may be named.
CONTEXT_SENTENCES = 2


@dataclass(frozen=True, slots=True)
class QuoteInContext:
    """A quote as sentences, with the sentences of the paragraph before and after it."""

    article: ArticleRef
    sentences: Sequence[str]
    before: Sequence[str] = ()
    after: Sequence[str] = ()


def relation_between(earlier: QuoteInContext, later: QuoteInContext, encoder: Encoder) -> Relation | None:
    """The relation of two quotes of two authors; None if it is not certain."""
    author = earlier.article.author
    if author is None or author == later.article.author:
        return None
    titles = {earlier.article.title: author}
    masked = [mask_author(sentence, author, titles) for sentence in later.sentences]
    before = [mask_author(sentence, author, titles) for sentence in later.before[-CONTEXT_SENTENCES:]]
    if not any(OTHER in sentence for sentence in (*before, *masked)):
        return None
    relation = relation_of(masked)
    whole = relation_of([*masked, *(mask_author(each, author, titles) for each in later.after[:MAX_FOLLOWING])])
    if relation is None or whole != relation:
        return None
    is_near = similarity(encoder.encode(list(later.sentences)), encoder.encode(list(earlier.sentences)))
    return relation if is_near >= MIN_SIMILARITY else None
