"""Answers as HTML: all that came from an article, a model or a person is text, and links lead to the web alone."""

from dataclasses import replace
from datetime import date

import pytest

from rag.types.answer import Answer, AnswerStep, Citation, Statement
from rag.types.article import ArticleRef
from rag.types.catalogue import Freshness
from rag.types.passage import RankedPassage
from rag.types.revision import Revision
from rag.types.understanding import Kind, QuestionScope, Section, Understanding
from rag.ui.answers.render_answer import answer_html, error_html, turn_html, working_html
from rag.ui.answers.source_cards import sources_html
from rag.ui.answers.wording import announcement
from tests.support.page_markup import visible_text

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def _ref(**changes: object) -> ArticleRef:
    plain = ArticleRef("a", "A title", "An author", "A paper", date(2024, 6, 1), "https://example.org/a?b=1&c=2")
    return replace(plain, **changes)  # type: ignore[arg-type]


def _citation(article: ArticleRef, number: int = 1, quote: str = "The quote itself.") -> Citation:
    text = f"Before it. {quote} After it."
    passage = RankedPassage("p", article, 100, 100 + len(text), text, 1.0, 1.0, 1.0)
    return Citation(number, article, quote, 111, 111 + len(quote), passage, 0.9)


def _answer(article: ArticleRef, quote: str = "The quote itself.") -> Answer:
    citation = _citation(article, quote=quote)
    statement = Statement(f"An author writes: “{quote}”", (1,), 0.98, "supported")
    return Answer("q", "q", f"{statement.text} [1]", False, None, (statement,), (citation,), "quotes")


def _model_answer(*authors: tuple[str, date | None]) -> Answer:
    """An answer of a model with one sentence for each author, each citing one article."""
    cited = tuple(
        _citation(_ref(id=name, author=name, published=day), number) for number, (name, day) in enumerate(authors, 1)
    )
    statements = tuple(
        Statement(f"{name} says so.", (number,), 0.9, "supported") for number, (name, _) in enumerate(authors, 1)
    )
    text = " ".join(f"{statement.text} [{statement.citations[0]}]" for statement in statements)
    return Answer("q", "q", text, False, None, statements, cited, "llm:small-model")


def test_an_answer_of_quotes_has_its_chips_and_says_that_it_is_verbatim() -> None:
    html = answer_html(_answer(_ref()))
    assert 'data-cite="1" aria-label="Source 1: An author, “A title” (A paper, 2024-06-01)">1</button>' in html
    assert html.count("word for word") == 1
    assert "1 quote, word for word from the articles" in html
    assert "margin-note" not in html
    assert announcement(_answer(_ref())) == "Answer ready. 1 quote, word for word from the articles."


def test_a_model_s_answer_has_its_verdicts_counted() -> None:
    answer = _model_answer(("Anna", None), ("Anna", None))
    html = answer_html(answer)
    assert "margin-note" not in html
    assert "2 of 2 sentences supported" in html
    assert "verbatim" not in html
    assert announcement(answer) == "Answer ready. 2 of 2 sentences supported."


def test_a_quote_stands_apart_from_who_says_it() -> None:
    html = answer_html(_answer(_ref()))
    assert '<blockquote><p>“The quote itself.” <span class="marks">' in html
    assert '</blockquote><p class="lead">An author · A paper · 1 June 2024</p>' in html


@pytest.mark.parametrize(
    ("verdict", "words"), [("supported", ""), ("partly", "partly supported"), ("unsupported", "not supported")]
)
def test_each_verdict_is_said_in_words_and_counted(verdict: str, words: str) -> None:
    answer = _model_answer(("Anna", None))
    judged = replace(answer, statements=(replace(answer.statements[0], verdict=verdict),))  # type: ignore[arg-type]
    html = answer_html(judged)
    assert (f'<span class="margin-note {verdict}">{words}</span>' in html) == bool(words)
    assert f"{int(verdict == 'supported')} of 1 sentence supported" in html


def test_a_quote_that_is_not_supported_says_so() -> None:
    answer = _answer(_ref())
    html = answer_html(replace(answer, statements=(replace(answer.statements[0], verdict="partly"),)))
    assert '<span class="margin-note partly">partly supported</span>' in html
    assert "0 of 1 sentence supported" in html
    assert "word for word from" not in html


