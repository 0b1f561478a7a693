"""Words for articles, writers and collections, as parts of regular expressions."""

import re

PIECE = (
    r"(?:articles?|pieces?|texts?|columns?|essays?|op-?eds?|editorials?|commentar(?:y|ies)|documents?|docs?|stories|"
    r"story|posts?|papers?|writings?|reports?|items?|entries|titles?|headlines?)"
)
WRITER = r"(?:authors?|writers?|columnists?|columns?|contributors?|commentators?|journalists?|people|pundits?)"
PLACE = (
    r"(?:collection|corpus|library|archives?|data ?base|data ?set|index|knowledge base|repository|catalogue|catalog)"
)
OURS = r"(?:the|this|that|these|those|your|our|its?|all|any|of|me|us)"
FILL = rf"(?:(?:{OURS}) )*"


def any_phrase(*patterns: str) -> re.Pattern[str]:
    """The regular expression that matches what any of `patterns` matches."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
