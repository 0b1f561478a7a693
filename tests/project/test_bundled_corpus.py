"""The bundled corpus: complete articles of a column's length, none of which repeats another."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from rag.package_data import bundled_folder
from rag.readers.front_matter import split_front_matter

FILES = sorted((bundled_folder("corpus") / "articles").glob("*.md"))
COLUMNS = {
    "Hard Power", "The Asia Desk", "The Sanctions Ledger", "Barrels and Grids", "The Other Majority",
    "The Unplugged Circuit", "House Rules", "Long Shadows", "Kitchen Table",
}  # fmt: skip
RUN_WORDS = 8


def _parts(path: Path) -> tuple[dict[str, Any], str]:
    fields, body = split_front_matter(path.read_text(encoding="utf-8"), path.name)
    assert fields is not None
    return fields, body


def _subject(path: Path) -> str:
    prefixes = ("nk-treaty", "swiss-summit", "frozen-assets", "global-south", "ai-rules", "putin-kim")
    return next((prefix for prefix in prefixes if path.stem.startswith(prefix)), path.stem.split("-")[0])


def test_there_are_forty_pieces_of_eight_columns_at_least() -> None:
    assert len(FILES) >= 40
    assert {_parts(path)[0]["author"] for path in FILES} == COLUMNS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_piece_has_complete_front_matter_and_a_column_s_length(path: Path) -> None:
    fields, body = _parts(path)
    assert set(fields) == {"title", "author", "source", "published", "topics", "sources"}
    assert fields["author"] in COLUMNS
    assert 2022 <= fields["published"].year <= 2025
    assert len(fields["topics"]) >= 3
    assert len(fields["sources"]) >= 3
    assert all(re.search(r"\b(?:19|20)\d\d\b", source) for source in fields["sources"])
    assert 500 <= len(body.split()) <= 900
    assert not re.search(r"^[#>*-]|\*\*|\]\(", body, re.MULTILINE), "prose alone"


def test_eight_subjects_have_four_pieces_of_several_columns_months_apart() -> None:
    by_subject = defaultdict(list)
    for path in FILES:
        by_subject[_subject(path)].append(_parts(path)[0])
    rich = [
        subject
        for subject, pieces in by_subject.items()
        if len(pieces) >= 4
        and len({piece["author"] for piece in pieces}) >= 3
        and (max(piece["published"] for piece in pieces) - min(piece["published"] for piece in pieces)).days > 90
    ]
    assert len(rich) >= 8, by_subject.keys()


def test_no_two_pieces_share_a_run_of_eight_words_beyond_names_and_titles() -> None:
    titles = {_normal(_parts(path)[0]["title"]) for path in FILES}
    files_of_run: dict[str, set[str]] = defaultdict(set)
    original: dict[str, str] = {}
    for path in FILES:
        words = re.findall(r"[\w’']+", _parts(path)[1])
        for start in range(len(words) - RUN_WORDS + 1):
            run = words[start : start + RUN_WORDS]
            key = " ".join(run).lower()
            files_of_run[key].add(path.name)
            original[key] = " ".join(run)
    shared = {
        run: files
        for run, files in files_of_run.items()
        if len(files) > 1
        and not any(run in title or title in run for title in titles)
        and sum(word[0].islower() for word in original[run].split()) > 3  # else it is a name with its "of"s and "the"s
    }
    assert shared == {}


def test_titles_are_unique() -> None:
    assert max(Counter(_parts(path)[0]["title"] for path in FILES).values()) == 1


def _normal(text: str) -> str:
    return " ".join(re.findall(r"[\w’']+", text)).lower()
