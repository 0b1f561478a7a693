"""Extracts the question from a typed text.

People greet, thank, explain why they ask, and ask politely. The question is the rest of the text.
"""

import re
from dataclasses import dataclass

from rag.text.analyzer import content_terms
from rag.text.lexicon import WEEKDAYS, alternation
from rag.text.sentences import sentence_spans
from rag.types.article import MONTHS

_SPACE = re.compile(r"\s+")
# Marks of HTML and Markdown, with what only a browser reads; a link keeps its text.
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<(script|style)\b[^<>]{0,300}>[^<]{0,2000}</\1\s*>", re.IGNORECASE), " "),
    (re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,300})?/?>", re.IGNORECASE), " "),
    (re.compile(r"!?\[([^\[\]]{0,200})\]\((?:[^()\s]|\([^()\s]{0,100}\)){0,500}\)"), r"\1 "),
    (re.compile(r"(?<!\w)(?:\*{1,3}|_{1,3}|`{1,3}|~~)(?=\w)|(?<=[\w?!.,])(?:\*{1,3}|_{1,3}|`{1,3}|~~)(?!\w)"), ""),
    (re.compile(r"^\s*(?:#{1,6}|>+)\s+"), ""),
)
# What is said to a language model before the question; the question behind it is answered from the articles.
_INSTRUCTION = re.compile(
    r"(?:please )?(?:ignore|disregard|forget)(?: (?:all|any|the|your|my|of|previous|prior|above|earlier|other|these))* "
    r"(?:instructions?|prompts?|rules|guidelines|directions|articles|sources|documents)"
    r"(?:[\s,.;:!–—-]+(?:and(?: then)?|then|instead)\b[\s,]*|[.;:!–—-]+\s*)(?=\w)",
    re.IGNORECASE,
)
# Words of courtesy. The words of the second list may also begin a question ("great powers"), so they count only before
# a punctuation mark or a question word.
_OPENING = re.compile(
    r"(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|dear (?:all|team|bot)|greetings|ok(?:ay)?|alright|"
    r"um+|uh|hm+|oh|yeah|sorry|thanks(?: a lot| so much)?|thank you(?: so much| very much)?|thx|please|pls|plz|fyi|btw|"
    r"just curious|one more thing)(?: there| again| everyone| all| bot| then| for (?:that|this))?[\s,.!:;–—-]+"
    r"|(?:so|well|right|yes|no|great|cool|nice|basically|actually|honestly|anyways?)(?:[,.!:;–—-]+\s*|\s+(?=(?:who|"
    r"what|whats|when|where|why|how|which|is|are|do|does|did|can|could|please|tell|list|show|so|basically|actually|"
    r"honestly|anyways?)\b)))+",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:(?:can|could|would|will|may|might) (?:you|i|we) (?:please |kindly |maybe |perhaps |possibly |just |quickly )*"
    r"(?:tell|explain to|inform|ask|remind|help) ?(?:me|us|you)?(?: to)?(?: understand| see| know)?"
    r"|(?:please |kindly )?(?:tell|remind|inform) (?:me|us)"
    r"|do you (?:happen to )?(?:know|have any idea)|any idea|(?:does )?any(?:one|body) know"
    r"|i(?:['’]?d| would|['’]?m| am)? (?:really |just |also )*"
    r"(?:like|love|want|need|wish|wondering|trying|curious|interested)"
    r"(?: to (?:know|understand|learn|hear|find out|see|ask(?: you)?)(?: about)?)?|(?:i )?was (?:just )?wondering"
    r"|i need to know|i have a question(?: about)?|my question is(?: this)?|the question is(?: this)?"
    r"|what i(?:['’]?d| would)?(?: really)? (?:want|need|like|love) to (?:know|understand|hear|ask) is(?: this)?"
    r"|let me know|help me understand|please|pls|plz|kindly)"
    r"[\s,:]+(?=\w)",
    re.IGNORECASE,
)
# A request for an action keeps its verb: "could you summarise …" is "summarise …".
_ACTION_REQUEST = re.compile(
    r"(?:can|could|would|will) (?:you|we) (?:please |kindly |maybe |perhaps |just |quickly )*"
    r"(?=(?:list|show|give|find|compare|contrast|summ|explain|describe|name|outline|recap|help|search|look|quote|cite|"
    r"write|make|draw|sketch|trace|walk|sort|put|order|arrange|rank|count|track))",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"^(?:(?:a |one |another |quick |next |last |final |more |my )*(?:question|q))\s*[:,–—]+\s*(?=\w)", re.IGNORECASE
)
_SWEARING = re.compile(r"^(?:wtf|wth|what the (?:hell|heck|fuck))\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?<![\s,])[\s,]++(?:please|pls|plz|thanks(?: a lot| in advance)?|thank you(?: in advance)?|thx|cheers|for me|"
    r"if you can|if possible|lol|haha|(?<=, )(?:mate|buddy|dear)|"
    # Who asks and how the answer shall be, which is no part of what is asked.
    r"(?:(?:but|and) )?(?:(?:please|pls|just) )?(?:be|keep it|make it|keep this) (?:very )?(?:short|brief|concise|"
    r"simple|"
    r"quick)|(?<=, )(?:(?:a )?(?:short|quick|brief|simple) (?:answer|version|summary)|"
    r"(?:i['’]?m|i am|we['’]?re) (?:\w+ )?(?:new|not|no|a beginner|a student|in a hurry|lost|confused)\b[^,.;?]{0,40})|"
    r"(?:but |and )?(?:in (?:very )?(?:simple|plain|easy|layman['’]?s|everyday) (?:terms|words|english|language)|"
    r"like (?:i['’]?m|i am|i was) (?:five|5|ten|10|a child|a kid)|simply put|in short|briefly|in brief)|"
    r"(?<!said )(?<!say )in (?:just )?(?:one|two|three|a|1|2|3|a "
    r"few|a "
    r"couple of|few) (?:short )?(?:sentences?|words?|lines?))[\s.!?]*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:(?:and|so|but) )?(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|"
    r"can|could|will|would|"
    r"should|tell|list|show|compare|contrast|summari[sz]e|sum up|explain|describe|give|find|name|outline|according|in "
    r"whose|on what|to what|by how|any)\b",
    re.IGNORECASE,
)
_ASKS_INSIDE = re.compile(
    r"\b(?:(?:my|our) \w+ (?:asks?|asked|wants to know|wonders)|"
    r"tell (?:me|us)|(?:want|need|would like|['’]d like) to know|explain(?: to me)?|find out|wondering|"
    r"question is|curious)\s+(?:about\s+)?(?=(?:who|what|which|when|where|why|how|if|whether)\b)",
    re.IGNORECASE,
)
_FRONTED_TOPIC = re.compile(
    r"^(?!(?:and|so|but|or|then|who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|"
    r"can|could|will|would|should|according|in|on|at|if|since|after|before|give|list|show|compare|tell|explain)\b)"
    r"(?P<topic>[^\s,.?!:;]+(?: [^\s,.?!:;]+){0,4}?) ?[,:–—-]+ "
    r"(?P<before>(?:how|why|when|what|where|who|is|are|was|were|did|does|do|has|have)\b(?: \w+){0,2}? )"
    r"(?:it|they|them)(?P<after>(?: [^?]*)?\??)$",
    re.IGNORECASE,
)
# A sentence about the user: the purpose of the answer, and general requests.
_ABOUT_THE_ASKER = re.compile(
    r"^(?:(?:many |best |kind |warm |all the )?(?:thanks|regards|wishes|cheers|best)\b[^?]{0,40}$|yours\b[^?]{0,40}$|"
    r"hi|hello|hey|thanks|thank you|sorry|please|(?:and |so |but )?(?:i|we)(?:['’](?:m|ve|re|d|ll)| am| are| have| "
    r"need| want|"
    r" would| was| teach| work| study| write| do| did| know| really| just| only| read)\b|(?:and |so )?(?:my|our|"
    r"they|he|she) "
    r"(?:\w+ )?(?:students?|class|boss|teacher|editor|readers?|colleagues?|friends?|kids?|audience|team|are|is|"
    r"know|want)\b|"
    r"it(?:['’]s| is) for\b|(?:this|that) is for\b|any help\b|help(?: me)?(?: with something)?\W*$|keep it\b|be "
    r"(?:brief|short|"
    r"concise)\b|make it\b|(?:just |only )?(?:a |one |two |three )?(?:short|brief|quick|few)\b|no more than\b|in "
    r"(?:one|two|three)"
    r" (?:sentences?|words?|lines?)\b)",
    re.IGNORECASE,
)
# What the one who asks is busy with: "I'm preparing a talk about doping for my class."
_BUSY_WITH = re.compile(
    r"\b(?:about|on|regarding|concerning|covering)\s+(?!(?:it|this|that|them|me|you|us|my|your|our|time|behalf|"
    rf"{alternation((*MONTHS, *WEEKDAYS))})\b)(?P<topic>[^.?!;:,()]{{2,80}})",
    re.IGNORECASE,
)
_TOPIC_END = re.compile(
    r"\s+(?:for|because|so|which|who|that|where|and (?:i|we|my|our)|but|next|tomorrow|tonight|today|this|at|in (?:an?|"
    r"my|our|class)|with (?:my|our)|by|to)\b.*$",
    re.IGNORECASE,
)
# A mark after which a question begins.
_COLON = re.compile(
    r"\s*(?::|[–—]|\s-(?=\s))\s*(?=(?:who|whom|whose|what|which|when|where|why|how|is|are|do|does|did|has|have)\b)",
    re.IGNORECASE,
)
_REPORTS = re.compile(r"\b(?:hear|heard|read|reading|told|saw|seen|learn(?:ed|t)?|thought|believed?)\b", re.IGNORECASE)


