"""Checks of texts from models, users and browsers, and of the page that shows them: what must hold for every input."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from rag.answering.answer_type import answer_type
from rag.answering.intent.classifier import classify, talk_intent
from rag.answering.intent.follow_up import is_follow_up, standalone_question
from rag.answering.intent.language import foreign_language
from rag.answering.intent.question_extraction import extract_question
from rag.cli.output import escape_control_characters
from rag.generation.prompt_context import escape_passage_text
from rag.generation.stream_parser import (
    CitationMarker,
    RunawayText,
    SentenceEnd,
    SentenceStart,
    SentenceText,
    StreamParser,
)
from rag.generation.structured.json_answer import NO_ANSWER_TEXT, JsonAnswer
from rag.server.openai_protocol.answer_text import neutralize_markup
from rag.text.analyzer import terms
from rag.text.attribution import attribution_verb, parse_attribution, reported_speakers
from rag.text.citation_markers import escape_markers, marker_numbers, strip_markers
from rag.text.entities import authors_named_in
from rag.transcript.markdown import to_markdown
from rag.types.answer import Answer, AnswerStep, Turn
from rag.types.article import Article
from rag.types.catalogue import CataloguePage
from rag.ui import payloads
from rag.ui.answers import render_answer, wording
from rag.ui.articles import articles_table, render_article
from rag.verification.cues import count_hedges, extract_names, extract_numbers, is_negated
from tests.support.page_markup import visible_text


def _parse(pieces: list[str], passage_count: int) -> tuple[list[Any], bool]:
    """The parsed events of a text that arrives in `pieces`, and whether it was cut off as runaway."""
    parser, events = StreamParser(passage_count), []
    try:
        for piece in pieces:
            events += parser.feed(piece)
        events += parser.finish()
    except RunawayText:
        return _merge_texts(events), True
    return _merge_texts(events), False


def _merge_texts(events: list[Any]) -> list[Any]:
    merged: list[Any] = []
    for event in events:
        if isinstance(event, SentenceText) and merged and isinstance(merged[-1], SentenceText):
            merged[-1] = SentenceText(merged[-1].text + event.text)
        else:
            merged.append(event)
    return merged


def check_model_prose(sample: tuple[str, list[int]]) -> None:
    """However a text is cut into pieces, it is parsed into the same sentences and markers."""
    text, cuts = sample
    expected, is_runaway = _parse([text], 6)
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    events, is_runaway_in_pieces = _parse([text[start:end] for start, end in pairwise(edges)], 6)
    if not (is_runaway or is_runaway_in_pieces):
        assert events == expected
    sentence, is_open = "", False
    for event in expected:
        match event:
            case SentenceStart():
                assert not is_open
                sentence, is_open = "", True
            case SentenceText(piece):
                sentence += piece
                assert "[" not in piece
                assert "]" not in piece
            case CitationMarker(numbers, _):
                assert numbers
            case SentenceEnd(text_at_end):
                assert is_open
                assert text_at_end in (sentence, sentence.strip())
                is_open = False


def check_model_json(sample: tuple[str, list[int]]) -> None:
    """However JSON is cut into pieces, it is read into the same text; cut off, into the beginning of that text."""
    reply, cuts = sample
    whole = JsonAnswer()
    text = "".join(whole.marked_text([reply]))
    edges = [0, *sorted(cut % (len(reply) + 1) for cut in cuts), len(reply)]
    in_pieces = JsonAnswer()
    pieces = [reply[start:end] for start, end in pairwise(edges)]
    text_in_pieces = "".join(in_pieces.marked_text(pieces))
    if whole.runs_on or in_pieces.runs_on:
        return
    assert text_in_pieces == text
    assert in_pieces.is_empty is whole.is_empty
    if text != reply:
        text.encode()
        assert whole.is_empty is not bool(text)
        assert text.count("\n") == bool(text)
        cut_off = "".join(JsonAnswer().marked_text(pieces[:1]))
        assert cut_off == pieces[0] or text.startswith((cut_off.rstrip("\n"), NO_ANSWER_TEXT))


def check_markers(text: str) -> None:
    assert marker_numbers(escape_markers(text)) == []
    assert escape_markers(text).replace("\u2060", "") == text.replace("\u2060", "")
    assert all(0 <= number <= 9999 for number in marker_numbers(text))
    strip_markers(text)
    passage_text = escape_passage_text(text)
    assert not re.search(r"<\s*/?\s*passage\b", passage_text, re.IGNORECASE)
    neutral = neutralize_markup(text)
    assert "](" not in neutral
    assert "![" not in neutral
    assert not re.search(r"<[A-Za-z/!]", neutral)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", escape_control_characters(text))


def check_statement(text: str) -> None:
    """No rule that looks at a statement or a quote fails."""
    parse_attribution(text)
    reported_speakers(text)
    assert attribution_verb(text) in ("reports", "argues", "writes")
    extract_names(text)
    assert all(number == number for number in extract_numbers(text))
    is_negated(text)
    assert count_hedges(text) >= 0
    terms(text)


def check_question(sample: tuple[str, str, str]) -> None:
    question, earlier_question, author = sample[0], sample[1], " ".join(sample[2].split())
    turns = [Turn(earlier_question, "An answer.")]
    standalone = standalone_question(question, turns, [author])
    assert standalone_question(standalone, turns, [author]) == standalone
    assert set(authors_named_in(question, ["Ian Bremmer", author or "x", "The Review"])) <= {
        "Ian Bremmer",
        author or "x",
        "The Review",
    }


def check_long_question(sample: tuple[str, str]) -> None:
    """No rule that looks at a question takes a time that grows faster than its length.

    A question of the maximum length took each of them a tenth of a second at most.
    """
    question, earlier_question = sample
    rules: tuple[Callable[[str], object], ...] = (
        answer_type,
        talk_intent,
        foreign_language,
        extract_question,
        is_follow_up,
        lambda text: classify(text, ()),
        lambda text: standalone_question(text, [Turn(earlier_question, text)], ["Column 1", "The Test Review"]),
        lambda text: authors_named_in(text, ["Column 1", "Ian Bremmer"]),
    )
    for rule in rules:
        start = time.process_time()
        rule(question)
        assert time.process_time() - start < 5


def check_rendering(answer: Answer) -> None:
    """The page and the export hold no markup of the answer's texts, and a stored answer is read back unchanged."""
    visible_text(render_answer.turn_html(answer))
    visible_text(render_answer.turn_html(replace(answer, writer="quotes", abstained=False)))
    visible_text(render_answer.working_html([AnswerStep("searching", 3)], answer.text))
    visible_text(render_answer.error_html(answer.question))
    wording.announcement(answer)
    for citation in answer.citations:
        article = citation.article
        shown_article = Article(
            article.id, article.title, answer.text, article.author, url=article.url, topics=(answer.question,)
        )
        span = render_article.QuoteSpan(citation.start, citation.end, citation.quote)
        visible_text(render_article.article_html(shown_article, [span]))
    exported = to_markdown([answer])
    assert not re.search(r"(?<!\\)<(?!https?://[^\s<>]*>)", exported, re.IGNORECASE)
    assert not re.search(r"(?<!\\)\]\(", exported)
    # A browser stores no half of a surrogate pair, so such an answer is never sent back.
    stored = json.dumps(payloads.answer_to_record(answer)) if _is_utf8(answer) else None
    if stored:
        assert payloads.answer_from_record(json.loads(stored)) == answer


def _is_utf8(answer: Answer) -> bool:
    return not re.search(
        r"[\ud800-\udfff]", repr(answer).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    ) and ("\\ud" not in ascii(answer))


def check_payloads(value: Any) -> None:
    """A value from a browser is a valid payload or a ValueError, which the handlers report in one line."""
    for model in (
        payloads.QuestionPayload,
        payloads.ArticleRequest,
        payloads.CatalogueRequest,
        payloads.RatingPayload,
        payloads.FilterPayload,
    ):
        try:
            payload = model.model_validate(value)
        except ValueError:
            continue
        if isinstance(payload, payloads.CatalogueRequest):
            visible_text(
                articles_table.table_html(
                    CataloguePage((), 0, 1, payload.page, payload.page + 1), payload, removable=True
                )
            )
    try:
        answer = payloads.answer_from_record(value)
    except ValueError:
        return
    check_rendering(answer)
