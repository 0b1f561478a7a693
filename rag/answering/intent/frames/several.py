"""Several questions in one: "How long was the line, and when did it open?".

A question is divided where a clause with a question word of its own begins: after a sentence that asks, after a
semicolon, and after "and" or "but". Clauses inside a clause are no questions of their own ("what X says about when
sanctions work and why they fail"), and neither are question words that share a clause ("how and why").
"""

import re

from rag.text.sentences import sentence_spans

# A longer text is a story, not several questions.
MAX_QUESTIONS = 4
MAX_CHARACTERS = 600
# A clause has a question word and says what it asks about.
MIN_CLAUSE_WORDS = 3
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|isn['’]t|aren['’]t|"
    r"wasn['’]t|weren['’]t|don['’]t|doesn['’]t|didn['’]t|hasn['’]t|haven['’]t|can['’]t|won['’]t)"
)
# A question word before its verb, as in a direct question: "why did", "how long was", "what became of". In a clause
# that depends on another one the subject comes first: "why they fail".
_SUBJECT = (
    r"(?:i|you|he|she|it|we|they|there|this|that|these|those|the|an?|my|your|his|her|its|our|their|each|every|some|"
    r"any|all|both|no|to)"
)
_BEFORE = r"(?:(?:in|on|at|by|for|from|to|of|with|under|about|against) )?"
_INVERTED = (
    rf"{_BEFORE}(?:who|whom|what|when|where|why|how)(?:['’]s|['’]re| {_AUXILIARY})\b"
    rf"|{_BEFORE}(?:which|whose|what|how \w+)(?: [\w’'-]+){{0,5}}? {_AUXILIARY}\b"
)
_ABOUT_SUBJECT = rf"(?:who|what)(?! {_SUBJECT}\b| {_AUXILIARY}\b) \w{{3,}}|how (?:many|much) \w+ (?!{_SUBJECT}\b)\w"
_DIRECT = rf"(?:{_INVERTED}|{_ABOUT_SUBJECT})"
_JOIN = re.compile(
    rf"(?:\s*;\s*(?:(?:and|but|also|then)\s+)*|,?\s+(?:and|but)\s+(?:(?:also|then|if so|in turn),?\s+)*)(?={_DIRECT})",
    re.IGNORECASE,
)
# What a clause that asks begins with, after words that say when or where.
_ASKS = re.compile(
    rf"(?:[^?;]{{1,60}}[,–—-] )??(?:(?:and|but|so|also|then) )*"
    rf"(?:{_BEFORE}(?:who|whom|whose|what|which|when|where|why|how)|{_AUXILIARY})\b",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how|whether)\b", re.IGNORECASE)
_CONNECTIVE = re.compile(r"^(?:(?:and|but|so|also|then)\b,?\s+)+", re.IGNORECASE)


def several_questions(text: str) -> tuple[str, ...]:
    """The questions that `text` asks, in its words; empty if it is one question.

    Sentences that ask nothing belong to the question after them.
    """
    if len(text) > MAX_CHARACTERS:
        return ()
    questions: list[str] = []
    before = ""
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip()
        clauses = _clauses(sentence)
        if not clauses:
            before = f"{before} {sentence}".strip()
            continue
        questions += [f"{before} {clauses[0]}".strip(), *clauses[1:]]
        before = ""
    if before or not 2 <= len(questions) <= MAX_QUESTIONS:
        return ()
    return tuple(questions)


def _clauses(sentence: str) -> list[str]:
    """The clauses of a sentence that ask; empty if it asks nothing."""
    asks = _ASKS.match(sentence)
    if not (sentence.rstrip("”\"') ").endswith("?") or (asks and "," not in asks[0])):
        return []
    clauses: list[str] = []
    begin = 0
    for join in _JOIN.finditer(sentence):
        clause = sentence[begin : join.start()]
        if _is_whole(clause) and len(sentence[join.end() :].split()) >= MIN_CLAUSE_WORDS:
            clauses.append(_as_question(clause))
            begin = join.end()
    return [*clauses, _as_question(sentence[begin:])]


def _is_whole(clause: str) -> bool:
    """Whether `clause` asks alone, and no clause inside it can go on behind it."""
    words = list(_QUESTION_WORD.finditer(clause))
    asks = _ASKS.match(clause)
    inside = [word for word in words if word.end() > (asks.end() if asks else 0)]
    return bool(asks) and len(clause.split()) >= MIN_CLAUSE_WORDS and not inside


def _as_question(clause: str) -> str:
    bare = _CONNECTIVE.sub("", clause.strip()).rstrip(" ,;.?!")
    return f"{bare[:1].upper()}{bare[1:]}?"
