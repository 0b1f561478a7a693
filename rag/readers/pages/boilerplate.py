"""Strips the boilerplate that web pages and news wires put around an article.

Precision is more important than recall: a lost sentence is worse than a left-over notice. A line is removed only if all
of it matches a pattern of page furniture. A paragraph is removed only before the article's first prose or after its
last, and only if it is a byline, a notice or an author's biography. The author and publication in the removed
paragraphs are returned.
"""

import re
from dataclasses import dataclass

from rag.text.lexicon import (
    ARTICLE_SPEECH_VERBS,
    BIOGRAPHY_ROLES,
    PERSON_NAME_PARTICLES,
    PUBLICATION_ROLES,
    alternation,
)
from rag.types.article import MONTHS

_PIECE_NOUN = r"(?:article|column|commentary|piece|essay|op-?ed|post|story)"
# Any month, also abbreviated: it begins with the month's first three letters.
_MONTH = rf"(?:{alternation(month[:3].lower() for month in MONTHS)})[a-z]*\.?"
_DATE_OR_TIME = rf"(?:\w+day,? )?(?:{_MONTH} \d|\d{{1,2}} {_MONTH}|\d{{1,4}}[-./:]\d|\d+ \w+ ago|today|yesterday)"
# A line that matches as a whole is boilerplate wherever it stands; no pattern matches the end of a sentence.
_FURNITURE_LINE = re.compile(
    r"\W*(?:(?:"
    r"\d{1,3}[ -]min(?:ute)?s? read|(?:estimated )?reading time:? .{1,20}|"
    r"(?:listen to|read) (?:this |the )?(?:full )?(?:article|story)(?: .{0,20})?|more must-reads(?: from .{1,40})?|"
    r"share|tweet|email|print|save|comments?|subscribe(?: now)?|sign (?:up|in)|log in|advertisement|sponsored|"
    r"related(?: (?:articles?|stories|topics))?|most (?:read|popular)|recommended(?: for you)?|newsletters?|"
    r"download (?:the )?app|skip to (?:main )?content|copy link|facebook|twitter|x|linkedin|whatsapp|reddit|"
    r"read more|back to top|continue reading(?: below)?|story continues below(?: advertisement)?|"
    r"share (?:this|on|via)(?: (?:article|story|post|page|on|via|with|facebook|twitter|x|linkedin|email|friends)){0,4}|"
    r"follow us(?: on .{1,40})?|"
    r"(?:photo(?:graph)?|image|picture|illustration)(?: credit)?s? ?: .{1,80}|credit ?: .{1,80}|"
    rf"(?:published|updated|last updated|posted)(?: on| at)?:? {_DATE_OR_TIME}.{{0,30}}"
    r")[^\w.!?]*|(?:"
    rf"contact us(?: at(?: \S+@\S+)?)?|write to .{{1,40}} at \S+@\S+|this {_PIECE_NOUN} is (?:part of|from) .{{1,60}}|"
    r"read (?:more|next|also|on)\s?[:>].{0,160}|(?:©|\(c\)|copyright)\W+(?:©\W*|\(c\)\W*)?(?:by )?\d{4}.{0,120}|"
    r"copyright:? .{1,80}all rights reserved|©.{0,80}|all rights reserved(?: to .{1,40})?"
    r")\W*)",
    re.IGNORECASE,
)
_MAX_LINE_CHARACTERS = 220
# A longer line is a whole paragraph, not one line of a text that is wrapped at a width.
_MAX_WRAPPED_LINE_CHARACTERS = 160
# Sign-ups, disclaimers and appeals: at the start of a sentence, or in words that only a publisher uses for itself.
_SENTENCE_START = r"(?:^|(?<=[.!?:*_(—] )|(?<=[*_(—]))"
_NOTICE = re.compile(
    rf"\b(?:opinions?|views?) expressed (?:here|herein|in this {_PIECE_NOUN}|are|do|"
    r"by (?:the )?(?:author|contributor|columnist|writer)s?)\b.{0,100}"
    r"\b(?:views?|opinions?|own|alone|solely|those of|not necessarily)\b|"
    rf"\b(?:this|the) {_PIECE_NOUN}\b.{{0,60}}\bnot necessarily (?:reflect|represent)|"
    rf"{_SENTENCE_START}(?:click here to )?(?:sign up|subscribe)\b.{{0,80}}"
    r"\b(?:newsletters?|inbox|briefing|email|digest)\b|"
    r"\bwe welcome (?:outside |your )?(?:contributions|submissions|letters|pitches)\b|"
    rf"{_SENTENCE_START}(?:please )?(?:send|submit) (?:us )?(?:your )?(?:letters?|op-?eds?|pitches|submissions)\b|"
    rf"{_SENTENCE_START}(?:this|the) {_PIECE_NOUN} (?:was|is|has been) (?:originally |first |also )?"
    r"(?:published|adapted|republished|produced|translated)\b|"
    r"\b(?:republish|reprint)(?:ed)? (?:this article )?(?:with permission|under a creative commons)|"
    rf"{_SENTENCE_START}(?:this|the) (?:{_PIECE_NOUN}|content) is (?:only |exclusively )?"
    r"(?:for|available (?:only )?(?:to|for)|reserved for) (?:our |paying |registered )*(?:subscribers|members)\b|"
    rf"{_SENTENCE_START}(?:subscribe|log in|sign in|register|become a (?:member|subscriber))(?: now| here| today)? "
    r"to (?:continue|keep|read|unlock|get (?:full |unlimited )?access)\b|"
    rf"\bhosts the world['’]s leading voices|{_SENTENCE_START}(?:please )?help us (?:keep|continue)\b|"
    rf"{_SENTENCE_START}(?:please )?support (?:our|independent) journalism|"
    rf"{_SENTENCE_START}(?:you can )?follow (?:him|her|them|me|us|the author) (?:on|at) "
    r"(?:twitter|x|mastodon|bluesky|linkedin)\b",
    re.IGNORECASE,
)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_PERSON_NAME = rf"{_CAPITAL}[\w.’'-]+(?: (?:{_CAPITAL}[\w.’'-]*|{alternation(PERSON_NAME_PARTICLES)})){{1,4}}"
_BYLINE = re.compile(
    rf"(?:By|BY|by|Von|VON|Par|PAR|Por|POR|Door)[:\s]+(?P<name>{_PERSON_NAME}(?:(?:,| and|,? &) {_PERSON_NAME}){{0,4}})"
    r"(?:(?:,| \|| in(?= [A-Z])|\s*[-–—])[^\n!?]{0,80}?[^\n.!?…”\"])?"  # a role or a date, not the end of a sentence
)
_BIOGRAPHY_START = re.compile(
    rf"\W*(?:(?P<name>{_PERSON_NAME})|[Tt]he (?:writer|author)),? (?:is|serves as|teaches|writes) "
    rf"(?:also |currently )?(?:an? |the )?(?:[\w’'-]+,? ){{0,8}}?(?:{alternation(BIOGRAPHY_ROLES)})\b"
)
_OF_PUBLICATION = re.compile(
    rf"(?:{alternation(PUBLICATION_ROLES)})s? (?:at|for|of) "
    rf"(?:the )?(?P<source>(?:The )?{_CAPITAL}[\w&’'-]*(?: (?:of |and )?{_CAPITAL}[\w&’'-]*){{0,3}})"
)
# Two marks make a biography: a paragraph of an article about a person rarely has two.
_BIOGRAPHY_MARKS = (
    re.compile(r"\b(?:most recent|latest|new) book\b|\bauthor of\b|\bforthcoming\b", re.IGNORECASE),
    re.compile(r"\bteach(?:es)?\b|\bprofessor\b|\bfellow\b|\bUniversity\b"),
    re.compile(r"\b(?:columnist|editor-at-large|editor-in-chief|contributor|contributing)\b", re.IGNORECASE),
    re.compile(r"\b(?:president|founder|director|chair\w*|chief \w+) of\b", re.IGNORECASE),
    re.compile(r"\bformer(?:ly)?\b|\bserved as\b", re.IGNORECASE),
)
# An article quotes the person that it introduces; an author's biography has no quotation.
_SPEECH = re.compile(rf"[“”\"]|\b(?:{alternation(ARTICLE_SPEECH_VERBS)})\b")
_MUST_READS_FROM = re.compile(rf"more must-reads from (?P<source>{_CAPITAL}[\w&’' -]{{1,40}})", re.IGNORECASE)
_MAX_END_CHARACTERS = 100
_PROSE_END = re.compile(r"[.!?…。！？][\W_]*\Z")
# Paragraphs at either end of the text that may be bylines, notices and biographies.
_EDGE_PARAGRAPHS = 8


