"""What must hold of whatever models, people and browsers send, and of what the page shows of it."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from rag import listing
from rag.answer import Answer, Step
from rag.api import inert
from rag.article import Article
from rag.attribution import holder_of, speakers_in, verb
from rag.citations import defused, numbers_in, without_markers
from rag.claims import hedges, is_negated, names, numbers
from rag.conversation import Turn, standalone
from rag.filters import named
from rag.terminal import _inert
from rag.terms import terms
from rag.transcript import markdown as transcript
from rag.ui import catalogue, reading, records, render
from rag.writers.llm import _data
from rag.writers.prose import Begin, End, Marker, Prose, Runaway, Text
from tests.fuzz.markup import shown


def _said(pieces: list[str], known: int) -> tuple[list[Any], bool]:
    reader, found = Prose(known), []
    try:
        for piece in pieces:
            found += reader.feed(piece)
        found += reader.finish()
    except Runaway:
        return _joined(found), True
    return _joined(found), False


def _joined(pieces: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for one in pieces:
        if isinstance(one, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + one.text)
        else:
            joined.append(one)
    return joined


def check_prose(given: tuple[str, list[int]]) -> None:
    """However the text is cut, the same sentences and markers come of it; each sentence is its pieces."""
    text, cuts = given
    whole, ran_away = _said([text], 6)
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    parts, ran_away_too = _said([text[a:b] for a, b in pairwise(edges)], 6)
    if not (ran_away or ran_away_too):
        assert parts == whole
    words, is_open = "", False
    for one in whole:
        match one:
            case Begin():
                assert not is_open
                words, is_open = "", True
            case Text(said):
                words += said
                assert "[" not in said
                assert "]" not in said
            case Marker(numbers_named, _):
                assert numbers_named
            case End(said):
                assert is_open
                assert said == words.strip() or said == words
                is_open = False


def check_markers(text: str) -> None:
    assert numbers_in(defused(text)) == []
    assert defused(text).replace("\u2060", "") == text.replace("\u2060", "")
    assert all(0 <= number <= 9999 for number in numbers_in(text))
    without_markers(text)
    fenced = _data(text)
    assert not re.search(r"<\s*/?\s*passage\b", fenced, re.IGNORECASE)
    shown = inert(text)
    assert "](" not in shown
    assert "![" not in shown
    assert not re.search(r"<[A-Za-z/!]", shown)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", _inert(text))


def check_statement(text: str) -> None:
    """Every rule that looks at a statement or a quote."""
    holder_of(text)
    speakers_in(text)
    assert verb(text) in ("reports", "argues", "writes")
    names(text)
    assert all(number == number for number in numbers(text))
    is_negated(text)
    assert hedges(text) >= 0
    terms(text)


def check_question(given: tuple[str, str, str]) -> None:
    question, before, author = given[0], given[1], " ".join(given[2].split())
    whole = standalone(question, [Turn(before, "An answer.")])
    assert whole.startswith(question.rstrip())
    assert set(named(question, ["Ian Bremmer", author or "x", "The Review"])) <= {
        "Ian Bremmer",
        author or "x",
        "The Review",
    }


def check_render(answer: Answer) -> None:
    shown(render.turn_html(answer))
    shown(render.turn_html(replace(answer, writer="quotes", abstained=False)))
    shown(render.working_html([Step("searching", 3)], answer.text))
    shown(render.error_html(answer.question))
    render.spoken(answer)
    for citation in answer.citations:
        article = citation.article
        read = Article(
            article.id, article.title, answer.text, article.author, url=article.url, topics=(answer.question,)
        )
        shown(reading.article_html(read, [reading.Span(citation.start, citation.end, citation.quote)]))
    exported = transcript([answer])
    assert not re.search(r"(?<!\\)<(?!https?://[^\s<>]*>)", exported, re.IGNORECASE)
    assert not re.search(r"(?<!\\)\]\(", exported)
    # A browser keeps no half of a surrogate pair: what it sends back is what was shown.
    kept = json.dumps(records.record_of(answer)) if _is_utf8(answer) else None
    if kept:
        assert records.answer_of(json.loads(kept)) == answer


def _is_utf8(answer: Answer) -> bool:
    return not re.search(
        r"[\ud800-\udfff]", repr(answer).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    ) and ("\\ud" not in ascii(answer))


def check_records(sent: Any) -> None:
    """What a browser sends is understood or a ValueError, which the handlers say in one line."""
    for model in (records.Asked, records.Wanted, records.Listed, records.Rated, records.Admitted):
        try:
            read = model.model_validate(sent)
        except ValueError:
            continue
        if isinstance(read, records.Listed):
            shown(catalogue.page_html(listing.Page((), 0, 1, read.page, read.page + 1), read, removable=True))
    try:
        answer = records.answer_of(sent)
    except ValueError:
        return
    check_render(answer)
