"""A citation as the statement checker and its rules read it."""

from dataclasses import dataclass

from rag.types.article import ArticleRef

# Characters read before a quote; they may contain the antecedent of "he".
CONTEXT_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A citation as the checker reads it.

    It has the quote, the text before the quote in its passage, and the quote's article.
    """

    quote: str
    preceding_text: str
    article: ArticleRef

    @property
    def context(self) -> str:
        """The end of the text before the quote."""
        return self.preceding_text[-CONTEXT_CHARACTERS:]
