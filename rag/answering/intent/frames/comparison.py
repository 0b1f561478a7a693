"""Two subjects that a question compares or relates.

An example is "How does the oil price cap relate to the gas embargo?". What is written on one subject seldom names the
other, so each is searched for apart.
"""

import re

# A longer question is a story; its subjects are searched for together.
MAX_CHARACTERS = 300
MAX_SUBJECT_WORDS = 14
_AUXILIARY = r"(?:does|do|did|is|are|was|were|has|have|had|can|could|would|should)"
_LINK = (
    r"(?:differences?|contrasts?|similarit(?:y|ies)|parallels?|links?|connections?|relations?|relationships?|"
    r"ties?|tensions?|trade-?offs?)"
)
_COMPARES = (
    r"(?:relate|compare|connect|link|differ|tie|contrast|stack up|measure up|square|fit)(?:e?d|s)?"
    r"(?: (?:in|up|together))?"
)
_JOINS = r"(?:to|with|and|against|from|versus|vs\.?)"
_VERSUS = r"(?:versus|vs\.?|compared (?:to|with)|in comparison (?:to|with)|as opposed to|in contrast to)"
_SUBJECTS = (
    rf"(?:and |so |but )?(?:(?:what|which|where|is|are) (?:is |are |was |were |lies? )?)?(?:there )?(?:the |a |any )?"
    rf"(?:main |key |big )?{_LINK} between (?P<a>.+?) and (?P<b>.+)",
    rf"(?:and |so |but )?how (?:closely |well |far )?{_AUXILIARY} (?P<a>.+?) {_COMPARES} {_JOINS} (?P<b>.+)",
    rf"(?:and |so |but )?what {_AUXILIARY} (?P<a>.+?) (?:have )?(?:got )?(?:to do|in common) with (?P<b>.+)",
    r"(?:please )?(?:compare|contrast|comparing|a comparison of|comparison of|comparison between) (?P<a>.+?) "
    r"(?:and|with|to|against|versus|vs\.?) (?P<b>.+)",
    rf"(?P<a>.+?) {_VERSUS} (?P<b>.+)",
)
_PATTERNS = tuple(re.compile(rf"{pattern}[\s?.!]*", re.IGNORECASE) for pattern in _SUBJECTS)
# A question before the first subject: "Is a date better than …" compares, but asks for a verdict.
_ASKS = re.compile(rf"(?:who|whom|whose|what|which|when|where|why|how|{_AUXILIARY})\b", re.IGNORECASE)
_STANDS_FOR = re.compile(r"(?:that|those|the one|the ones) (?=(?:of|in|from|by|for) )", re.IGNORECASE)
_POSSESSED = re.compile(r"^.+?['’]s? (?P<head>\w.*)$")
_OF = re.compile(r"^(?P<head>.+?) (?:of|in|from|by|for) ")
_OWN_WORDS = re.compile(r"\w{3,}")


def compared_subjects(question: str) -> tuple[str, ...]:
    """The two subjects that `question` compares or relates, in its words.

    It is empty if the question does not. "that of" in the second one is replaced by the words of the first one that it
    stands for.
    """
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS or text.rstrip("?.! ").count("?"):
        return ()
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if not match:
            continue
        first, second = match["a"].strip(" ,"), match["b"].strip(" ,?.!")
        if stands_for := _STANDS_FOR.match(second):
            head = _POSSESSED.match(first) or _OF.match(first)
            second = f"{head['head'] if head else first} {second[stands_for.end() :]}"
        subjects = (first, second)
        return subjects if all(map(_is_subject, subjects)) else ()
    return ()


def _is_subject(words: str) -> bool:
    return bool(_OWN_WORDS.search(words)) and len(words.split()) <= MAX_SUBJECT_WORDS and not _ASKS.match(words)
