"""Author lines as names: persons are divided, columns and bodies stay whole."""

import pytest

from rag.citing.authors import csl_names


def _names(line: str | None) -> list[str]:
    """Each name as "family|given|suffix", or as it is."""
    return [
        name.get("literal") or "|".join(name[part] for part in ("family", "given", "suffix") if part in name)
        for name in csl_names(line)
    ]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ian Bremmer", ["Bremmer|Ian"]),
        ("Brookfield, Ada", ["Brookfield|Ada"]),
        ("Ludwig van Beethoven", ["van Beethoven|Ludwig"]),
        ("Ursula von der Leyen", ["von der Leyen|Ursula"]),
        ("Mohammed bin Salman", ["bin Salman|Mohammed"]),
        ("Martin Luther King, Jr.", ["King|Martin Luther|Jr."]),
        ("J. D. Vance", ["Vance|J. D."]),
        ("Jean-Luc Mélenchon", ["Mélenchon|Jean-Luc"]),
        ("Анна Иванова", ["Иванова|Анна"]),
        # Given names and surnames that are words of English.
        ("Martin Wolf", ["Wolf|Martin"]),
        ("Grace Hill", ["Hill|Grace"]),
        ("Bill Gates", ["Gates|Bill"]),
        ("", []),
        (None, []),
    ],
)
def test_a_person_s_name_is_divided(line: str | None, names: list[str]) -> None:
    assert _names(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "Hard Power", "House Rules", "The Other Majority", "Kitchen Table", "Barrels and Grids", "Long Shadows",
        "The Editors", "Editorial Board", "Associated Press", "Lexington", "Reuters Staff", "Free Exchange", "@handle",
    ],
)  # fmt: skip
def test_a_column_or_a_body_stays_whole(line: str) -> None:
    assert csl_names(line) == [{"literal": line}]


@pytest.mark.parametrize(
    "line",
    [
        "Ada Brookfield and Ben Hill", "Ada Brookfield & Ben Hill", "Ada Brookfield, Ben Hill",
        "Brookfield, Ada and Hill, Ben", "Brookfield, Ada; Hill, Ben",
    ],
)  # fmt: skip
def test_several_persons_are_divided(line: str) -> None:
    assert _names(line) == ["Brookfield|Ada", "Hill|Ben"]


def test_a_suffix_is_no_second_person() -> None:
    assert _names("Martin Luther King, Jr., and Ada Brookfield") == ["King|Martin Luther|Jr.", "Brookfield|Ada"]


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("Xi Jinping", "Xi"), ("Mao Zedong", "Mao"), ("Yao Ming", "Yao"), ("Lin Zexu", "Lin"), ("Li Keqiang", "Li"),
        ("Kim Jong Un", "Kim"), ("Kim Jong-un", "Kim"), ("Moon Jae-in", "Moon"), ("Yoon Suk Yeol", "Yoon"),
        ("Park Geun-hye", "Park"), ("Kim Dae Jung", "Kim"), ("Ban Ki-moon", "Ban"), ("Lee Jae-myung", "Lee"),
        ("Tsai Ing-wen", "Tsai"), ("Chiang Kai-shek", "Chiang"), ("Ma Ying-jeou", "Ma"), ("Lai Ching-te", "Lai"),
        ("Nguyen Phu Trong", "Nguyen"), ("Nguyễn Phú Trọng", "Nguyễn"), ("Pham Minh Chinh", "Pham"),
        ("Ho Chi Minh", "Ho"), ("Vo Van Thuong", "Vo"),
    ],
)  # fmt: skip
def test_a_name_with_the_family_name_first_is_not_turned_around(line: str, family: str) -> None:
    assert _names(line) == [f"{family}|{line.removeprefix(family).strip()}"]


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("Kim Kardashian", "Kardashian"), ("Kim Gordon", "Gordon"), ("Kim Wilde", "Wilde"), ("Kim Novak", "Novak"),
        ("Lee Child", "Child"), ("Lee Harper", "Harper"), ("Li Andersson", "Andersson"), ("Lin Shaye", "Shaye"),
        ("Jinping Xi", "Xi"), ("Jae In Moon", "Moon"), ("Viet Thanh Nguyen", "Nguyen"),
        ("Jack Ma", "Ma"), ("Chen Li", "Li"), ("Lee Ann Park", "Park"), ("Bo Diddley", "Diddley"),
        ("Song Luca", "Luca"), ("Yang Liu", "Liu"),
        ("Kim Su Lee", "Lee"), ("Lu Ann Simms", "Simms"), ("Su Hill", "Hill"), ("Bo Derek", "Derek"),
    ],
)  # fmt: skip
def test_the_order_of_a_western_name_is_kept(line: str, family: str) -> None:
    assert _names(line) == [f"{family}|{line.removesuffix(family).strip()}"]


def test_several_persons_may_have_names_of_both_orders() -> None:
    assert _names("Xi Jinping and Ada Brookfield") == ["Xi|Jinping", "Brookfield|Ada"]
