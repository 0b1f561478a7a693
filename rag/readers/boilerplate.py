"""What web pages and wires put around an article, told from the article.

Precision first: a line goes only when it is nothing but boilerplate, a paragraph only before the article's first prose
or after its last, and only when it says what it is. The author and publication that it names are kept.
"""

import re
from dataclasses import dataclass

_PIECE = r"(?:article|column|commentary|piece|essay|op-?ed|post|story)"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.?"
_WHEN = rf"(?:\w+day,? )?(?:{_MONTH} \d|\d{{1,2}} {_MONTH}|\d{{1,4}}[-./:]\d|\d+ \w+ ago|today|yesterday)"
# A line that is nothing but one of these is boilerplate wherever it stands; none of them is how a sentence ends.
_LINE = re.compile(
    r"\W*(?:(?:"
    r"\d{1,3}[ -]min(?:ute)?s? read|(?:estimated )?reading time:? .{1,20}|"
    r"(?:listen to|read) (?:this |the )?(?:full )?(?:article|story)(?: .{0,20})?|more must-reads(?: from .{1,40})?|"
    r"share|tweet|email|print|save|comments?|subscribe(?: now)?|sign (?:up|in)|log in|advertisement|sponsored|"
    r"related(?: (?:articles?|stories|topics))?|most (?:read|popular)|recommended(?: for you)?|newsletters?|"
    r"download (?:the )?app|skip to (?:main )?content|copy link|facebook|twitter|x|linkedin|whatsapp|reddit|"
    r"read more|back to top|continue reading(?: below)?|story continues below(?: advertisement)?|"
    r"share (?:this|on|via)(?: (?:article|story|post|page|on|via|with|facebook|twitter|x|linkedin|email|friends)){0,4}|"
    r"follow us(?: on .{1,40})?|"
    r"(?:photo(?:graph)?|image|picture|illustration)(?: credit)?s?: .{1,80}|credit: .{1,80}|"
    rf"(?:published|updated|last updated|posted)(?: on| at)?:? {_WHEN}.{{0,30}}"
    r")[^\w.!?]*|(?:"
    rf"contact us(?: at(?: \S+@\S+)?)?|write to .{{1,40}} at \S+@\S+|this {_PIECE} is (?:part of|from) .{{1,60}}|"
    r"read (?:more|next|also|on)\s?[:>].{0,160}|(?:©|\(c\)|copyright)\W+(?:©\W*|\(c\)\W*)?(?:by )?\d{4}.{0,120}|"
    r"copyright:? .{1,80}all rights reserved|©.{0,80}|all rights reserved(?: to .{1,40})?"
    r")\W*)",
    re.IGNORECASE,
)
_LONGEST_LINE = 220
# Sign-ups, disclaimers, appeals; each at the start of a sentence or with words that only a publisher says of itself.
_START = r"(?:^|(?<=[.!?:*_(—] )|(?<=[*_(—]))"
_NOTICE = re.compile(
    rf"\b(?:opinions?|views?) expressed (?:here|herein|in this {_PIECE}|are|do|"
    r"by (?:the )?(?:author|contributor|columnist|writer)s?)\b.{0,100}"
    r"\b(?:views?|opinions?|own|alone|solely|those of|not necessarily)\b|"
    rf"\b(?:this|the) {_PIECE}\b.{{0,60}}\bnot necessarily (?:reflect|represent)|"
    rf"{_START}(?:click here to )?(?:sign up|subscribe)\b.{{0,80}}\b(?:newsletters?|inbox|briefing|email|digest)\b|"
    r"\bwe welcome (?:outside |your )?(?:contributions|submissions|letters|pitches)\b|"
    rf"{_START}(?:please )?(?:send|submit) (?:us )?(?:your )?(?:letters?|op-?eds?|pitches|submissions)\b|"
    rf"{_START}(?:this|the) {_PIECE} (?:was|is|has been) (?:originally |first |also )?"
    r"(?:published|adapted|republished|produced|translated)\b|"
    r"\b(?:republish|reprint)(?:ed)? (?:this article )?(?:with permission|under a creative commons)|"
    rf"\bhosts the world['’]s leading voices|{_START}(?:please )?help us (?:keep|continue)\b|"
    rf"{_START}(?:please )?support (?:our|independent) journalism|"
    rf"{_START}(?:you can )?follow (?:him|her|them|me|us|the author) (?:on|at) "
    r"(?:twitter|x|mastodon|bluesky|linkedin)\b",
    re.IGNORECASE,
)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_NAME = rf"{_CAPITAL}[\w.’'-]+(?: (?:{_CAPITAL}[\w.’'-]*|de|van|von|bin|al|el|la|der)){{1,4}}"
_BYLINE = re.compile(
    rf"(?:By|BY|by)[:\s]+(?P<name>{_NAME}(?:(?:,| and|,? &) {_NAME}){{0,4}})"
    r"(?:(?:,| \||\s*[-–—])[^\n!?]{0,80}?[^\n.!?…”\"])?"  # a role, a date; never the end of a sentence
)
_OFFICE = (
    r"columnist|editor(?:-at-large|-in-chief)?|correspondent|commentator|writer|author|journalist|reporter|professor|"
    r"lecturer|fellow|scholar|president|director|chair(?:man|woman)?|economist|analyst|historian|minister|ambassador|"
    r"founder|researcher|strategist|senator|chief"
)
_BIOGRAPHY = re.compile(
    rf"\W*(?:(?P<name>{_NAME})|[Tt]he (?:writer|author)),? (?:is|serves as|teaches|writes) "
    rf"(?:also |currently )?(?:an? |the )?(?:[\w’'-]+,? ){{0,8}}?(?:{_OFFICE})\b"
)
_OF_PUBLICATION = re.compile(
    r"(?:columnist|editor-at-large|editor-in-chief|editor|correspondent|writer|commentator)s? (?:at|for|of) "
    rf"(?:the )?(?P<source>(?:The )?{_CAPITAL}[\w&’'-]*(?: (?:of |and )?{_CAPITAL}[\w&’'-]*){{0,3}})"
)
# Two marks of a biography or more make one: an article about a person has few of them in one paragraph.
_BIOGRAPHY_MARKS = (
    re.compile(r"\b(?:most recent|latest|new) book\b|\bauthor of\b|\bforthcoming\b", re.IGNORECASE),
    re.compile(r"\bteach(?:es)?\b|\bprofessor\b|\bfellow\b|\bUniversity\b"),
    re.compile(r"\b(?:columnist|editor-at-large|editor-in-chief|contributor|contributing)\b", re.IGNORECASE),
    re.compile(r"\b(?:president|founder|director|chair\w*|chief \w+) of\b", re.IGNORECASE),
    re.compile(r"\bformer(?:ly)?\b|\bserved as\b", re.IGNORECASE),
)
# Somebody who is introduced in an article says something there.
_SPEECH = re.compile(
    r"[“”\"]|\b(?:said|says|told|argue[sd]?|warn(?:s|ed)|believes?|thinks?|wrote|added|explain(?:s|ed))\b"
)
_FROM = re.compile(rf"more must-reads from (?P<source>{_CAPITAL}[\w&’' -]{{1,40}})", re.IGNORECASE)
_LONGEST_END = 100
_PROSE_END = re.compile(r"[.!?…。！？][\W_]*\Z")
# Paragraphs from either end that may be bylines, notices and biographies.
_EDGE = 8


