"""Formats passages and conversation history for a prompt, within a token budget.

Text from articles and people is data in a prompt: it is fenced, and it can neither close its fence nor look like a
marker.
"""

import re
from collections.abc import Sequence

from rag.text.citation_markers import escape_markers
from rag.types.answer import RankedPassage, Turn
from rag.types.article import ArticleRef

# A little under the mean, so that a prompt fills the context window and does not exceed it: English prose has about 4
# characters a token with every tokenizer in use. Characters outside ASCII count as a token each: other scripts have up
# to a token a character.
PROMPT_CHARACTERS_PER_TOKEN = 3.5
# Length of the part of an earlier answer that is shown to a model that rewrites a follow-up question.
MAX_HISTORY_ANSWER_CHARACTERS = 600


def passages_that_fit(passages: Sequence[RankedPassage], max_tokens: int) -> tuple[RankedPassage, ...]:
    """The first passages that fit whole into `max_tokens`.

    They are counted as `format_passages` writes them.
    """
    kept: list[RankedPassage] = []
    for passage in passages:
        max_tokens -= estimate_tokens(format_passages([passage]))
        if max_tokens < 0:
            break
        kept.append(passage)
    return tuple(kept)


def estimate_tokens(text: str) -> int:
    """Estimates the number of tokens in `text`.

    The estimate is rather too high than too low, since the server's tokenizer is not known.
    """
    ascii_characters = len(text.encode("ascii", "ignore"))
    return int(ascii_characters / PROMPT_CHARACTERS_PER_TOKEN + (len(text) - ascii_characters)) + 1


def format_passages(passages: Sequence[RankedPassage]) -> str:
    """Formats the passages as data for a prompt, numbered from 1.

    Each has its article's title, author, publication and date.
    """
    return "\n\n".join(
        f'<passage number="{number}">\n{_metadata_lines(passage.article)}\n\n'
        f"{escape_passage_text(passage.text)}\n</passage>"
        for number, passage in enumerate(passages, 1)
    )


def _metadata_lines(article: ArticleRef) -> str:
    fields = {
        "Title": article.title,
        "Author": article.author or "not named",
        "Published in": article.source,
        "Date": article.published.isoformat() if article.published else None,
    }
    return "\n".join(
        f"{name}: {escape_passage_text(' '.join(value.split()))}" for name, value in fields.items() if value
    )


def escape_passage_text(text: str) -> str:
    """Escapes the text of an article for a prompt.

    The result cannot close its fence in the prompt and contains no marker.
    """
    return re.sub(r"<(?=\s*/?\s*passage\b)", "‹", escape_markers(text), flags=re.IGNORECASE)


def format_history(turns: Sequence[Turn], max_tokens: int) -> str:
    """The newest turns that fit into `max_tokens`, oldest first; "(nothing)" for none."""
    kept: list[str] = []
    for turn in reversed(turns):
        text = f"Question: {turn.question}\nAnswer: {turn.answer[:MAX_HISTORY_ANSWER_CHARACTERS]}"
        max_tokens -= estimate_tokens(text)
        if max_tokens < 0:
            break
        kept.append(escape_passage_text(text))
    return "\n\n".join(reversed(kept)) or "(nothing)"