# Without courtesy, a text may be split into other sentences. It is then read again, at most so often.
MAX_PASSES = 3


@dataclass(frozen=True, slots=True)
class ExtractedQuestion:
    """The question inside a text.

    `question` is one or more sentences that ask. `context` is `question` with the sentences around it that state its
    subject; it equals `question` if there are none. `topic` is what the one who asks is busy with, or "".
    """

    question: str
    context: str
    topic: str = ""


def extract_question(text: str) -> ExtractedQuestion:
    """The question in `text`, without courtesy and the reason for asking.

    The words of the question are not changed. A text without a question loses only its courtesy. A text of nothing but
    courtesy keeps one word.
    """
    extracted = _extract_once(text)
    for _ in range(MAX_PASSES):
        again = _extract_once(extracted.question).question
        if again == extracted.question:
            break
        is_alone = extracted.context == extracted.question
        extracted = ExtractedQuestion(again, again if is_alone else extracted.context)
    return extracted


def _extract_once(text: str) -> ExtractedQuestion:
    plain = _SPACE.sub(" ", without_markup(text)).strip()
    plain = _INSTRUCTION.sub("", plain, count=1) if _INSTRUCTION.match(plain) else plain
    if (colon := _COLON.search(plain)) and _is_about_the_asker(plain[: colon.start()]):
        # The purpose before a colon, as in I need to write about doping: what do they say?
        plain = f"{plain[: colon.start()]}. {plain[colon.end() :]}"
    sentences = [plain[start:end].strip() for start, end in sentence_spans(plain)] if plain else []
    if len(sentences) > 1:
        kept = [sentence for sentence in sentences if not _is_about_the_asker(sentence)]
        asking = [sentence for sentence in kept if _asks(sentence)] or [
            sentence for sentence in sentences if _asks(sentence)
        ]
        if asking:
            question = " ".join(map(_bare_question, asking))
            context = " ".join(
                _bare_question(sentence) if sentence in asking else sentence
                for sentence in sentences
                if sentence in kept or sentence in asking
            )
            topic = next(
                (topic for sentence in sentences if sentence not in asking and (topic := _topic(sentence))), ""
            )
            return ExtractedQuestion(question, context or question, topic)
        plain = " ".join(kept) or plain
    question = _bare_question(plain)
    return ExtractedQuestion(question, question)


