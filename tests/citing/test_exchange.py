"""BibTeX, RIS and CSL-JSON: complete, readable by their own libraries, and no title acts as markup."""

import json
import re

import bibtexparser
import rispy

from rag.citing.exchange import exchange
from tests.citing.articles import READ_ON, ref

PERSON = ref(author="Ada Brookfield and Martin Luther King Jr.", id="one")
COLUMN = ref(
    "50% of R&D_x #1 {a} \\input{/etc/passwd} $5 ~^", "Barrels and Grids", None, None, "https://e.org/{a}\\b%20", "two"
)
BREAKING = ref("A\nER  - \nTY  - BOOK", "A\nB", "C\r\nD", id="three")


def test_bibtex_has_every_field_of_an_article() -> None:
    entry = bibtexparser.parse_string(exchange([PERSON], "bibtex", READ_ON)).entries[0]
    assert (entry.entry_type, entry.key) == ("article", "one")
    assert {field.key: field.value for field in entry.fields} == {
        "author": "Brookfield, Ada and King, Jr., Martin Luther",
        "title": "{A rulebook in search of its standards}",
        "journal": "TIME",
        "year": "2024",
        "date": "2024-06-30",
        "url": "https://example.org/a",
        "urldate": "2026-11-30",
    }


def test_bibtex_escapes_what_tex_reads_as_a_command() -> None:
    entry = bibtexparser.parse_string(exchange([COLUMN], "bibtex")).entries[0]
    assert entry.entry_type == "misc"
    assert entry["author"] == "{Barrels and Grids}"
    assert entry["title"] == (
        r"{50\% of R\&D\_x \#1 \{a\} \textbackslash{}input\{/etc/passwd\} \$5 \textasciitilde{}\textasciicircum{}}"
    )
    assert entry["url"] == "https://e.org/%7Ba%7D%5Cb%20"


def test_two_ids_with_the_same_letters_give_two_entries() -> None:
    parsed = bibtexparser.parse_string(exchange([ref(id="a b"), ref(id="a-b")], "bibtex"))
    assert len({entry.key for entry in parsed.entries}) == 2
    assert not parsed.failed_blocks


def test_ris_is_read_back_field_by_field() -> None:
    first, second = rispy.loads(exchange([PERSON, COLUMN], "ris", READ_ON))
    assert first["type_of_reference"] == "NEWS"
    assert first["authors"] == ["Brookfield, Ada", "King, Martin Luther, Jr."]
    assert (first["title"], first["secondary_title"]) == ("A rulebook in search of its standards", "TIME")
    assert (first["date"], first["year"], first["access_date"]) == ("2024/06/30", "2024", "2026/11/30")
    assert first["urls"] == ["https://example.org/a"]
    # The comma keeps reference managers from turning a literal name round.
    assert (second["type_of_reference"], second["authors"]) == ("ELEC", ["Barrels and Grids,"])


def test_ris_has_nothing_but_its_fields() -> None:
    lines = exchange([PERSON, COLUMN, BREAKING], "ris").splitlines()
    assert lines[0] == "TY  - NEWS"
    assert [line for line in lines if line and not re.match(r"[A-Z][A-Z0-9]  - ", line)] == []


def test_the_day_of_reading_is_that_of_an_address() -> None:
    (item,) = json.loads(exchange([ref(url=None)], "csl-json", READ_ON))
    assert "accessed" not in item
    (item,) = json.loads(exchange([PERSON], "csl-json", READ_ON))
    assert item["accessed"] == {"date-parts": [[2026, 11, 30]]}


def test_a_line_break_in_a_field_begins_no_field_of_ris() -> None:
    (reference,) = rispy.loads(exchange([BREAKING], "ris"))
    assert reference["type_of_reference"] == "NEWS"
    assert reference["title"] == "A ER - TY - BOOK"


def test_csl_json_is_a_list_of_items() -> None:
    person, column = json.loads(exchange([PERSON, COLUMN, PERSON], "csl-json"))
    assert person == {
        "id": "one",
        "type": "article-newspaper",
        "title": "A rulebook in search of its standards",
        "author": [
            {"family": "Brookfield", "given": "Ada"}, {"family": "King", "given": "Martin Luther", "suffix": "Jr."}
        ],
        "container-title": "TIME",
        "issued": {"date-parts": [[2024, 6, 30]]},
        "URL": "https://example.org/a",
    }  # fmt: skip
    assert column["author"] == [{"literal": "Barrels and Grids"}]
    assert "issued" not in column