@dataclass(frozen=True, slots=True)
class Clean:
    """An article's own text, and what the boilerplate around it told of its author and publication."""

    text: str
    author: str | None
    source: str | None


def cleaned(text: str) -> Clean:
    """`text` without the boilerplate around it; paragraphs that stay are kept to the character."""
    paragraphs, source = [], None
    for paragraph in _paragraphs(text):
        source = source or _named(_FROM, paragraph, "source")
        rest = "\n".join(line for line in paragraph.split("\n") if not _is_furniture(line)).strip("\r\n")
        if rest.strip():
            paragraphs.append(rest)
    inner = range(_EDGE, len(paragraphs) - _EDGE)
    around = [at not in inner and _is_around(paragraph, paragraphs) for at, paragraph in enumerate(paragraphs)]
    prose = [at for at, one in enumerate(paragraphs) if not around[at] and _ends_as_prose(one)]
    first, last = (prose[0], prose[-1]) if prose else (len(paragraphs), -1)
    kept: list[str] = []
    authors: list[str] = []
    for at, paragraph in enumerate(paragraphs):
        if not around[at] or first < at < last:
            kept.append(paragraph)
            continue
        byline = _BYLINE.fullmatch(paragraph.strip())
        name = _spaced(byline["name"]) if byline else _named(_BIOGRAPHY, paragraph, "name")
        authors += [name] if name and not any(name in other for other in authors) else []
        source = source or _named(_OF_PUBLICATION, paragraph, "source")
    return Clean("\n\n".join(kept), ", ".join(authors) or None, source)


