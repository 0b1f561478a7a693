"""Leaves out of a reply the messages that it answers."""

import re
from typing import Any

# The quotation of a mail program, as it marks it in HTML.
_QUOTED = (
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]|//blockquote[@type='cite']|//*[@class='moz-cite-prefix']|"
    "//*[contains(@class, 'yahoo_quoted')]|//*[@class='protonmail_quote']|//*[@class='gmail_attr']"
)
# Outlook marks where the quotation begins; everything after it is quoted.
_QUOTED_FROM = "//*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='mail-editor-reference-message-container']"
# The time of mail-parser-reply grows with the square of a hostile text's length.
MAX_REPLY_CHARACTERS = 10_000


def drop_quoted_markup(root: Any) -> None:
    """Removes from the HTML of a reply what its mail program marks as quoted."""
    for quoted in root.xpath(_QUOTED):
        if quoted.getparent() is not None:
            quoted.drop_tree()
    for start in root.xpath(_QUOTED_FROM):
        for later in list(start.itersiblings()):
            later.drop_tree()
        if start.getparent() is not None:
            start.drop_tree()


def without_quoted_reply(text: str) -> str:
    """The newest message of the plain text of a reply.

    A text in which nothing else is left is returned whole: an answer that stands below its quotation, or between its
    lines. Of a text longer than MAX_REPLY_CHARACTERS only the lines that are marked with ">" are left out.
    """
    from mailparser_reply import EmailReplyParser

    text = re.sub(r"\n{3,}", "\n\n", text)
    newest = text
    if len(text) <= MAX_REPLY_CHARACTERS:
        newest = EmailReplyParser(languages=["en", "de", "fr", "es", "it", "nl"]).parse_reply(text) or ""
    own_lines = "\n".join(line for line in newest.splitlines() if not line.lstrip().startswith(">"))
    return own_lines if own_lines.strip() else text
