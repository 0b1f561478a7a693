"""Words and patterns of the perturbations.

They make a true statement false, or reword it. Months, weekdays, numbers and verbs are those of rag.text.lexicon, as
far as the perturbations use them. The replacements are separate from the verifier's lists of hedges and opposites: here
each word has exactly one replacement.

The weights that are shipped were fitted on statements made with exactly these lists. A change here changes the
generated pairs (tests/evals/training/test_perturbations.py holds their hash), and needs the weights to be fitted again.
"""

import re
from collections.abc import Sequence

from rag.text import lexicon
from rag.types.article import MONTHS as ALL_MONTHS

AUXILIARIES = (
    "is", "was", "are", "were", "has", "have", "had", "will", "can", "could", "would", "should", "must", "may", "might",
    "does", "did",
)  # fmt: skip
NUMBER_WORDS = {
    word: lexicon.NUMBER_WORDS[word]
    for word in (
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "fifteen", "twenty",
        "thirty", "forty", "fifty", "sixty",
    )
}  # fmt: skip
# Without May, because the word is mostly the auxiliary.
MONTHS = tuple(month for month in ALL_MONTHS if month != "May")
WEEKDAYS = lexicon.WEEKDAYS
ORDINALS = ("first", "second", "third", "fourth", "fifth")
REPORTING_VERBS = lexicon.verb_forms(
    (
        "say", "argue", "claim", "tell.past", "warn.past", "write", "believe.third", "think.third", "announce.past",
        "insist", "note", "call",
    )
)  # fmt: skip
# Words that begin a clause which can be cut off the end of a sentence.
CLAUSE_OPENERS = ("because", "while", "although", "after", "before", "since")
# Words that begin an adverbial which can be cut off the beginning of a sentence.
ADVERBIAL_OPENERS = (
    "After", "At", "Before", "By", "During", "For", "From", "In", "On", "Since", "Under", "Until", "With",
)  # fmt: skip
# Words that lose their capital after other words.
SENTENCE_OPENERS = (
    "The", "A", "An", "In", "On", "At", "It", "He", "She", "They", "We", "This", "That", "These", "Those", "But", "And",
    "For", "By", "With", "As", "There", "Its", "His", "Her", "Their", "From", "After",
)  # fmt: skip
# Frames that attribute a statement to the text without changing what it says.
ATTRIBUTIONS = (
    "According to the article, {}", "The author says that {}", "The article says that {}", "{} The author says so.",
    "It is said that {}", "The text says: {}",
)  # fmt: skip

# Hedges with their replacements.
HEDGES = {
    "may": "will", "might": "will", "could": "will", "likely": "certain", "probably": "certainly", "perhaps": "surely",
    "possibly": "definitely", "often": "always", "usually": "always", "some": "all", "many": "all", "most": "all",
    "almost": "fully", "nearly": "more than", "seldom": "never", "rarely": "never", "partly": "entirely",
    "several": "all", "expected": "certain", "suggests": "proves", "suggest": "prove", "sometimes": "always",
    "plans to": "did", "should": "did", "would": "did", "seems to": "does", "alleged": "proven",
}  # fmt: skip

# Words that reverse a statement when one replaces the other.
ANTONYMS = {
    "rose": "fell", "fell": "rose", "more": "less", "less": "more", "higher": "lower", "lower": "higher",
    "before": "after", "after": "before", "won": "lost", "lost": "won", "refused": "agreed", "agreed": "refused",
    "began": "ended", "stronger": "weaker", "weaker": "stronger", "increase": "decrease", "decrease": "increase",
    "increased": "decreased", "decreased": "increased", "increases": "decreases", "support": "oppose",
    "supported": "opposed", "opposed": "supported", "supports": "opposes", "against": "for", "first": "last",
    "last": "first", "bought": "sold", "sold": "bought", "raised": "cut", "cut": "raised", "cheap": "expensive",
    "expensive": "cheap", "dearer": "cheaper", "cheaper": "dearer", "gained": "lost", "expand": "shrink",
    "accepted": "rejected", "rejected": "accepted", "large": "small", "small": "large", "larger": "smaller",
    "smaller": "larger", "largest": "smallest", "smallest": "largest", "best": "worst", "worst": "best",
    "better": "worse", "worse": "better", "early": "late", "late": "early", "earlier": "later", "later": "earlier",
    "north": "south", "south": "north", "east": "west", "west": "east", "northern": "southern", "southern": "northern",
    "eastern": "western", "western": "eastern", "import": "export", "export": "import", "imports": "exports",
    "exports": "imports", "easy": "difficult", "difficult": "easy", "easier": "harder", "harder": "easier",
    "strong": "weak", "weak": "strong", "success": "failure", "failure": "success", "successful": "failed",
    "failed": "succeeded", "succeeded": "failed", "legal": "illegal", "illegal": "legal", "public": "private",
    "private": "public", "high": "low", "low": "high", "long": "short", "short": "long", "old": "new", "new": "old",
    "open": "closed", "opened": "closed", "closed": "opened", "positive": "negative", "negative": "positive",
    "inside": "outside", "outside": "inside", "above": "below", "below": "above", "over": "under", "under": "over",
    "male": "female", "female": "male", "men": "women", "women": "men", "father": "mother", "mother": "father",
    "son": "daughter", "daughter": "son", "brother": "sister", "husband": "wife", "wife": "husband", "king": "queen",
    "war": "peace", "peace": "war", "friend": "enemy", "ally": "rival", "allies": "rivals", "rich": "poor",
    "poor": "rich", "victory": "defeat", "defeat": "victory", "joined": "left", "gain": "loss", "loss": "gain",
    "growth": "decline", "decline": "growth", "grew": "shrank", "rise": "fall", "rising": "falling",
    "falling": "rising", "allowed": "forbade", "banned": "allowed", "winner": "loser", "buyers": "sellers",
    "sellers": "buyers", "buyer": "seller", "seller": "buyer", "included": "excluded", "including": "excluding",
    "always": "never", "never": "always", "majority": "minority", "minority": "majority", "all": "none of",
    "both": "neither of", "many": "few", "few": "many", "most": "few", "true": "false", "false": "true",
    "safe": "dangerous", "dangerous": "safe", "domestic": "foreign", "foreign": "domestic", "maximum": "minimum",
    "unlike": "like", "with": "without", "without": "with", "top": "bottom", "major": "minor", "cheapest": "dearest",
    "president": "prime minister", "chairman": "secretary", "minister": "ambassador", "director": "owner",
    "capital": "port", "army": "navy", "ministry": "court", "professor": "student", "deputy": "former",
}  # fmt: skip