def _paragraphs(text: str) -> list[str]:
    """Blocks between empty lines; where a text has none, its lines."""
    blocks = [block for block in re.split(r"\r?\n[ \t]*\r?\n", text) if block.strip()]
    # Pasted pages set the furniture above an article line by line: each long line is then a paragraph of its own.
    return [
        part
        for block in blocks
        for part in (block.split("\n") if max(map(len, block.split("\n"))) > 160 else [block])
        if part.strip()
    ]


def _is_furniture(line: str) -> bool:
    bare = line.strip()
    # Text wrapped at a width has lines of any words; those that carry a sentence on begin small.
    begins_small = re.match(r"\W*[a-zß-öø-ÿ]", bare)
    return len(bare) <= _LONGEST_LINE and not begins_small and _LINE.fullmatch(bare) is not None


def _is_around(paragraph: str, paragraphs: list[str]) -> bool:
    """Whether `paragraph` is a byline, a notice or a biography, if it stands where those stand."""
    bare = paragraph.strip()
    if len(bare) < 120 and _BYLINE.fullmatch(bare):
        return True
    notice = _NOTICE.search(bare) if len(bare) < 500 else None
    return (notice is not None and notice.start() < 120) or _is_biography(bare, paragraphs)


def _is_biography(paragraph: str, paragraphs: list[str]) -> bool:
    opening = _BIOGRAPHY.match(paragraph)
    if not opening or "\n" in paragraph or _SPEECH.search(paragraph):
        return False
    surname = opening["name"].split()[-1] if opening["name"] else None
    # An article about somebody names them again; an article by somebody does not.
    if surname and any(
        re.search(rf"\b{re.escape(surname)}\b", one) and _ends_as_prose(one)
        for one in paragraphs
        if one.strip() != paragraph and not _BIOGRAPHY.match(one) and not _NOTICE.search(one)
    ):
        return False
    marks = sum(1 for mark in _BIOGRAPHY_MARKS if mark.search(paragraph))
    # A short paragraph that is nothing but who somebody is, or a longer one that tells of posts and books.
    return marks >= 2 or (marks >= 1 and len(paragraph) < 250)


def _ends_as_prose(paragraph: str) -> bool:
    # Its end alone: over a paragraph of nothing but stops the time would grow with the square.
    return _PROSE_END.search(paragraph[-_LONGEST_END:]) is not None


def _named(pattern: re.Pattern[str], text: str, group: str) -> str | None:
    found = pattern.search(text)
    return _spaced(found[group]) if found and found[group] else None


def _spaced(name: str) -> str:
    return " ".join(name.split()).rstrip(" .,")