def test_a_model_is_named_its_notice_shown_and_its_paragraphs_kept() -> None:
    answer = _model_answer(("Anna", None), ("Ben", None))
    html = answer_html(replace(answer, notice="the model was asked twice", text=answer.text.replace("[1] ", "[1]\n\n")))
    assert "Written by small-model" in html
    assert '<p class="notice" role="note">the model was asked twice</p>' in html
    assert html.count('<p class="said">') == 2


def test_several_authors_can_be_read_one_by_one_the_newest_first() -> None:
    html = answer_html(_model_answer(("Anna", date(2023, 1, 1)), ("Ben", date(2025, 1, 1)), ("Cleo", None)))
    assert 'data-view="authors" aria-pressed="false"' in html
    grouped = html[html.index('class="view" data-view="authors" hidden') :]
    assert grouped.index("Ben") < grouped.index("Anna") < grouped.index("Cleo")


def test_a_sentence_stands_under_whose_view_it_states_and_with_its_own_day() -> None:
    """A view of January stays at January, after a reversal in November; a report is not the reporter's own view."""
    answer = _model_answer(("Hard Power", date(2025, 1, 9)), ("Hard Power", date(2025, 11, 6)), ("Hard Power", None))
    texts = ("Hard Power argues that it is lawful.", "He says that it is theft.", "Bremmer argues that it is folly.")
    statements = tuple(replace(each, text=text) for each, text in zip(answer.statements, texts, strict=True))
    html = answer_html(replace(answer, text=" ".join(texts), statements=statements))
    grouped = html[html.index('data-view="authors" hidden') :]
    author, reported = grouped.index("<h3>Hard Power"), grouped.index("<h3>Bremmer")
    assert "as Hard Power reports" in grouped
    assert author < grouped.index("theft") < grouped.index("6 November 2025") < grouped.index("lawful")
    assert grouped.index("lawful") < grouped.index("9 January 2025") < reported < grouped.index("folly")


def test_corrected_and_dropped_sentences_are_counted_where_the_answer_ends() -> None:
    revisions = (Revision("A.", "corrected", "not supported", "B."), Revision("C.", "dropped", "not supported"))
    html = answer_html(replace(_model_answer(("Anna", None)), revisions=revisions))
    assert "Of what was written, 2 sentences were changed: 1 corrected, 1 dropped" in html
    assert "A. → B." in html


def test_a_notice_names_no_variable_of_the_server() -> None:
    notice = "m refused the key (401); check RAG_LLM_API_KEY, or OPENAI_API_KEY for OpenAI; these are quotes instead"
    html = answer_html(replace(_answer(_ref()), notice=notice))
    assert "m refused the key (401); these are quotes instead" in html
    assert "m took longer than its time limit allows" in error_html("m took longer than RAG_LLM_DEADLINE allows")


def test_an_article_has_one_card_with_its_quotes_one_after_the_other() -> None:
    ref = _ref(author_description="An author teaches law.")
    html = sources_html([_citation(ref, 1), _citation(ref, 2, "Another quote."), _citation(_ref(id="b"), 3)])
    assert html.count("<article") == 2
    assert html.count("1 of 2") == 1
    assert html.count('class="quoted"') == 3
    assert html.count(" hidden>") == 1
    assert "An author teaches law." in html
    assert "Relevance: high" in html


def test_a_long_quote_that_the_answer_shows_is_shortened_on_its_card() -> None:
    quote = " ".join(f"word{number}" for number in range(60))
    (card,) = [sources_html([_citation(_ref(), 1, quote)], quoted_in_answer=True)]
    assert "word0 word1" in card
    assert "word59" in card
    assert "[…]" in card
    assert "word30" not in card.split("data-quote", 1)[1].split(">", 1)[1]
    assert f"<mark>{quote}</mark>" in sources_html([_citation(_ref(), 1, quote)])


def test_one_author_alone_is_not_grouped() -> None:
    assert "By author" not in answer_html(_model_answer(("Anna", None), ("Anna", None)))


def test_a_card_highlights_the_quote_in_the_words_around_it_and_links_to_the_article() -> None:
    html = sources_html(_answer(_ref()).citations)
    assert "Before it. <mark>The quote itself.</mark> After it." in html
    assert 'href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer"' in html
    assert "An author · A paper · 1 June 2024" in html


