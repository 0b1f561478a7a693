"""The text of a page's HTML, parsed under the rule that all markup in it is the page's own.

Texts in a page come from articles, models and browsers; a tag or an attribute that the page does not use was not
escaped.
"""

import re
from html.parser import HTMLParser

_TAGS = {
    "div", "aside", "h2", "h3", "h4", "section", "p", "button", "span", "article", "mark", "a", "ul", "li",
    "blockquote", "br", "strong", "progress", "table", "caption", "thead", "tbody", "tr", "th", "td", "nav",
}  # fmt: skip
_ATTRIBUTES = re.compile(
    r"class|id|type|role|hidden|href|target|rel|title|scope|value|max|disabled|tabindex|aria-.*|data-.*"
)


class _PageParser(HTMLParser):
    """Accepts the page's own tags and attributes only, each tag closed, and links to the web only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open_tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        for name, value in attrs:
            assert _ATTRIBUTES.fullmatch(name), name
            if name == "href":
                assert re.match(r"https?://", value or "", re.IGNORECASE), value
            if name == "class":
                assert re.fullmatch(r"[a-z\- ]*", value or ""), value
        if tag != "br":
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_data(self, data: str) -> None:
        self.text += data


def visible_text(html: str) -> str:
    """The text that a browser shows of `html`; fails for any markup that is not the page's own."""
    parser = _PageParser()
    parser.feed(html)
    parser.close()
    assert parser.open_tags == []
    return parser.text