@dataclass(frozen=True, slots=True)
class StrippedText:
    """An article's text without boilerplate, and the metadata the boilerplate held.

    The metadata are the author and the publication that the boilerplate around the text names, and the biographies of
    its authors.
    """

    text: str
    author: str | None
    source: str | None
    biography: str | None = None


def strip_boilerplate(text: str) -> StrippedText:
    """Removes the boilerplate in and around `text`.

    The paragraphs that stay are kept to the character.
    """
    paragraphs, source = [], None
    for paragraph in _split_paragraphs(text):
        source = source or _first_name(_MUST_READS_FROM, paragraph, "source")
        rest = "\n".join(line for line in paragraph.split("\n") if not _is_furniture(line)).strip("\r\n")
        if rest.strip():
            paragraphs.append(rest)
    inner = range(_EDGE_PARAGRAPHS, len(paragraphs) - _EDGE_PARAGRAPHS)
    is_boilerplate = [
        index not in inner and _is_boilerplate(paragraph, paragraphs) for index, paragraph in enumerate(paragraphs)
    ]
    prose = [
        index for index, paragraph in enumerate(paragraphs) if not is_boilerplate[index] and _ends_as_prose(paragraph)
    ]
    first_prose, last_prose = (prose[0], prose[-1]) if prose else (len(paragraphs), -1)
    kept: list[str] = []
    authors: list[str] = []
    biographies: list[str] = []
    for index, paragraph in enumerate(paragraphs):
        if not is_boilerplate[index] or first_prose < index < last_prose:
            kept.append(paragraph)
            continue
        byline = _BYLINE.fullmatch(paragraph.strip())
        name = _tidy_name(byline["name"]) if byline else _first_name(_BIOGRAPHY_START, paragraph, "name")
        authors += [name] if name and not any(name in author for author in authors) else []
        source = source or _first_name(_OF_PUBLICATION, paragraph, "source")
        biographies += [] if byline or not _BIOGRAPHY_START.match(paragraph) else [" ".join(paragraph.split())]
    return StrippedText("\n\n".join(kept), ", ".join(authors) or None, source, " ".join(biographies) or None)


