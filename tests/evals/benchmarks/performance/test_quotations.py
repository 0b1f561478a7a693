"""The benchmark of quotations: a small library of real parts, built without vectors."""

from pathlib import Path

from evals.benchmarks.performance.quotations import TextLibrary, build_library, measure

WORDS = 20_000


def test_a_library_without_vectors_finds_the_quotations_of_its_articles(tmp_path: Path) -> None:
    built = build_library(tmp_path, WORDS)
    assert built.words >= WORDS
    text_library = TextLibrary.open(tmp_path)
    assert text_library.fulltext.count() == text_library.library.count_passages() > 0
    assert text_library.fulltext.generation == text_library.library.generation()
    text_library.close()
    row = measure(tmp_path, built)
    assert row[0] == f"{built.words:,}"
    assert row[4] == "100 %"
    assert not list(tmp_path.glob("*vector*"))