def test_an_abstention_says_so_with_its_reason_and_the_nearest_articles() -> None:
    abstained = Answer("q", "q", "…", True, "no article mentions “X”", (), (), "quotes", nearest=(_ref(),))
    html = answer_html(abstained)
    assert "The articles do not answer this." in html
    assert "No article mentions “X”." in html
    assert 'data-article="a">A title</button>' in html
    assert announcement(abstained) == "The articles do not answer this."


def test_a_follow_up_shows_how_it_was_understood() -> None:
    assert "Understood as: And Brazil? (communiqué)" in answer_html(
        replace(_answer(_ref()), question="And Brazil?", standalone_question="And Brazil? (communiqué)")
    )


def _views(kind: Kind, *sections: Section) -> Answer:
    """An answer of two quotes in sections, and a line that belongs to none."""
    one, other = _answer(_ref()), _citation(_ref(id="b", author="Ben"), 2, "Another quote.")
    statements = (*one.statements, Statement("Ben argues: “Another quote.”", (2,), 0.98, "supported"))
    text = f"{statements[0].text} [1]\n\n{statements[1].text} [2]\n\nCleo has written nothing on this."
    return replace(
        one, text=text, statements=statements, citations=(*one.citations, other), kind=kind, sections=sections,
        nearest=(_ref(id="c", title="A third"),),
    )  # fmt: skip


def test_views_are_sections_below_their_authors() -> None:
    html = answer_html(
        _views("views", Section((0,), "Anna", "Anna", date(2024, 6, 1)), Section((1,), "Ben", "Ben", None))
    )
    assert '<h3>Anna<span class="meta">1 June 2024</span></h3>' in html
    assert html.index("<h3>Ben") < html.index("“Another quote.”") < html.index("Cleo has written nothing on this.")
    assert "By author" not in html
    assert (
        'Also on this</p><ul class="nearest"><li><button type="button" class="open-article" data-article="c">' in html
    )
    assert "2 quotes, word for word from the articles" in html


def test_a_timeline_is_sections_below_their_days() -> None:
    html = answer_html(
        _views(
            "timeline", Section((0,), "A title", "Anna", date(2024, 6, 1)), Section((1,), "B", "Ben", date(2024, 7, 2))
        )
    )
    assert '<h3>1 June 2024<span class="meta">Anna</span></h3>' in html
    assert '<h3>2 July 2024<span class="meta">Ben</span></h3>' in html


def test_a_model_s_text_that_comes_back_to_a_view_stays_as_it_was_written() -> None:
    answer = _model_answer(("Anna", None), ("Ben", None), ("Anna", None))
    sections = (Section((0, 2), "Anna", "Anna"), Section((1,), "Ben", "Ben"))
    html = answer_html(replace(answer, kind="views", sections=sections))
    assert html.index("Anna says so.") < html.index("Ben says so.") < html.rindex("Anna says so.")
    assert "By author" in html


def test_talk_has_its_questions_as_buttons_and_no_check() -> None:
    text = f"Hello {HOSTILE}.\n\nYou could ask:\n- Why {HOSTILE}?\n- Who?"
    talk = Answer("hi", "hi", text, False, None, (), (), "quotes", kind="talk")
    html = turn_html(talk)
    assert '<button type="button" class="ask-this">Who?</button>' in html
    assert html.count("ask-this") == 2
    for absent in ("word for word", "Sources", "summary", "<script", "<img"):
        assert absent not in html
    assert announcement(talk) == "Answer ready."


def test_what_was_counted_is_a_list_with_chips_and_no_verdicts() -> None:
    one = _answer(_ref())
    statements = (Statement("2 articles:", (), 1.0, "supported"), Statement("“A title”", (1,), 1.0, "supported"))
    counted = replace(one, text="2 articles:\n\n- “A title” [1]", statements=statements, kind="collection")
    html = turn_html(counted)
    assert '<p class="said">2 articles:</p><ul class="listed"><li>“A title” <button type="button" class="chip"' in html
    assert "Counted in the catalogue" in html
    assert "verbatim" not in html
    assert "Quotes, word for word" not in html
    assert announcement(counted) == "Answer ready. Counted in the catalogue."


