"""Boilerplate around an article is stripped and names its author; the article's prose is kept to the character."""

import time

import pytest

from rag.package_data import bundled_folder
from rag.readers.files import article_from_plain_text
from rag.readers.front_matter import split_front_matter
from rag.readers.pages.boilerplate import strip_boilerplate
from tests.conftest import shared

PROSE = (
    "The ministers met on Tuesday and agreed on very little, which is what ministers do when the cameras are running.",
    "Nobody who watched expected more. The price of gas had fallen, and with it the sense that anything was urgent.",
    "A promise without a sum is a wish, and wishes are cheap in every capital that has made them so far.",
)
BODY = "\n\n".join(PROSE)

BOILERPLATE = (
    "By Jane Doe",
    "By Jane Doe and John Roe",
    "By Jane Doe in New Haven",
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
    "This article is for subscribers only. Subscribe now to read on.",
    "This content is available only to our registered members.",
    "Log in to continue reading this column and all others.",
    "We welcome outside contributions. Send your letters to the editor.",
)

# Sentences that an author may write, and that a looser pattern would take for boilerplate.
PROSE_LIKE_BOILERPLATE = (
    "By New Year, everyone had forgotten.",
    "By World War II, it was over.",
    "By New Year in Moscow the price had doubled.",
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
    "This article is for those who remember the winter.",
    "Members register to vote, and few come.",
    "Western donors support independent journalism in Georgia.",
    "Their money will help us continue the war, the minister hopes.",
    "The views expressed by the bank's chair last week moved markets.",
    "John Smith is a professor at Columbia University and author of a new book on tariffs. He said that they hurt.",
    "Christine Lagarde is the president of the European Central Bank and a former minister. “We wait,” she promised.",
    "Mario Draghi was the president of a central bank and a former governor of another one.",
)


@pytest.mark.parametrize("boilerplate", BOILERPLATE)
def test_boilerplate_before_and_after_an_article_is_stripped(boilerplate: str) -> None:
    assert strip_boilerplate(f"{boilerplate}\n\n{BODY}").text == BODY
    assert strip_boilerplate(f"{BODY}\n\n{boilerplate}").text == BODY
    assert (
        strip_boilerplate(f"{boilerplate}\n\n{BODY}\n\nMore Must-Reads from The Review\n\n{boilerplate}").text == BODY
    )


@pytest.mark.parametrize("sentence", PROSE_LIKE_BOILERPLATE)
def test_prose_like_boilerplate_is_kept_in_every_position(sentence: str) -> None:
    for paragraphs in ((sentence, *PROSE), (PROSE[0], sentence, *PROSE[1:]), (*PROSE, sentence)):
        text = "\n\n".join(paragraphs)
        assert strip_boilerplate(text).text == text


def test_an_article_about_a_person_keeps_the_sentence_introducing_them() -> None:
    opening = "Vladimir Putin is the president of Russia and a former officer of its secret service."
    text = (
        f"{opening}\n\n{BODY}\n\nWhat Putin wants is another matter, and nobody at the table asked about it in earnest."
    )
    stripped = strip_boilerplate(text)
    assert stripped.text == text
    assert stripped.author is None


def test_a_biography_between_paragraphs_of_prose_is_kept() -> None:
    middle = "Jane Doe is a columnist and a former president of the board, and she is not amused by any of this."
    text = "\n\n".join([PROSE[0], middle, *PROSE[1:]])
    assert strip_boilerplate(text).text == text


def test_text_wrapped_at_a_width_keeps_all_of_its_lines() -> None:
    text = (
        "The rules were old, and the talk about them lasted for\n10 minutes.\n\n"
        "Nobody knew why\ncopyright law was written so, or how to\nshare this burden with others, or\n"
        "related.\n\nThey were asked about mail, prints and\ncomments."
    )
    assert strip_boilerplate(text).text == text


def test_kept_paragraphs_are_kept_to_the_character() -> None:
    text = (
        "First  line with two spaces,\xa0a no-break space and a tab\there.\n  An indented second line.  \n\nLast one. "
    )
    assert strip_boilerplate(f"Share\n\n{text}").text == text


def test_byline_and_biography_name_author_and_publication() -> None:
    stripped = strip_boilerplate(
        f"By Ana de la Cruz, John Roe and Li Na\n\n{BODY}\n\nJohn Roe is a columnist for The Review of Trade."
    )
    assert (stripped.text, stripped.author) == (BODY, "Ana de la Cruz, John Roe and Li Na")
    assert stripped.source == "The Review of Trade"


def test_without_boilerplate_there_is_no_author_and_no_publication() -> None:
    stripped = strip_boilerplate(BODY)
    assert (stripped.text, stripped.author, stripped.source) == (BODY, None, None)


def test_a_text_of_boilerplate_alone_leaves_nothing() -> None:
    assert strip_boilerplate("By Jane Doe\n\n3 minute read\n\nSubscribe to our newsletter").text == ""


def test_a_column_pasted_from_the_web_keeps_its_own_paragraphs_alone() -> None:
    text = shared("articles/putin-kim-connection.txt").read_text(encoding="utf-8")
    article = article_from_plain_text(text, "putin-kim-connection.txt", "putin-kim-connection")
    assert article.title == "The Meaning of the Putin-Kim Connection"
    assert (article.author, article.source) == ("Ian Bremmer", "TIME")
    own_paragraphs = [line for line in text.split("\n") if line.strip()][3:-3]
    assert len(own_paragraphs) == 10
    assert article.text.split("\n\n") == own_paragraphs
    for boilerplate in (
        "3 minute read",
        "Ian Bremmer",
        "More Must-Reads",
        "Contact us at",
        "TIME Ideas",
        "Opinions expressed",
    ):
        assert boilerplate not in article.text


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
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    strip_boilerplate(text)
    assert time.process_time() - began < 3


def test_no_article_of_the_bundled_corpus_loses_a_word() -> None:
    files = sorted((bundled_folder("corpus") / "articles").glob("*.md"))
    assert len(files) >= 40
    for file in files:
        _, body = split_front_matter(file.read_text(encoding="utf-8"), file.name)
        stripped = strip_boilerplate(body)
        assert stripped.text == body.strip("\n"), file.name
        assert (stripped.author, stripped.source) == (None, None), file.name
