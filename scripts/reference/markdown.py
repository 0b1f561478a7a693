"""What the generated pages share."""

import re


def link_pages(text: str) -> str:
    """A text as the cell of a table.

    A bar in it ends no cell, and pages of docs/ that it names are links, from a page in a folder of docs/.
    """
    return re.sub(r"docs/([\w/-]+\.md)", r"[\1](../\1)", text.replace("|", "\\|"))