SCOPED = Understanding(
    "Why did wages fall?",
    (("wgaes", "wages"),),
    QuestionScope(authors=("Anna", "Ben"), since=date(2023, 1, 1), until=date(2023, 12, 31)),
    "articles of 2023 by Anna and Ben",
)


def test_each_part_of_the_understanding_can_be_taken_back() -> None:
    answer = replace(
        _answer(_ref()), question="and wgaes?", standalone_question="Why did wages fall?", understood=SCOPED
    )
    html = answer_html(answer)
    assert 'Understood as: Why did wages fall?<button type="button" class="take-back quiet"' in html
    assert 'data-parts="conversation">Ask without the conversation</button>' in html
    for part, words in (
        ("authors", "articles by Anna and Ben"), ("dates", "articles of 2023"), ("spelling", "wgaes → wages")
    ):  # fmt: skip
        assert f'<li>{words}<button type="button" class="take-back" data-parts="{part}" aria-label="Ask again' in html
    assert "Ask all the articles" not in html


def test_an_abstention_within_a_scope_offers_the_question_without_it() -> None:
    declined = Answer("q", "q", "No.", True, "nothing", (), (), "quotes", understood=SCOPED)
    html = answer_html(declined)
    assert "Only articles of 2023 by Anna and Ben were searched." in html
    assert 'data-parts="authors dates">Ask all the articles</button>' in html


def test_hostile_names_in_an_understanding_are_text() -> None:
    scope = QuestionScope(authors=(HOSTILE,), sources=(HOSTILE,), topics=(HOSTILE,), articles=("a",))
    hostile = Understanding(HOSTILE, ((HOSTILE, HOSTILE),), scope, HOSTILE, (HOSTILE,))
    answer = replace(_views("views", Section((0,), HOSTILE, HOSTILE), Section((1,), "B")), understood=hostile)
    for shown in (answer, replace(answer, abstained=True, reason="no")):
        assert HOSTILE in visible_text(answer_html(shown))


def test_the_steps_are_said_in_their_order_over_the_text_so_far() -> None:
    html = working_html(
        [AnswerStep("searching", 1240), AnswerStep("reading", 6), AnswerStep("checking", 4)], f"First.\n\n{HOSTILE}"
    )
    assert "searching 1,240 passages · reading 6 · checking 4 sentences …" in html
    assert "<p>First.</p>" in html
    assert "<script" not in html


@pytest.mark.parametrize("field", ["id", "title", "author", "source", "url"])
def test_hostile_fields_are_text(field: str) -> None:
    answer = _answer(_ref(**{field: HOSTILE}), quote=f"Quote {HOSTILE}.")
    hostile = replace(
        answer, question=HOSTILE, standalone_question=HOSTILE + "2", notice=HOSTILE, writer=f"llm:{HOSTILE}"
    )
    abstained = replace(hostile, abstained=True, reason=HOSTILE, nearest=(answer.citations[0].article,))
    for html in (turn_html(hostile), turn_html(abstained), turn_html(answer)):
        assert "<script" not in html
        assert "<img" not in html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://[bad", 'https://x/" onclick="y']
)
def test_only_addresses_of_the_web_become_links_and_none_breaks_out_of_its_attribute(url: str) -> None:
    html = sources_html(_answer(_ref(url=url)).citations)
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert '" onclick="' not in html


def test_an_error_is_text_in_an_alert() -> None:
    assert error_html(HOSTILE).startswith('<p class="notice failed" role="alert">')
    assert "<script" not in error_html(HOSTILE)


def test_a_card_has_the_correction_and_the_answer_its_freshness_as_text() -> None:
    corrected = _ref(correction=HOSTILE, version=2, updated=date(2024, 7, 5))
    fresh = Freshness(date(2024, 6, 1), (), (HOSTILE,))
    for html in (turn_html(replace(_answer(corrected), freshness=fresh)), sources_html([_citation(corrected)])):
        assert "<script" not in html
        assert "<img" not in html
        assert "Text as of 5 July 2024 (version 2)." in html
    assert "Newest article: 1 June 2024." in turn_html(replace(_answer(corrected), freshness=fresh))
    declined = replace(_answer(_ref()), abstained=True, reason="no", citations=(), statements=(), freshness=fresh)
    assert "Newest article: 1 June 2024." in answer_html(declined)
