"""The text of an answer for a client: limited, without markup, annotated."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from rag.answering.streaming import SUPERSEDED_PATTERN, closing_text
from rag.server.openai_protocol.chat_request import ChatRequest
from rag.server.openai_protocol.json_answer import json_answer
from rag.server.openai_protocol.output_limit import FinishReason, OutputLimit, count_tokens
from rag.text.citation_markers import marker_spans
from rag.types.answer import Answer, Event, TextDelta, Usage

# The address of an article, for one that has none of its own.
ArticleAddress = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class UrlCitation:
    """A marker of a text, `text[start:end]`, and the article that it cites."""

    start: int
    end: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer as the client gets it.

    `content` is its text; `finish_reason` says why that ends.
    """

    answer: Answer
    content: str
    finish_reason: FinishReason
    citations: tuple[UrlCitation, ...]
    usage: Usage


class AnswerText:
    """Writes the answer to one request, which may limit its text or ask for JSON.

    `article_address` gives the address of an article on this server.
    """

    def __init__(self, request: ChatRequest, article_address: ArticleAddress) -> None:
        self._request = request
        self._article_address = article_address

    def whole(self, events: Iterator[Event]) -> WrittenAnswer:
        """The answer at the end of `events`, without the drafts before it."""
        *_, answer = events
        if not isinstance(answer, Answer):
            raise TypeError("events that end without an answer")
        limit = self._limit()
        text = json_answer(answer) if self._request.writes_json else str(answer)
        return self._written(answer, limit.feed(neutralize_markup(text), is_last=True), limit)

    def pieces(self, events: Iterator[Event]) -> Iterator[str | WrittenAnswer]:
        """The text as it is written, in pieces, then the answer.

        The footer comes last; a draft that the check has changed is followed by the final text.
        """
        limit = self._limit()
        sent = shown = ""  # the answer's text, and what the client got of it
        for event in events:
            if isinstance(event, TextDelta) and not self._request.writes_json:
                # Two adjacent pieces must not form markup either.
                piece = limit.feed(neutralize_markup(sent[-1:] + event)[len(sent[-1:]) :])
                sent += event
            elif isinstance(event, Answer):
                rest = json_answer(event) if self._request.writes_json else closing_text(sent, event)
                piece = limit.feed(neutralize_markup(rest), is_last=True)
            else:
                continue
            shown += piece
            if piece:
                yield piece
            if isinstance(event, Answer):
                yield self._written(event, shown, limit)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _limit(self) -> OutputLimit:
        return OutputLimit(self._request.token_limit, self._request.stops)

    def _written(self, answer: Answer, content: str, limit: OutputLimit) -> WrittenAnswer:
        citations = () if self._request.writes_json else tuple(self._citations(content, answer))
        usage = answer.usage or request_usage(self._request, content)
        return WrittenAnswer(answer, content, limit.finish_reason, citations, usage)

    def _citations(self, content: str, answer: Answer) -> Iterator[UrlCitation]:
        """Yields a citation for each marker of the answer's text in `content`."""
        start = max((match.end() for match in re.finditer(SUPERSEDED_PATTERN, content)), default=0)
        end = start + len(neutralize_markup(answer.text))
        cited = {citation.number: citation.article for citation in answer.citations}
        for marker_start, marker_end, numbers in marker_spans(content[start:end]):
            for number in numbers:
                if article := cited.get(number):
                    url = article.url or self._article_address(article.id)
                    yield UrlCitation(start + marker_start, start + marker_end, article.title, url)


def article_addresses(base_url: str) -> ArticleAddress:
    """The addresses of articles on the server at `base_url`."""
    return lambda article_id: f"{base_url.rstrip('/')}/v1/articles/{quote(article_id)}"


def request_usage(request: ChatRequest, content: str) -> Usage:
    """The tokens of the request and of a text, where no language model counted them."""
    return Usage(sum(count_tokens(message.text) for message in request.messages), count_tokens(content))


def neutralize_markup(text: str) -> str:
    """`text` without working links, images and tags.

    A client may render Markdown or HTML, so a word joiner (U+2060) is inserted after each character that would begin
    markup.
    """
    return re.sub(r"\](?=\()|!(?=\[)|<(?=[A-Za-z/!])", lambda match: match[0] + "\u2060", text)
