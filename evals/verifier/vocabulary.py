"""The words by which planted statements are turned false, and by which true ones are said another way."""

# Words that leave something open, and what closes it.
HEDGES = {
    "may": "will", "might": "will", "could": "will", "likely": "certain", "probably": "certainly", "perhaps": "surely",
    "possibly": "definitely", "often": "always", "usually": "always", "some": "all", "many": "all", "most": "all",
    "almost": "fully", "nearly": "more than", "seldom": "never", "rarely": "never", "partly": "entirely",
    "several": "all", "expected": "certain", "suggests": "proves", "suggest": "prove", "sometimes": "always",
    "plans to": "did", "should": "did", "would": "did", "seems to": "does", "alleged": "proven",
}  # fmt: skip

# Words that turn a statement round when one stands for the other.
TURNED = {
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

# Patterns and what says the same.
SAME = (
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
