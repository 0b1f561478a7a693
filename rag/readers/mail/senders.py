"""Who a sender's name stands for: a person, a publication, or both.

"Ada Brookfield from The Review" is both; "The Review" is a publication; an address alone is nobody.
"""

import email.utils
import re
from dataclasses import dataclass

from rag.readers.encoding import to_one_line

_BOTH = re.compile(r"(?P<person>.+?)\s*(?:\bfrom\b|\bat\b|\bof\b|\bvia\b|,| [-–—|·@] |\()\s*(?P<publication>[^()]+)\)?")
# Two to four words with capitals, with initials and particles between them.
_PERSON = re.compile(
    r"(?:Dr\.? |Prof\.? |Sir |Dame )?[^\W\d_a-zß-öø-ÿ][\w.'’-]*(?: (?:de|da|di|del|la|le|van|von|der|den|bin|al|el|y))*"
    r"(?: [^\W\d_a-zß-öø-ÿ][\w.'’-]*){1,3}"
)
_NO_PERSON = re.compile(
    r"\b(?:the|news|newsletters?|daily|weekly|times|post|review|journal|today|morning|evening|briefing|digest|editors?|"
    r"team|media|magazine|press|institute|foundation|council|center|centre|university|club|letter|letters|notes|report|"
    r"alerts?|updates?|support|no-?reply|info|mail|list|group|inc|ltd|llc|substack|bulletin|dispatch|monitor|desk)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sender:
    """The person and the publication that a message is from; None where it names none."""

    person: str | None
    publication: str | None


def sender_of(from_header: str, list_id: str = "") -> Sender:
    """Reads the header From, and the name in the header List-Id of a newsletter."""
    try:
        name = to_one_line(email.utils.parseaddr(from_header)[0]).strip("'\" ")
    except (ValueError, IndexError, TypeError):
        name = ""
    list_name = to_one_line(list_id.partition("<")[0]).strip("'\" ")
    list_name = "" if "@" in list_name or "." in list_name else list_name
    if not name or "@" in name:
        return Sender(None, list_name or None)
    match = _BOTH.fullmatch(name)
    if match and is_person(match["person"]):
        return Sender(match["person"].strip(), match["publication"].strip())
    if is_person(name):
        return Sender(name, list_name if list_name != name else None)
    return Sender(None, name)


def is_person(name: str) -> bool:
    """Whether `name` is written like "Ada Brookfield", not "The Review"."""
    name = name.strip()
    return len(name) < 60 and _PERSON.fullmatch(name) is not None and _NO_PERSON.search(name) is None
