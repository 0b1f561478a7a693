"""Verdicts on quotations, against the bundled corpus."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.datasets.articles import bundled_articles
from rag import DraftFinding, QueryEngine
from rag.drafts.quoting.words import is_content_word, text_words
from rag.text.sentences import sentence_spans

DENIAL = "Every delay in an adversary's arsenal is a gain, whether or not it is matched by some triumph at home."
TYPOGRAPHY = {
    "'": ("'", "’"), "-": ("-", "‐", "–"), " ": (" ", "  ", "\u00a0", "\n"), "fi": ("fi", "ﬁ"), "fl": ("fl", "ﬂ"),
    "—": ("—", "--", " - "), "é": ("é", "e\u0301"), "…": ("…",),
}  # fmt: skip
MARKS = ("“{}”", '"{}"', "«{}»", "„{}“")
REPLACEMENT = "xylophone"


def check(engine: QueryEngine, draft: str) -> DraftFinding:
    (finding,) = [finding for finding in engine.check_draft(draft).findings if finding.kind == "quotation"]
    return finding


@cache
def corpus_sentences() -> tuple[tuple[str, str], ...]:
    """The corpus's sentences that a draft could quote whole, with their articles' ids."""
    return tuple(
        (article.id, sentence)
        for article in bundled_articles()
        for start, end in sentence_spans(article.text)
        if len((sentence := article.text[start:end]).split()) >= 4 and not re.search(r"[“”\"«»„\[\]…]|\.\.\.", sentence)
    )


@settings(max_examples=60)
@given(data=st.data())
def test_any_sentence_with_other_typography_is_verbatim(engine: QueryEngine, data: st.DataObject) -> None:
    article_id, sentence = data.draw(st.sampled_from(corpus_sentences()))
    pattern = "|".join(map(re.escape, TYPOGRAPHY))
    changed = re.sub(pattern, lambda match: data.draw(st.sampled_from(TYPOGRAPHY[match[0]])), sentence)
    finding = check(engine, f"Somebody wrote {data.draw(st.sampled_from(MARKS)).format(changed)}")
    assert finding.verdict in ("verbatim", "cut"), finding
    assert finding.source is not None
    assert finding.source.article.id == article_id


@settings(max_examples=60)
@given(data=st.data())
def test_any_sentence_with_another_content_word_is_altered(engine: QueryEngine, data: st.DataObject) -> None:
    article_id, sentence = data.draw(
        st.sampled_from([pair for pair in corpus_sentences() if len(pair[1].split()) >= 7])
    )
    words = text_words(sentence)
    content = [span for word, span in zip(words.words, words.spans, strict=True) if is_content_word(word)]
    start, end = data.draw(st.sampled_from(content))
    finding = check(engine, f"Somebody wrote “{sentence[:start]}{REPLACEMENT}{sentence[end:]}”")
    assert finding.verdict == "altered", finding
    assert finding.source is not None
    # Another article may have the same other words: "on 3 March" and "on 3 April".
    others = set(words.words) - set(text_words(sentence[start:end]).words)
    assert finding.source.article.id == article_id or others <= set(text_words(finding.source.quote).words)
    assert any(REPLACEMENT in difference.draft for difference in finding.differences)


@pytest.mark.parametrize(
    ("draft", "article"),
    [("Now the other xylophone of the ledger.", "column"), ("Each side says that the other has been Portugal.", "")],
)
def test_a_short_sentence_with_one_word_changed_is_altered(engine: QueryEngine, draft: str, article: str) -> None:
    finding = check(engine, f"Somebody wrote “{draft}”")
    assert finding.verdict == "altered"
    assert len(finding.differences) == 1
    assert article in finding.differences[0].article


def test_a_dropped_not_is_a_hard_difference(engine: QueryEngine) -> None:
    finding = check(engine, "As House Rules writes, “Communiqués do stop tanks.”")
    assert finding.verdict == "altered"
    assert [(difference.kind, difference.article, difference.is_hard) for difference in finding.differences] == [
        ("dropped", "not", True)
    ]
    assert finding.suggestion == "Communiqués do not stop tanks"


def test_an_omission_that_hides_a_not_is_altered_and_an_honest_one_is_verbatim(engine: QueryEngine) -> None:
    assert check(engine, "“Communiqués do … stop tanks.”").verdict == "altered"
    assert check(engine, "“The cheapest cargo … has no nationality.”").verdict == "verbatim"


def test_an_insertion_changes_nothing(engine: QueryEngine) -> None:
    assert check(engine, "“Denial without a plan [for industry] is a meter running.”").verdict == "verbatim"


def test_words_of_another_author_are_misattributed(engine: QueryEngine) -> None:
    for draft in (
        f"The Asia Desk wrote: “{DENIAL}”",
        f"“{DENIAL}” (The Asia Desk, November 2022)",
        f"“{DENIAL}” That was The Asia Desk.",
        f"“{DENIAL}”[1]\n\n[1]: The Asia Desk, “Beijing Has Learned to License”",
        f"“{DENIAL}” (Hard Power, May 2024)",
    ):
        finding = check(engine, draft)
        assert finding.verdict == "misattributed", draft
        assert "Hard Power, “Denial Is a Goal in Its Own Right” (November 2022)" in finding.message


def test_words_of_the_named_author_are_verbatim(engine: QueryEngine) -> None:
    for draft in (
        f"Hard Power wrote in November 2022: “{DENIAL}”",
        f"“{DENIAL}” (Hard Power, 2022)",
        f"The Asia Desk disagrees. “{DENIAL}” So wrote Hard Power.",
        f"> {DENIAL}\n\nNobody is named here.",
    ):
        assert check(engine, draft).verdict == "verbatim", draft


def test_a_quotation_that_ends_where_the_author_turns_is_cut(engine: QueryEngine) -> None:
    finding = check(engine, "House Rules: “If Spain can field its list for less, the alliance loses nothing.”")
    assert finding.verdict == "cut"
    assert "But the claim ought to have been examined" in finding.message


def test_words_of_nobody_are_not_in_the_collection(engine: QueryEngine) -> None:
    finding = check(engine, "Hard Power says “every capital south of the Sahara has already paid its entrance fee”.")
    assert finding.verdict == "not_found"
    assert finding.source is None


def test_two_places_joined_into_one_quotation_are_altered(engine: QueryEngine) -> None:
    finding = check(
        engine,
        "“Our verdict is favourable, with the margins noted. The entry to watch is the one that Apulia left blank.”",
    )
    assert finding.verdict == "altered"
    assert [difference.kind for difference in finding.differences] == ["joined"]


def test_offsets_are_those_of_the_draft_and_of_the_article(engine: QueryEngine) -> None:
    draft = f"First a word.\n\nThen “{DENIAL}” and more."
    finding = check(engine, draft)
    assert draft[finding.start : finding.end] == finding.text == DENIAL
    assert finding.source is not None
    article = engine.article(finding.source.article.id)
    assert article is not None
    assert article.text[finding.source.start : finding.source.end] == finding.source.quote


@pytest.mark.parametrize("author", ["Hard Power", "The Asia Desk"])
def test_a_filter_limits_the_articles(engine: QueryEngine, author: str) -> None:
    (finding,) = engine.check_draft(f"“{DENIAL}”", author=author).findings
    assert (finding.verdict == "verbatim") == (author == "Hard Power")
