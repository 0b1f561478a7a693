"""Boilerplate around an article goes, and tells who wrote it where; the article's own prose stays to the character."""

import time

import pytest

from rag.readers.boilerplate import cleaned
from rag.readers.fields import split_front_matter
from rag.readers.files import plain
from rag.settings import bundled
from tests.conftest import shared

PROSE = (
    "The ministers met on Tuesday and agreed on very little, which is what ministers do when the cameras are running.",
    "Nobody who watched expected more. The price of gas had fallen, and with it the sense that anything was urgent.",
    "A promise without a sum is a wish, and wishes are cheap in every capital that has made them so far.",
)
BODY = "\n\n".join(PROSE)

AROUND = (
    "By Jane Doe",
    "By Jane Doe and John Roe",
    "By Élie Barnavi, June 25, 2024 6:00 AM EDT",
    "BY JANE DOE | THE REVIEW",
    "Jane Doe is a columnist for The Review.",
    "*Jane Doe is professor of history at Oxford University and the author of Bread and Borders.*",
    "The writer is a professor at Columbia University.",
    "© 2024 The Review. All rights reserved.",
    "Copyright 2024 Project Syndicate",
    "Published June 5, 2024",
    "Updated: 25 June 2024, 06:00",
    "Photo: Jane Doe/Agency",
    "5 min read",
    "Advertisement",
    "Share this article",
    "Follow us on Twitter",
    "Read more: Ten things about gas",
    "Contact us at letters@review.example.",
    "Sign up for our newsletter to get every column in your inbox.",
    "The views expressed in this article are the author's own.",
    "Editor's note: The opinions expressed in this commentary are solely those of the author.",
    "This column does not necessarily reflect the opinion of the editorial board or of its owners.",
    "This article was originally published in The Conversation.",
    "We welcome outside contributions. Send your letters to the editor.",
)

# Sentences that a looser rule takes for furniture; each is what an author may write.
PROSE_THAT_LOOKS_LIKE_IT = (
    "By New Year, everyone had forgotten.",
    "By World War II, it was over.",
    "Published in 1944, it still matters.",
    "Copyright law was written for another age.",
    "Share this burden with us.",
    "Follow this logic to its end.",
    "GDP does not necessarily reflect welfare.",
    "Polls do not necessarily reflect the views of voters.",
    "Germany would welcome contributions from its allies.",
    "Generals send letters to ministers.",
    "Millions subscribe to his newsletter.",
    "Millions follow her on X.",
    "Western donors support independent journalism in Georgia.",
    "Their money will help us continue the war, the minister hopes.",
    "The views expressed by the bank's chair last week moved markets.",
    "John Smith is a professor at Columbia University and author of a new book on tariffs. He said that they hurt.",
    "Christine Lagarde is the president of the European Central Bank and a former minister. “We wait,” she promised.",
    "Mario Draghi was the president of a central bank and a former governor of another one.",
)


@pytest.mark.parametrize("boilerplate", AROUND)
def test_boilerplate_before_and_after_an_article_goes(boilerplate: str) -> None:
    assert cleaned(f"{boilerplate}\n\n{BODY}").text == BODY
    assert cleaned(f"{BODY}\n\n{boilerplate}").text == BODY
    assert cleaned(f"{boilerplate}\n\n{BODY}\n\nMore Must-Reads from The Review\n\n{boilerplate}").text == BODY


@pytest.mark.parametrize("sentence", PROSE_THAT_LOOKS_LIKE_IT)
def test_prose_that_resembles_boilerplate_stays_wherever_it_stands(sentence: str) -> None:
    for paragraphs in ((sentence, *PROSE), (PROSE[0], sentence, *PROSE[1:]), (*PROSE, sentence)):
        text = "\n\n".join(paragraphs)
        assert cleaned(text).text == text


def test_an_article_about_a_person_keeps_the_sentence_that_presents_them() -> None:
    opening = "Vladimir Putin is the president of Russia and a former officer of its secret service."
    text = (
        f"{opening}\n\n{BODY}\n\nWhat Putin wants is another matter, and nobody at the table asked about it in earnest."
    )
    found = cleaned(text)
    assert found.text == text
    assert found.author is None


def test_a_biography_in_the_midst_of_the_prose_is_part_of_it() -> None:
    middle = "Jane Doe is a columnist and a former president of the board, and she is not amused by any of this."
    text = "\n\n".join([PROSE[0], middle, *PROSE[1:]])
    assert cleaned(text).text == text


def test_text_wrapped_at_a_width_loses_none_of_its_lines() -> None:
    text = (
        "The rules were old, and the talk about them lasted for\n10 minutes.\n\n"
        "Nobody knew why\ncopyright law was written so, or how to\nshare this burden with others, or\n"
        "related.\n\nThey were asked about mail, prints and\ncomments."
    )
    assert cleaned(text).text == text


def test_paragraphs_that_stay_are_kept_to_the_character() -> None:
    text = (
        "First  line with two spaces,\xa0a no-break space and a tab\there.\n  An indented second line.  \n\nLast one. "
    )
    assert cleaned(f"Share\n\n{text}").text == text


def test_byline_and_biography_tell_author_and_publication() -> None:
    found = cleaned(
        f"By Ana de la Cruz, John Roe and Li Na\n\n{BODY}\n\nJohn Roe is a columnist for The Review of Trade."
    )
    assert (found.text, found.author) == (BODY, "Ana de la Cruz, John Roe and Li Na")
    assert found.source == "The Review of Trade"


def test_nothing_is_told_where_nothing_says_it() -> None:
    found = cleaned(BODY)
    assert (found.text, found.author, found.source) == (BODY, None, None)


def test_text_that_is_boilerplate_alone_leaves_nothing() -> None:
    assert cleaned("By Jane Doe\n\n3 minute read\n\nSubscribe to our newsletter").text == ""


def test_a_column_pasted_from_the_web_is_its_own_paragraphs_and_no_more() -> None:
    text = shared("articles/putin-kim-connection.txt").read_text(encoding="utf-8")
    found = plain(text, "putin-kim-connection.txt", "putin-kim-connection")
    assert found.title == "The Meaning of the Putin-Kim Connection"
    assert (found.author, found.source) == ("Ian Bremmer", "TIME")
    own = [line for line in text.split("\n") if line.strip()][3:-3]
    assert len(own) == 10
    assert found.text.split("\n\n") == own
    for alien in (
        "3 minute read",
        "Ian Bremmer",
        "More Must-Reads",
        "Contact us at",
        "TIME Ideas",
        "Opinions expressed",
    ):
        assert alien not in found.text


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000_000,
        "- " * 1_000_000,
        "A b " * 500_000,
        "Jane Doe is " * 200_000,
        "\n" + " " * 2_000_000 + "x",
        "\n\n".join(f"Jane Doe{n} is a columnist and a former president of the board of Mars." for n in range(20_000)),
    ],
    ids=["one word", "dashes", "letters", "names", "blanks", "biographies"],
)
def test_no_text_however_odd_takes_long(text: str) -> None:
    began = time.monotonic()
    cleaned(text)
    assert time.monotonic() - began < 3


def test_no_piece_of_the_bundled_corpus_loses_a_word() -> None:
    files = sorted((bundled("corpus") / "articles").glob("*.md"))
    assert len(files) >= 40
    for file in files:
        _, body = split_front_matter(file.read_text(encoding="utf-8"), file.name)
        found = cleaned(body)
        assert found.text == body.strip("\n"), file.name
        assert (found.author, found.source) == (None, None), file.name