def _topic(sentence: str) -> str:
    """The topic that a sentence about the one who asks names; "" without one."""
    busy_with = _BUSY_WITH.search(sentence) if _is_about_the_asker(sentence) else None
    return _TOPIC_END.sub("", busy_with["topic"]).strip() if busy_with else ""


def without_markup(text: str) -> str:
    """`text` without marks of HTML and Markdown; a text that is nothing else stays."""
    plain = text
    for pattern, replacement in _MARKUP:
        plain = pattern.sub(replacement, plain)
    return plain if any(character.isalnum() for character in plain) else text


def _bare_question(sentence: str) -> str:
    stripped = _with_topic_in_its_place(_strip_courtesy(sentence))
    inside = _ASKS_INSIDE.search(stripped)
    if inside and len(stripped[inside.end() :].split()) >= 4 and not _ASKS.match(stripped):
        stripped = stripped[inside.end() :]
    return stripped or sentence


def _with_topic_in_its_place(question: str) -> str:
    """`question` with the topic that stands before it in place of its pronoun.

    "Oil prices, how did they change?" is "how did oil prices change?".
    """
    fronted = _FRONTED_TOPIC.match(question)
    if fronted and not content_terms(fronted["topic"]):
        return question
    return f"{fronted['before']}{fronted['topic']}{fronted['after']}" if fronted else question


def _is_about_the_asker(sentence: str) -> bool:
    bare = _strip_courtesy(sentence)
    if _asks(sentence) or _REPORTS.search(sentence):
        return False
    return bool(_ABOUT_THE_ASKER.match(sentence) or _ABOUT_THE_ASKER.match(bare))


def _asks(sentence: str) -> bool:
    bare = _strip_courtesy(sentence)
    return sentence.rstrip("”\"') ").endswith("?") or bool(_ASKS.match(bare)) or bool(_ASKS_INSIDE.search(sentence))


def _strip_courtesy(text: str) -> str:
    text = _ANNOUNCEMENT.sub("", _SWEARING.sub("what", text))
    for pattern in (_OPENING, _ACTION_REQUEST, _REQUEST, _ACTION_REQUEST):
        match = pattern.match(text)
        if match and text[match.end() :].strip(" ?.!"):
            text = _SWEARING.sub("what", text[match.end() :])
    while (match := _CLOSING.search(text)) and text[: match.start()].strip():
        is_question = "?" in match[0] and not text[: match.start()].endswith("?")
        text = text[: match.start()] + ("?" if is_question else "")
    return text.strip()
