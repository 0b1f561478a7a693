"""What web pages and wires put around an article, told from the article.

Precision first: a line goes only when it is nothing but boilerplate, a paragraph only at the head or the tail and only
when it says what it is. The author and publication that it names are kept.
"""

import re
from dataclasses import dataclass

# A line that is nothing but one of these is boilerplate wherever it stands.
_LINE = re.compile(
    r"\W*(?:"
    r"\d{1,3}[ -]min(?:ute)?s?(?: read)?|(?:estimated )?reading time:? .{1,20}|(?:listen|read) (?:to )?(?:this )?(?:article|story)"
    r"(?: .{0,20})?|more must-reads(?: from .{1,40})?|contact us(?: at(?: \S+@\S+)?)?|write to .{1,40} at \S+@\S+|"
    r"(?:share|tweet|email|print|save|comments?|subscribe(?: now)?|sign (?:up|in)|log in|advertisement|sponsored|read more|"
    r"related(?: (?:articles?|stories|topics))?|most (?:read|popular)|recommended(?: for you)?|newsletters?|follow us|"
    r"download (?:the )?app|skip to (?:main )?content|copy link|facebook|twitter|x|linkedin|whatsapp|reddit|back to top|"
    r"continue reading(?: below)?|story continues below(?: advertisement)?|this article is (?:part of|from) .{1,60})"
    r"|(?:share|follow) (?:this|us|on) .{0,40}|(?:photo(?:graph)?|image|picture|credit|illustration)(?: credit)?s?: .{1,80}|"
    r"read (?:more|next|also|on)\s?[:>].{0,160}|(?:©|\(c\)|copyright\b).{0,120}|all rights reserved.{0,40}|"
    r"(?:published|updated|last updated|posted)(?: on| at)?:? .{1,60}"
    r")\W*",
    re.IGNORECASE,
)
# At the tail, or as the whole of a paragraph at the head: sign-ups, disclaimers, appeals.
_NOTICE = re.compile(
    r"(?:opinions?|views?) expressed (?:here|in this|by|are|do)|do(?:es)? not necessarily (?:reflect|represent)|"
    r"(?:sign up|subscribe)\b.{0,80}\b(?:newsletter|inbox|briefing|email|digest)|"
    r"welcome (?:outside )?contributions|(?:send|submit) (?:us )?(?:your )?(?:letters?|op-?eds?|pitches)\b|"
    r"this (?:article|column|piece|essay|post) (?:was|is|has been) (?:originally |first |also )?(?:published|adapted|republished|"
    r"produced|translated)|(?:republish|reprint)(?:ed)? (?:this article )?(?:with permission|under a creative commons)|"
    r"hosts the world['’]s leading voices|help us (?:keep|continue)|support (?:our|independent) journalism|"
    r"follow (?:him|her|them|the author) (?:on|at) (?:twitter|x|mastodon|bluesky|linkedin)",
    re.IGNORECASE,
)
_NAME = r"(?P<name>[A-Z][\w.’'-]+(?: (?:[A-Z][\w.’'-]*|de|van|von|bin|al|el|la|der)){1,4})"
_BYLINE = re.compile(rf"(?:By|BY|by)[:\s]+{_NAME}(?:,| \||$|\s*[-–—])[^\n]{{0,80}}")
_OFFICE = (
    r"columnist|editor(?:-at-large|-in-chief)?|correspondent|commentator|writer|author|journalist|reporter|professor|"
    r"lecturer|fellow|scholar|president|director|chair(?:man|woman)?|economist|analyst|historian|minister|ambassador|"
    r"founder|researcher|strategist|senator|chief"
)
_BIOGRAPHY = re.compile(
    rf"{_NAME},? (?:is|was|has been|serves as|teaches|writes) (?:also )?(?:an? |the )?(?:[\w’'-]+,? ){{0,8}}?(?:{_OFFICE})\b"
)
_OF_PUBLICATION = re.compile(
    r"(?:columnist|editor-at-large|editor-in-chief|editor|correspondent|writer|commentator)s? (?:at|for|of) "
    r"(?:the )?(?P<source>(?:The )?[A-Z][\w&’'-]*(?: (?:of |and )?[A-Z][\w&’'-]*){0,3})"
)
# Two marks of a biography or more make one: an article about a person has few of them in one paragraph.
_BIOGRAPHY_MARKS = (
    re.compile(r"\b(?:most recent|latest|new) book\b|\bauthor of\b|\bforthcoming\b", re.IGNORECASE),
    re.compile(r"\bteach(?:es)?\b|\bprofessor\b|\bfellow\b|\bUniversity\b"),
    re.compile(r"\b(?:columnist|editor-at-large|editor-in-chief|contributor|contributing)\b", re.IGNORECASE),
    re.compile(r"\b(?:president|founder|director|chair\w*|chief \w+) of\b", re.IGNORECASE),
    re.compile(r"\bformer(?:ly)?\b|\bserved as\b", re.IGNORECASE),
)
_FROM = re.compile(r"more must-reads from (?P<source>[A-Z][\w&’' -]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clean:
    """An article's own text, and what the boilerplate around it told of its author and publication."""

    text: str
    author: str | None
    source: str | None


def cleaned(text: str) -> Clean:
    """`text` without the boilerplate around it; paragraphs that stay are kept to the character."""
    paragraphs = _paragraphs(text)
    author = source = None
    kept: list[str] = []
    last = len(paragraphs) - 1
    for at, paragraph in enumerate(paragraphs):
        lines = [line for line in paragraph.split("\n") if not _LINE.fullmatch(line.strip())]
        source = source or _named(_FROM, paragraph, "source")
        rest = "\n".join(lines).strip("\n")
        if not rest.strip():
            continue
        at_head, at_tail = not kept and at <= 6, at >= max(last - 6, len(kept) and 1)
        byline = _BYLINE.fullmatch(rest.strip())
        if byline and (at_head or at_tail) and len(rest) < 120:
            author = author or byline["name"]
        elif (at_head or at_tail) and _is_biography(rest, alone=len(lines) == 1):
            author = author or _named(_BIOGRAPHY, rest, "name")
            source = source or _named(_OF_PUBLICATION, rest, "source")
        elif (at_tail and len(rest) < 500 and _NOTICE.search(rest)) or (
            at_head and len(rest) < 300 and _NOTICE.search(rest)
        ):
            continue
        else:
            kept.append(rest)
    return Clean("\n\n".join(kept), author, source)


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


def _is_biography(paragraph: str, *, alone: bool) -> bool:
    opening = _BIOGRAPHY.match(paragraph.strip())
    if not opening or not alone:
        return False
    name = opening["name"]
    marks = sum(1 for mark in _BIOGRAPHY_MARKS if mark.search(paragraph))
    # A short paragraph that is nothing but who somebody is, or a longer one that tells of posts and books.
    return marks >= 2 or (marks >= 1 and len(paragraph) < 250 and paragraph.count(name.split()[-1]) <= 2)


def _named(pattern: re.Pattern[str], text: str, group: str) -> str | None:
    found = pattern.search(text)
    return " ".join(found[group].split()).rstrip(" .,") if found else None
