"""Conversations and citations as files and as text to copy."""

from dataclasses import replace
from html import escape
from typing import Any

from rag.citing.forms import StyleName
from rag.engine import QueryEngine, workspace_of
from rag.errors import RagError
from rag.text.citation_markers import escape_markers
from rag.transcript.markdown import to_markdown
from rag.types.answer import Answer, Statement
from rag.types.article import ArticleRef
from rag.ui import payloads
from rag.ui.articles import articles_table
from rag.ui.payloads import FileReply
from rag.ui.requests.replies import file_reply, with_error_reply

# Articles that one request cites; each takes about 10 ms.
MAX_CITED_ARTICLES = 500


class ExportRequests:
    """The requests for files."""

    _engine: QueryEngine

    @with_error_reply
    def export(self, sent: Any) -> FileReply:
        """The conversation as Markdown with footnotes, or as a Word document."""
        request = payloads.ExportRequest.parse(sent)
        answers = [payloads.answer_from_record(record) for record in request.records]
        if request.word:
            from rag.transcript.word import to_word

            return file_reply("conversation.docx", to_word(answers, request.style))
        text = to_markdown(answers, request.style)
        return file_reply("conversation.md", text.encode("utf-8", "replace"), text)

    @with_error_reply
    def cite(self, sent: Any) -> FileReply:
        """The sources of answers or the articles of a search, cited or as cards."""
        from rag.citing.citations import cite, cite_in_word, cited_articles
        from rag.citing.forms import STYLES, SUFFIXES, format_of, style_of

        request = payloads.CiteRequest.parse(sent)
        answers = [_citing_only(payloads.answer_from_record(record), request.number) for record in request.records]
        if request.cards:
            return self._cards(answers, style_of(request.form) or STYLES[0], word=request.word)
        refs = cited_articles(answers) if request.listed is None else self._matching(request.listed)
        if request.word:
            return file_reply("citations.docx", cite_in_word(refs, request.form))
        text = cite(refs, request.form)
        known = format_of(request.form)
        html = "" if known else cite(refs, request.form, markup="html")
        name = f"citations{SUFFIXES[known] if known else '.txt'}"
        return file_reply(name, f"{text.rstrip()}\n".encode("utf-8", "replace"), text.rstrip(), html)

    @with_error_reply
    def pinboard(self, sent: Any) -> FileReply:
        """The pinned quotes with their notes, as a file in their order."""
        from rag.citing.citations import cite, cited_articles
        from rag.citing.forms import SUFFIXES

        request = payloads.PinboardRequest.parse(sent)
        answers = [_pinned(pin) for pin in request.pins]
        if not all(answer.citations for answer in answers):
            raise payloads.InvalidPayload
        if request.what == "cards":
            return self._cards(answers, request.style, word=True)
        if request.what == "word":
            from rag.transcript.word import to_word

            return file_reply("pinboard.docx", to_word(answers, request.style, title="Pinboard"))
        if request.what == "markdown":
            text = to_markdown(answers, request.style, title="Pinboard")
            return file_reply("pinboard.md", text.encode("utf-8", "replace"), text)
        if request.what == "notes":
            return _footnotes(answers, request.style)
        text = cite(cited_articles(answers), request.what)
        return file_reply(f"pinboard{SUFFIXES[request.what]}", f"{text.rstrip()}\n".encode("utf-8", "replace"), text)

    def _cards(self, answers: list[Answer], style: StyleName, *, word: bool) -> FileReply:
        from rag.citing.debate_card import cards_to_word

        cards = self._engine.debate_cards(answers, style)
        if word:
            return file_reply("cards.docx", cards_to_word(cards))
        text = "\n".join(card.markdown for card in cards)
        return file_reply("cards.md", text.encode("utf-8", "replace"), text, "".join(card.html for card in cards))

    def _matching(self, listed: payloads.ListedArticles) -> list[ArticleRef]:
        """The articles that the table lists.

        Raises RagError for more than one request can cite.
        """
        library = workspace_of(self._engine).library
        entries = articles_table.matching_articles(library, listed, MAX_CITED_ARTICLES + 1)
        if len(entries) > MAX_CITED_ARTICLES:
            raise RagError(f"more than {MAX_CITED_ARTICLES} articles match; search for fewer, or use: rag cite")
        return [entry.ref for entry in entries]


def _pinned(pin: payloads.PinPayload) -> Answer:
    """A pinned quote as an answer.

    Its question is the note, or the title of the article.
    """
    stored = _citing_only(payloads.answer_from_record(pin.record), pin.number)
    cited = tuple(replace(citation, number=1) for citation in stored.citations)
    if not cited:
        return stored
    words = f"“{escape_markers(cited[0].quote)}”"
    question = pin.note.strip() or cited[0].article.title
    return Answer(
        question, question, f"{words} [1]", False, None, (Statement(words, (1,), 1.0, "supported"),), cited, "quotes"
    )


def _footnotes(answers: list[Answer], style: StyleName) -> FileReply:
    """A numbered footnote for each quote, with its words and its note."""
    from rag.citing.style import note

    plain, marked = [], []
    for number, answer in enumerate(answers, 1):
        (citation,) = answer.citations
        entry = note(citation.article, style)
        plain.append(f"{number}. {entry} “{citation.quote}”")
        marked.append(f"<p>{number}. {entry.html} “{escape(citation.quote)}”</p>")
    text = "\n".join(plain)
    return file_reply("footnotes.txt", f"{text}\n".encode("utf-8", "replace"), text, "".join(marked))


def _citing_only(answer: Answer, number: int | None) -> Answer:
    """The answer with the citation of that number alone; the whole answer for None."""
    if number is None:
        return answer
    return replace(answer, citations=tuple(each for each in answer.citations if each.number == number))
