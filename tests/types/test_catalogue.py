"""The catalogue as plain data."""

from datetime import date

from rag.types.catalogue import CatalogueEntry, LibraryCounts


def test_counts_are_added_and_subtracted_field_by_field() -> None:
    assert LibraryCounts(3, 20, 900) + LibraryCounts(1, 4, 100) == LibraryCounts(4, 24, 1000)
    assert LibraryCounts(3, 20, 900) - LibraryCounts(1, 4, 100) == LibraryCounts(2, 16, 800)


def test_an_entry_is_printed_with_its_day_in_iso_form() -> None:
    entry = CatalogueEntry("a", "On pacts", None, None, date(2024, 6, 25), None, ("war",), "0" * 64, 900, 3)
    assert entry.to_dict()["published"] == "2024-06-25"
    assert (entry.to_dict()["topics"], entry.to_dict()["author"]) == (["war"], None)
