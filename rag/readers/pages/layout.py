"""Prepares a page's tree so that its article can be extracted from it.

Readers' comments and forms within the article's element go, tables that lay out a page are unfolded, data tables become
lines, and prose that stands in no paragraph gets one.
"""

import re
from collections import Counter
from typing import Any

from rag.readers.encoding import to_one_line

# A shorter paragraph is a caption, a label or a link.
MIN_PROSE_CHARACTERS = 60
MAX_LINK_SHARE = 0.4
_PROSE_END = re.compile(r"[.!?…。！？।۔][\"'”’»)\]*_\s]*\Z")
_INLINE_TAGS = frozenset(
    (
        "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
        "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    )
)  # fmt: skip
_MAX_CELL_CHARACTERS = 200
# Offers within an article's element: a newsletter, buttons to share, notices on cookies.
_OFFER_NAME = re.compile(
    r"(?:\A|[\s_-])(?:newsletters?|subscribe|subscription|signup|sign-up|cookie\w*|consent|gdpr|share|sharing|social)"
    r"(?:[_-]?(?:form|box|bar|banner|buttons?|links?|icons?|compact|tools?|wrapper|container|widget))*(?:\Z|\s)",
    re.IGNORECASE,
)
# A form or an offer with more of the page's text than this is around the article.
_MAX_FORM_SHARE = 0.15
# The list of readers' comments, or one of them.
_COMMENTS_NAME = re.compile(
    r"(?:\A|[\s_-])(?:comments?|kommentare|commentaires|comentarios|komentari)(?:[_-]?(?:list|text|body|content|area|"
    r"section|thread|item|box|container|wrapper|\d+))?(?:\Z|\s)",
    re.IGNORECASE,
)
_COMMENT_WORD = re.compile(r"comments?", re.IGNORECASE)
# The paragraph in larger type under a title.
LEAD_NAME = re.compile(
    r"(?:\A|[\s_-])(?:lead|lede|standfirst|chapo|chapeau|dek|deck|ingress|intro|introduction|vorspann|entradilla|bajada)(?:\Z|\s)",
    re.IGNORECASE,
)
_BLOCK_TAGS = frozenset(
    ("p", "div", "table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "form", "article", "section")
)


def prepare(tree: Any) -> None:
    """Prepares the page `tree` (lxml) in place."""
    _drop_comments(tree)
    _drop_forms(tree)
    _unfold_tables(tree)
    _wrap_loose_text(tree)
    _rename_article_named_comment(tree)


def ends_as_prose(text: str) -> bool:
    """Whether the text ends as a sentence does."""
    # Only its end is searched: over a paragraph of nothing but full stops the time would grow with the square.
    return _PROSE_END.search(text[-MIN_PROSE_CHARACTERS:]) is not None


# -- readers' comments -------------------------------------------------------------------------------------------------


def _drop_comments(tree: Any) -> None:
    """Removes the comments of readers, also those within the article's element.

    A container with a half of the page's text is never removed, whatever its name.
    """
    named = [
        node
        for node in tree.iter("div", "section", "ul", "ol", "li", "article")
        if _COMMENTS_NAME.search(_names_of(node))
    ]
    if not named:
        return
    most = len(to_one_line(" ".join(tree.itertext("p", "div", "li", "span", "a", "td", "h1", "h2", "h3")))) / 2
    for node in named:
        if node.getparent() is not None and len(to_one_line(" ".join(node.itertext()))) < most:
            node.drop_tree()


def _rename_article_named_comment(tree: Any) -> None:
    """Takes a name such as "comment-body" from the element of the article.

    A comment is a column, too. It is the article if the page has no prose outside the element, and no other element of
    its name beside it. trafilatura would leave it out for its name.
    """
    named = [node for node in tree.iter("div", "section", "article", "main") if "comment" in _names_of(node)]
    if not named:
        return
    is_named = set(named)  # their proxies live as long as the list
    alike = Counter((node.getparent(), node.tag, node.get("class")) for node in named)
    if max(alike.values()) > 1:  # one beside the other, as readers' comments are
        return
    outermost = [node for node in named if is_named.isdisjoint(node.iterancestors())]
    prose = [node for node in tree.iter("p", "blockquote", "li") if _is_sentence(node)]
    if len(outermost) == 1 and prose and not any(is_named.isdisjoint(node.iterancestors()) for node in prose):
        for node in named:
            for attribute in ("class", "id"):
                if name := node.get(attribute):
                    node.set(attribute, _COMMENT_WORD.sub("text", name))


def _names_of(node: Any) -> str:
    return f"{node.get('class', '')} {node.get('id', '')}".casefold()


def _is_sentence(node: Any) -> bool:
    text = to_one_line(" ".join(node.itertext()))
    return len(text) >= MIN_PROSE_CHARACTERS and ends_as_prose(text)


def _drop_forms(tree: Any) -> None:
    """Removes small forms and the offers around the article.

    Some sites put a whole page into a form; that stays.
    """
    small = _MAX_FORM_SHARE * len(to_one_line(" ".join(tree.itertext("p", "div", "li", "span", "td"))))
    for node in list(tree.iter("form", "div", "section", "aside")):
        is_offer = node.tag == "form" or _OFFER_NAME.search(_names_of(node))
        if is_offer and node.getparent() is not None and len(to_one_line(" ".join(node.itertext()))) < small:
            node.drop_tree()


# -- text outside of paragraphs ----------------------------------------------------------------------------------------


def _wrap_loose_text(tree: Any) -> None:
    """Puts prose that stands between blocks, in no paragraph of its own, into one.

    A block within a paragraph ends it, so that the words after the block are in no paragraph; they would be lost.
    """
    for container in list(tree.iter("div", "section", "article", "main", "td", "body", "blockquote")):
        if not any(map(_is_block, container)):
            if container.tag == "div" and LEAD_NAME.search(container.get("class", "")):
                container.tag = "p"
            continue
        run: list[Any] = []
        for child in [*container, None]:
            if child is not None and child.tag in _INLINE_TAGS and not any(map(_is_block, child.iterdescendants())):
                run.append(child)
                continue
            _wrap_run(container, run, child)
            run = []


def _is_block(node: Any) -> bool:
    return node.tag in _BLOCK_TAGS


def _wrap_run(container: Any, run: list[Any], following: Any) -> None:
    """Wraps the inline elements `run` and the loose text around them.

    They stand before the block `following`.
    """
    first = run[0] if run else following
    before = first.getprevious() if first is not None else (container[-1] if len(container) else None)
    text = (container.text if before is None else before.tail) or ""
    words = to_one_line(" ".join([text, *(piece for node in run for piece in (*node.itertext(), node.tail or ""))]))
    linked = sum(len(to_one_line(" ".join(node.itertext()))) for node in run if node.tag == "a")
    if len(words) < MIN_PROSE_CHARACTERS or not ends_as_prose(words) or linked > MAX_LINK_SHARE * len(words):
        return
    paragraph = container.makeelement("p", {})
    paragraph.text = text
    if before is None:
        container.text = None
        container.insert(0, paragraph)
    else:
        before.tail = None
        container.insert(container.index(before) + 1, paragraph)
    paragraph.extend(run)


# -- tables ------------------------------------------------------------------------------------------------------------


def _unfold_tables(tree: Any) -> None:
    """Turns tables of layout into blocks, and data tables into a paragraph a row."""
    # From the inside out, so that a table of data within a table of layout is data first.
    for table in reversed(list(tree.iter("table"))):
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
        if _is_data(cells):
            _set_rows(table, [" | ".join(filter(None, map(_cell_text, row))) for row in cells])
            continue
        for node in (table, *table.iter("tbody", "thead", "tfoot", "tr", "td", "th", "caption")):
            node.tag = "div"


def _is_data(cells: list[list[Any]]) -> bool:
    """Whether the rows are data.

    Data are two or more rows and columns of short cells without blocks.
    """
    widths = [len(row) for row in cells if row]
    if len(widths) < 2 or min(widths) < 2 or max(widths) != min(widths):
        return False
    contents = [cell for row in cells for cell in row]
    if any(node.tag in _BLOCK_TAGS - {"p"} for cell in contents for node in cell.iterdescendants()):
        return False
    texts = list(map(_cell_text, contents))
    return all(len(text) <= _MAX_CELL_CHARACTERS for text in texts) and sum(map(bool, texts)) > len(texts) / 2


def _cell_text(cell: Any) -> str:
    return to_one_line(" ".join(cell.itertext()))


def _set_rows(table: Any, lines: list[str]) -> None:
    tail = table.tail
    table.clear()
    table.tag, table.tail = "div", tail
    for line in filter(None, lines):
        row = table.makeelement("p", {})
        row.text = line
        table.append(row)