def _split_paragraphs(text: str) -> list[str]:
    """Splits text at empty lines, and blocks that have a long line at every line."""
    blocks = [block for block in re.split(r"\r?\n[ \t]*\r?\n", text) if block.strip()]
    # A pasted page has its page furniture on single lines above the article, and each long line is a paragraph of its
    # own.
    return [
        part
        for block in blocks
        for part in (block.split("\n") if max(map(len, block.split("\n"))) > _MAX_WRAPPED_LINE_CHARACTERS else [block])
        if part.strip()
    ]


def _is_furniture(line: str) -> bool:
    bare = line.strip()
    # In wrapped text any words may be alone on a line; a line that continues a sentence begins with a small letter.
    begins_small = re.match(r"\W*[a-zß-öø-ÿ]", bare)
    return len(bare) <= _MAX_LINE_CHARACTERS and not begins_small and _FURNITURE_LINE.fullmatch(bare) is not None


def _is_boilerplate(paragraph: str, paragraphs: list[str]) -> bool:
    """Whether `paragraph` is a byline, a notice or a biography.

    The caller passes only paragraphs at the beginning or the end of the text.
    """
    bare = paragraph.strip()
    if len(bare) < 120 and _BYLINE.fullmatch(bare):
        return True
    notice = _NOTICE.search(bare) if len(bare) < 500 else None
    return (notice is not None and notice.start() < 120) or _is_biography(bare, paragraphs)


def _is_biography(paragraph: str, paragraphs: list[str]) -> bool:
    opening = _BIOGRAPHY_START.match(paragraph)
    if not opening or "\n" in paragraph or _SPEECH.search(paragraph):
        return False
    surname = opening["name"].split()[-1] if opening["name"] else None
    # An article about a person repeats the person's name; an article by a person does not.
    if surname and any(
        re.search(rf"\b{re.escape(surname)}\b", other) and _ends_as_prose(other)
        for other in paragraphs
        if other.strip() != paragraph and not _BIOGRAPHY_START.match(other) and not _NOTICE.search(other)
    ):
        return False
    marks = sum(1 for mark in _BIOGRAPHY_MARKS if mark.search(paragraph))
    # A longer paragraph needs two marks; a short one says little more than who the author is.
    return marks >= 2 or (marks >= 1 and len(paragraph) < 250)


def _ends_as_prose(paragraph: str) -> bool:
    # Only its end is searched: over a paragraph of nothing but full stops the time would grow with the square.
    return _PROSE_END.search(paragraph[-_MAX_END_CHARACTERS:]) is not None


def _first_name(pattern: re.Pattern[str], text: str, group: str) -> str | None:
    match = pattern.search(text)
    return _tidy_name(match[group]) if match and match[group] else None


def _tidy_name(name: str) -> str:
    return " ".join(name.split()).rstrip(" .,")
