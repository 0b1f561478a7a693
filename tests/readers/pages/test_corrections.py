"""Notices of corrections: what is one, what only looks like one, and where on a page they stand."""

import lxml.html
import pytest

from rag.readers.pages.corrections import correction_in, correction_on_page, is_correction
from tests.support.library.sources import PROSE

NOTICES = [
    "Correction: An earlier version of this column gave the wrong year for the treaty.",
    "CORRECTION (June 12): The name of the minister is Anna Lind.",
    "Correction, June 12, 2024: the ferry carries 400 passengers, not 4,000.",
    "Correction — The vote was on Tuesday.",
    "Clarification: the bank lent the money and did not give it.",
    "Corrections and clarifications: the river is the Oder.",
    "This article was amended on 3 May 2024 to correct the number of ships.",
    "• This article was amended on 3 May 2024. An earlier version said forty ships.",
    "This story has been corrected to show that the port is in Poland.",
    "This piece was updated to reflect the minister's resignation.",
    "An earlier version of this article misstated the size of the fleet.",
    "Editor’s note: This essay has been corrected.",
    "Editor's note: An earlier version of this essay gave the wrong name.",
]
OTHERS = [
    "Editor's note: This essay is part of a series on ferries.",
    "The correction came late: prices had already doubled.",
    "Market correction: what comes next",
    "Correction of the deficit will take a decade.",
    "This article was first published in June.",
    "This article was written on a ferry.",
    "Updated at 3:46 PM.",
    "A correction is not an apology, and the minister knows it.",
    "Correction: " + "word " * 300,
]


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_of_publications_are_recognised(notice: str) -> None:
    assert is_correction(notice)


@pytest.mark.parametrize("paragraph", OTHERS, ids=range(len(OTHERS)))
def test_other_paragraphs_are_no_corrections(paragraph: str) -> None:
    assert not is_correction(paragraph)


def test_all_notices_of_a_text_are_kept_in_one_line() -> None:
    text = "\n\n".join([NOTICES[0], *PROSE, NOTICES[4].replace(" ", "\n", 0), NOTICES[0]])
    assert correction_in(text) == f"{NOTICES[0]} {NOTICES[4]}"
    assert correction_in("\n\n".join(PROSE)) is None


@pytest.mark.parametrize(
    ("markup", "is_kept"),
    [
        ("<main><p>{}</p></main>", True),
        ("<article><div><p><b>{}</b></p></div></article>", True),
        ("<footer class='article-correction'><p>{}</p></footer>", True),
        ("<div id='correction'>{}</div>", True),
        ("<div><p>{}</p></div>", False),
        ("<main><section class='comments'><p>{}</p></section></main>", False),
        ("<article class='related teaser'><p>{}</p></article>", False),
    ],
)
def test_a_notice_of_the_page_is_kept_and_a_reader_s_comment_is_not(markup: str, is_kept: bool) -> None:
    tree = lxml.html.fromstring(f"<html><body><h1>On ferries</h1>{markup.format(NOTICES[0])}</body></html>")
    assert correction_on_page(tree, "\n\n".join(PROSE)) == (NOTICES[0] if is_kept else None)
