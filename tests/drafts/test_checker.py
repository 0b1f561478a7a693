"""Whole drafts against the bundled corpus, kind ones and hostile ones."""

import pytest

from rag import DraftFinding, QueryEngine, RagError

DRAFT = (
    "# A note\n\nThe European AI Act passed the Parliament by 523 votes to 46. The Senate voted by 79 to 21 against a "
    "ten-year ban on state rules. A hospital in Graz switched its scanners off in protest. I find that amusing.\n\n"
    "The Other Majorty knows: “A chair is worth having once the person in it may change the menu.” "
    "(The Other Majority, February 2025)\n"
)


def by_text(findings: tuple[DraftFinding, ...]) -> dict[str, DraftFinding]:
    return {finding.text[:24]: finding for finding in findings}


def test_each_sentence_has_its_verdict_and_each_name_its_spelling(engine: QueryEngine) -> None:
    report = engine.check_draft(DRAFT)
    verdicts = {text: finding.verdict for text, finding in by_text(report.findings).items()}
    assert verdicts == {
        "The European AI Act pass": "supported",
        "The Senate voted by 79 t": "contradicted",
        "A hospital in Graz switc": "not_covered",
        "I find that amusing.": "opinion",
        "The Other Majorty": "misspelt",
        "A chair is worth having ": "verbatim",
        "The Other Majority, Febr": "resolved",
    }
    assert report.has_errors
    assert [finding.start for finding in report.findings] == sorted(finding.start for finding in report.findings)
    assert all(DRAFT[finding.start : finding.end] == finding.text for finding in report.findings)
    contradicted = by_text(report.findings)["The Senate voted by 79 t"]
    assert {difference.draft for difference in contradicted.differences} == {"79", "21"}
    assert "99" in contradicted.message


def test_findings_are_streamed_one_by_one_and_are_the_same(engine: QueryEngine) -> None:
    stream = engine.stream_draft(DRAFT)
    assert next(stream).kind in ("claim", "quotation")
    assert {finding.start for finding in engine.stream_draft(DRAFT)} == {
        finding.start for finding in engine.check_draft(DRAFT).findings
    }


def test_a_claim_of_another_author_is_misattributed(engine: QueryEngine) -> None:
    claim = "that the organisers picked these subjects because states that agree on nothing else could agree on them"
    (own,) = engine.check_draft(f"House Rules writes {claim}.").findings
    (other,) = engine.check_draft(f"Barrels and Grids writes {claim}.").findings
    assert own.verdict == "supported"
    assert other.verdict == "misattributed"
    assert "House Rules" in other.message


def test_a_cited_article_that_does_not_bear_the_sentence_out_is_named(engine: QueryEngine) -> None:
    text = "The AI Act passed the European Parliament by 523 votes to 46.[1]\n\n[1]: Hard Power, “Three Winters Late”"
    findings = engine.check_draft(text).findings
    assert "not_supporting" in {finding.verdict for finding in findings}
    right = text.replace("Hard Power, “Three Winters Late”", "“A Rulebook in Search of Its Standards”")
    assert "not_supporting" not in {finding.verdict for finding in engine.check_draft(right).findings}


def test_a_misspelt_title_is_no_quotation(engine: QueryEngine) -> None:
    findings = engine.check_draft("It stands in “Three Winter Late” by Hard Power.").findings
    assert [finding.kind for finding in findings if finding.text == "Three Winter Late"] == ["name"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no words"), ("  \n\t", "no words"), ("?!…“”", "no words"), ("\"'“‘«", "no words"),
        ("word " * 400_000, "at most 100,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_refused_in_one_line(engine: QueryEngine, text: str, message: str) -> None:
    with pytest.raises(RagError, match=message) as refusal:
        engine.check_draft(text)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('x')</script> <img src=x onerror=y> [a](javascript:b) ![](x)",
        "one lone “ mark stands here",
        "no sentence no stop no capital letter " * 50,
        "Die Regierung hat gestern beschlossen, dass „alle Züge pünktlich fahren müssen“, und ging nach Hause.",
        "政府昨天决定所有火车都必须准点。“所有的火车都必须准点到达”，他说。",
        "[1] [2] [3] [^4]\n[1]: \n[^4]: ^^^",
        "> > > > nested\n> > quote",
        "“" * 500 + "a b c d" + "”" * 500,
        "\x00\x01 control \u202e characters \ufffd and half a pair \ud800 here.",
    ],
)
def test_a_hostile_draft_gets_a_fair_report(engine: QueryEngine, text: str) -> None:
    report = engine.check_draft(text)
    assert not report.has_errors
    assert all(finding.verdict not in ("supported", "verbatim") for finding in report.findings)
