"""Names and days as reference managers write them."""

import re
from collections.abc import Iterable


def natural_name(name: str) -> str:
    """ "Brookfield, Ada" as "Ada Brookfield"; a name without a comma as it is."""
    family, comma, given = name.partition(",")
    return " ".join(f"{given} {family}".split()) if comma else " ".join(name.split())


def natural_names(names: Iterable[str]) -> str:
    """The names of several people, with commas between them."""
    return ", ".join(filter(None, map(natural_name, names)))


def iso_day(text: str) -> str:
    """A day such as "2024/6/30/" as "2024-06-30"; other text as it is."""
    match = re.match(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)", text)
    return f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}" if match else text.strip()
