"""What a page may hold: markup of ours alone, whatever the texts in it are."""

import re
from html.parser import HTMLParser

_TAGS = {
    "div", "aside", "h2", "h3", "h4", "section", "p", "button", "span", "article", "mark", "a", "ul", "li",
    "blockquote", "br", "strong", "progress", "table", "caption", "thead", "tbody", "tr", "th", "td", "nav",
}  # fmt: skip
_ATTRIBUTES = re.compile(
    r"class|id|type|role|hidden|href|target|rel|title|scope|value|max|disabled|tabindex|aria-.*|data-.*"
)


class _Shown(HTMLParser):
    """Our own tags and attributes alone, each closed; links to the web alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
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
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> str:
    """The text that a browser shows of `html`. Fails for any markup that is not ours."""
    parser = _Shown()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.text