# The part of the lists that the contrasts use: the weights were fitted with it before the lists grew.
CONTRAST_NUMBER_WORDS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty",
)  # fmt: skip
CONTRAST_HEDGES = {word: HEDGES[word] for word in ("may", "might", "could")}
CONTRAST_ANTONYMS = {
    word: ANTONYMS[word]
    for word in (
        "rose", "fell", "more", "less", "higher", "lower", "before", "after", "won", "lost", "refused", "agreed",
        "began", "stronger", "weaker", "increase", "support", "against", "first", "bought", "sold", "raised", "cut",
        "cheap", "dearer", "gained", "expand", "accepted",
    )
} | {"most": "fewest"}  # fmt: skip

# Patterns with replacements of the same meaning.
PARAPHRASES = (
    (r"\bsaid\b", "stated"), (r"\bbut\b", "yet"), (r"\bbegan\b", "started"), (r"\bhowever, ", ""), (r"\balso ", ""),
    (r"\babout (?=\d)", "around "), (r"\bnearly\b", "almost"), (r"\balmost\b", "nearly"), (r"\bper cent\b", "percent"),
    (r"%", " percent"), (r"\bpercent\b", "%"), (r"\bdid not\b", "didn't"), (r"\bis not\b", "isn't"),
    (r"\bwas not\b", "wasn't"), (r"\bcannot\b", "can't"), (r"\bsuch as\b", "like"), (r"\bbecause of\b", "due to"),
    (r"\bbought\b", "purchased"), (r"\bhelp(ed)?\b", r"assist\1"), (r"\bshow(s|ed)?\b", r"demonstrate\1"),
    (r"\bmay\b", "might"), (r"\bbig\b", "large"), (r"\bended\b", "came to an end"), (r"\bneeds\b", "requires"),
    (r"\bmany\b", "a lot of"), (r"\buntil\b", "till"), (r"\bthough\b", "although"), (r"\bUnited States\b", "US"),
    (r"\bUnited Kingdom\b", "UK"), (r"\brefused\b", "declined"), (r"\bagreed\b", "consented"), (r"\bkilled\b", "slain"),
    (r"\bafter\b", "following"), (r"\bprior to\b", "before"), (r"\bwhich\b", "that"), (r"\bbuilt\b", "constructed"),
    (r"\bwithin\b", "inside"), (r"\bget\b", "obtain"), (r"\bgave\b", "provided"), (r"\bkept\b", "retained"),
)  # fmt: skip

YEAR = re.compile(r"^(?:1[5-9]|20)\d\d$")
NAME = re.compile(r"\b[A-Z][\w’'&-]*[a-zA-Z0-9](?:(?: (?:of|de|al|bin|van|von|the|and))? [A-Z][\w’'&-]*[a-zA-Z]){0,3}")
# Words of a regular past tense, and exceptions that end in "ed".
SIMPLE_PAST = re.compile(r"\b(?!need|seed|speed|hundred|red\b|indeed|exceed|proceed|feed|bed\b)([a-z]{3,}[^aeiou])ed\b")
REPORTED = re.compile(rf"^(?P<who>[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]+){{0,3}}) (?P<says>{'|'.join(REPORTING_VERBS)})\b")


def any_of(words: Sequence[str]) -> str:
    """A pattern that matches any of `words`, in their order."""
    return "|".join(words)


def head_clause(openers: Sequence[str], kept: int, cut: int) -> re.Pattern[str]:
    """A pattern of a sentence's first clause (group 1).

    The clause has `kept` characters or more, and what follows `cut` or more.
    """
    return re.compile(rf"^(.{{{kept},}}?)(?:,|;|:| {'| '.join(openers)}) .{{{cut},}}[.]$")


def after_adverbial(kept: int) -> re.Pattern[str]:
    """A pattern of what follows a sentence's opening adverbial (group 1).

    It has `kept` characters or more.
    """
    return re.compile(rf"^(?:{any_of(ADVERBIAL_OPENERS)})\b[\w’ ]{{2,50}}, (.{{{kept},}}[.])$")
