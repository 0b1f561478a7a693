"""Which sentences are quoted: whole and verbatim, with what they lean on, each point once; and when nothing is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.answerability import Features, answerability, names_in
from rag.evidence import MOST_SENTENCES
from rag.sentences import sentence_spans

PIECES = {
    "dam": (
        "The dam at Kelling Falls was finished in 1974.\n\n"
        "Engineers found cracks in the dam's northern wall last spring. They closed the road beneath it at once. "
        "The ministry refused to lower the water, because farmers downstream had been promised a full season.\n\n"
        "What would it cost to mend the wall? An outside firm has put the price at 40 million crowns.\n\n"
        "Tourists still come for the view, and the hotel is full."
    ),
    "copy": (
        "Another paper on the same dam.\n\n"
        "Engineers found cracks in the northern wall of the dam last spring.\n\n"
        "The mayor of Kelling wants the dam mended before the harvest."
    ),
    "bread": "Bread became dearer in the capital. Bakers blame the price of flour, and the mills blame the drought.",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("evidence")
    for name, text in PIECES.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: The {name}\nauthor: Writer of {name}\n---\n{text}\n")
    with open_engine(folder / "home", empty=True) as opened:
        opened.add(*(folder / f"{name}.md" for name in PIECES))
        yield opened


def test_quotes_are_runs_of_whole_sentences(engine: QueryEngine) -> None:
    answer = engine.ask("What did engineers find in the dam's northern wall?")
    assert answer.citations
    for citation in answer.citations:
        held = engine.article(citation.article.id)
        assert held is not None
        spans = sentence_spans(held.text)
        inside = [span for span in spans if citation.start <= span[0] and span[1] <= citation.end]
        assert (inside[0][0], inside[-1][1]) == (citation.start, citation.end)
        assert len(inside) <= MOST_SENTENCES + 1


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(engine: QueryEngine) -> None:
    answer = engine.ask("Who closed the road beneath the dam?")
    quote = next(one.quote for one in answer.citations if "closed the road" in one.quote)
    assert quote.startswith("Engineers found cracks")


def test_the_same_point_is_made_once(engine: QueryEngine) -> None:
    answer = engine.ask("What did engineers find in the dam's northern wall last spring?")
    assert sum("found cracks" in citation.quote for citation in answer.citations) == 1


def test_a_question_in_the_text_hands_on_to_its_answer(engine: QueryEngine) -> None:
    answer = engine.ask("What would it cost to mend the wall of the dam?")
    assert "40 million crowns" in answer.citations[0].quote


def test_no_more_quotes_than_the_setting_allows(tmp_path: Path, engine: QueryEngine) -> None:
    few = engine.settings.model_copy(update={"max_quotes": 1})
    with open_engine(settings=few) as again:
        assert len(again.ask("What is known of the dam's wall?").citations) == 1


def test_the_best_quote_comes_first_and_scores_do_not_rise(engine: QueryEngine) -> None:
    answer = engine.ask("Why did the ministry refuse to lower the water of the dam?")
    assert "farmers downstream" in answer.citations[0].quote
    scores = [citation.score for citation in answer.citations]
    assert scores == sorted(scores, reverse=True)


def test_what_the_articles_do_not_hold_is_declined_with_the_nearest(engine: QueryEngine) -> None:
    answer = engine.ask("Which orchestra opened the festival in Salzburg?")
    assert answer.abstained
    assert "Salzburg" in (answer.reason or "")
    assert "Nearest: " in answer.text


def test_related_articles_that_do_not_answer_are_said_to_be_related(engine: QueryEngine) -> None:
    answer = engine.ask("How old are the farmers and tourists who blame bakers?")
    assert answer.abstained
    assert answer.reason == "related articles do not answer it"


def test_a_subject_in_small_letters_that_no_article_mentions_is_named(engine: QueryEngine) -> None:
    answer = engine.ask("how long is the tunnel under the mountain")
    assert answer.abstained
    assert "“mountain” or “tunnel”" in (answer.reason or "")


def test_the_threshold_is_a_setting(engine: QueryEngine) -> None:
    question = "Which orchestra opened the festival in Salzburg?"
    low = engine.answerability(question)
    assert 0 < low < 0.5 < engine.answerability("What did engineers find in the dam's northern wall?") < 1
    daring = engine.settings.model_copy(update={"abstain_below": 0.0})
    with open_engine(settings=daring) as again:
        assert not again.ask(question).abstained


def test_answerability_rises_with_what_bears_and_falls_for_an_unknown_name() -> None:
    plain = Features(0.6, 0.6, ())
    assert answerability(plain) > 0.5
    assert answerability(Features(0.8, 0.8, ())) > answerability(plain)
    assert answerability(Features(0.6, 0.2, ())) < answerability(plain)
    assert answerability(Features(0.6, 0.6, ("Zaphod",))) < answerability(plain)
    # Missing the kind costs a bounded amount: "at noon" answers a "when" without looking like a date.
    assert answerability(Features(1.2, 0.0, ())) > 0.5


def test_names_are_what_a_writer_capitalises() -> None:
    assert names_in("What did Zaphod say in 2024 about the pact?") == ["Zaphod", "2024"]
    assert names_in("WHAT DID ZAPHOD SAY IN 2024") == ["2024"]
