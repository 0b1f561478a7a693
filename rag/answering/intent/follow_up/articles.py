"""Questions about the articles that the previous answer named.

Examples are "summarise it", "when?" and "which of them is newer?".

The articles are found by their titles in that answer's text, so every interface understands the same conversation in
the same way. Each question is rewritten as one that names its article.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.follow_up.ellipsis import asks_for_the_words
from rag.answering.intent.follow_up.question_parts import parse_question
from rag.answering.intent.frames.words import PIECE
from rag.answering.intent.mentions.names import catalogue_names
from rag.answering.intent.mentions.question_words import QuestionWords
from rag.answering.intent.mentions.titles import find_titles
from rag.text.lexicon import alternation
from rag.types.answer import Turn
from rag.types.article import MONTHS, ArticleRef, month_and_year

# Maximum number of titles that are looked up, and maximum length of the text that is searched for them.
MAX_TITLES = 12
MAX_ANSWER_CHARACTERS = 6_000
_TITLE = re.compile(r"“([^“”]{1,300})”")
_INTRODUCTION = re.compile(
    rf"^(?P<author>[^“”()\n]{{2,80}}) \((?:[^()\n]{{1,80}}, )?(?P<month>(?:{alternation(MONTHS)}) \d{{4}})\) \w+:",
    re.MULTILINE,
)
# The heading of a list. It may name articles of the scope, which are not the listed ones.
_LIST_HEADING = re.compile(r"\A(?:At least )?[\d,]+ articles?\b[^\n]*:[ \t]*$", re.MULTILINE)
_END = r"[\s?.!]*$"
# Places in a list; "the last" and "the latter" are its end.
_ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7, "ninth": 8,
    "tenth": 9, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4, "6th": 5, "7th": 6, "8th": 7, "9th": 8, "10th": 9,
    "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6, "8": 7, "9": 8, "10": 9,
    "one": 0, "two": 1, "three": 2, "four": 3, "five": 4,
}  # fmt: skip
_NUMBERED = rf"(?:the (?:{alternation(_ORDINALS)}|latter|last)|(?:number|no\.?|#) ?(?:{alternation(_ORDINALS)}))"
_PLACE_IN_LIST = re.compile(
    rf"\b(?:the |number |no\.? ?|#)(?P<place>{alternation(_ORDINALS)}|latter|last)\b"
    rf"(?: one| article| piece| column)?(?:,? (?:about|in (?:brief|short|a nutshell)|briefly|then|please|pls))*{_END}",
    re.IGNORECASE,
)
_ONE = (
    r"(?:it|this|that|this one|that one|(?:the|this|that) (?:article|piece|column|text|essay|one)|"
    rf"{_NUMBERED}(?: one| article| piece| column)?)"
)
_SET = (
    r"(?:(?:of|among) )?(?:them|these|those|the (?:articles|pieces|columns|texts|two|three|results))"
    r"(?: (?:articles|pieces))?"
)
_ABOUT_ONE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"^(?:and |ok(?:ay)?,? |so )?(?:{pattern}){_END}", re.IGNORECASE), rewritten)
    for pattern, rewritten in (
        (
            rf"(?:(?:please )?(?:summari[sz]e|sum up|recap)(?: {_ONE})?|tl;?dr|(?:the )?(?:gist|summary|main "
            rf"(?:point|argument|"
            rf"idea))(?: of {_ONE})?|in short|in a nutshell|(?:give me )?(?:a |the )?(?:short )?summary(?: of {_ONE})?|"
            rf"what(?:['’]?s| is) (?:its|{_ONE}['’]?s|the) (?:main |key |central )?(?:argument|point|thesis|idea|"
            rf"message|gist|claim|conclusion|view|takeaway)"
            rf"(?: of {_ONE})?|what(?: is|['’]?s| was) {_ONE} about|what does {_ONE} (?:say|argue|claim)|"
            rf"tell me (?:more )?about {_ONE})",
            "summarise “{title}”",
        ),
        (
            rf"(?:who (?:wrote|is the author of|authored|penned) {_ONE}|who (?:is|was) {_ONE} (?:by|written by)|by "
            rf"who(?:m)?|"
            rf"who(?:['’]?s| is) the author(?: of {_ONE})?|who wrote)",
            "who wrote “{title}”?",
        ),
        (
            rf"(?:when(?: (?:was|did) {_ONE} (?:published|written|appear|come out|from))?|(?:what|which) (?:day|"
            rf"date|year)|"
            rf"from when(?: is {_ONE})?|how old is {_ONE}|when (?:was|is) {_ONE}|published when)",
            "when was “{title}” published?",
        ),
    )
)
_IT_SAYS = re.compile(
    rf"\b{_ONE} (?=(?:say|says|said|argue|argues|argued|claim|claims|claimed|think|thinks|thought|write|writes|"
    rf"wrote|conclude|"
    r"concludes|call|calls|called|mention|mentions|blame|blames|want|wants|propose|proposes|suggest|suggests|"
    r"recommend|recommends|"
    r"explain|explains|means?(?! (?:for|to)\b))\b)",
    re.IGNORECASE,
)
# States and organisations do so as well as articles.
_OF_ANY_AGENT = re.compile(
    r"(?:want|think|thought|call|blame|propose|suggest|recommend|mean)(?:s|ed)?\b", re.IGNORECASE
)
# In "articles that mention it", "that" is no article.
_PIECES = re.compile(rf"\b(?:{PIECE}|ones?)\b", re.IGNORECASE)
_IN_THIS_ARTICLE = re.compile(r"(?<=\w )(?:this|that|the same) (?:article|piece|column|essay|text)\b", re.IGNORECASE)
# "The author of the treaty" is another one.
_ITS_AUTHOR = re.compile(
    r"\b(?:the|this|that) (?:author|writer|columnist|column)\b(?! (?:of|who|that|on|about)\b)", re.IGNORECASE
)
_WHICH = re.compile(rf"^(?:and |so )?(?:which|who|what)(?: one| ones)? {_SET}\b(?P<rest>.*)$", re.IGNORECASE)
_COPULA = re.compile(r"^ (?:is|are|was|were)\b", re.IGNORECASE)
_BEFORE = re.compile(
    rf"^(?:and )?(?:the )?(?:one|article|piece) (?:before|after)(?: {_ONE})?{_END}|^(?:and )?the (?:next|previous|"
    rf"second)(?: one| "
    rf"article| piece)?{_END}",
    re.IGNORECASE,
)
_BY_WHOM = re.compile(
    rf"^(?:and )?(?:by whom|by who|who (?:wrote|are they by|wrote them)|whose)(?: are they)?{_END}", re.IGNORECASE
)
_ORDERED = re.compile(
    r"\b(?P<order>newe(?:r|st)|late(?:r|st)|most recent|older|oldest|earlier|earliest|first)\b", re.IGNORECASE
)


_THEIR_OTHERS = re.compile(
    r"^(?:and )?(?:what|which|anything)(?: articles| pieces| columns)? (?:else|other) ?(?:did|has|have|does)? ?(?:by )?"
    r"(?:they|he|she|it|them|him|her|(?:the|this|that|same) (?:same )?(?:author|writer|columnist|column))"
    r"(?: (?:write|written|wrote|publish(?:ed)?))?(?P<rest>(?: (?:on|about|in|this|that|last|since|before)\b.*)?)$",
    re.IGNORECASE,
)


# "What else did they write that month?" means the month of the article.
_THAT_PERIOD = re.compile(r"(?:in )?(?:that|the same) (?P<period>month|year)\b", re.IGNORECASE)
# "Who else mentions him?" after "does it mention X?" asks for the articles that mention X.
_WHO_DISAGREES = re.compile(
    rf"^(?:and |but |so )*(?:who|(?:does|did) (?:anyone|anybody|someone))(?: else)? (?:dis)?agrees?{_END}",
    re.IGNORECASE,
)
_WHO_ELSE_MENTIONS = re.compile(
    r"^(?:and )?(?:who|what|which)(?: (?:else|other (?:articles?|pieces?|authors?|columns?)))? (?:else )?mentions? "
    rf"(?:him|her|it|them|that|this){_END}",
    re.IGNORECASE,
)
_MENTIONED = re.compile(r"\bmention(?:s|ed|ing)?\s+(?P<name>[^?“”()]{2,60}?)\s*\??$", re.IGNORECASE)
# "Does anyone disagree with it?" and "who answers it?" ask for the articles that speak of its author afterwards.
_ANSWERED = re.compile(
    r"^(?:and |but |so )*(?:"
    r"(?:(?:does|did|do|has|have) (?:anyone|anybody|someone|somebody|any \w+|(?:the )?others?)|"
    r"is there (?:anyone|anybody|any \w+)(?: who| that)?)"
    r"(?: else)?|who(?: else)?|which (?:other )?(?:articles?|pieces?|columns?|columnists?|authors?)) "
    r"(?:disagree|agree|object|answer|repl(?:y|ie)|respond|reacte?|contradict|criticis|criticiz|argue)(?:s|d|es|ed)?"
    rf"(?: (?:with|to|against))? {_ONE}(?: and why)?{_END}"
    r"|^(?:and )?(?:is|was|are|were) there (?:an? |any )?(?:repl(?:y|ies)|responses?|answers?|objections?|rebuttals?|"
    rf"counter-?arguments?|criticisms?) (?:to|of|against) {_ONE}{_END}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ArticleReference:
    """A question about articles that the previous answer named.

    `question` is the rewritten question; `articles` are the ids that it is limited to, none for all articles.
    `is_beyond` is whether it asks for a place that the list of these articles does not have.
    """

    question: str
    articles: tuple[str, ...]
    is_beyond: bool = False


def refer_to_articles(question: str, turns: Sequence[Turn], catalogue: Catalogue) -> ArticleReference | None:
    """Rewrites a question about articles that the last question or answer names.

    Returns None for any other question. After a question for an author's view, "what does it say?" asks for the view of
    that author.
    """
    if not turns or len(question) > 200 or asks_for_the_words(question):
        return None
    before = _BEFORE.match(question)
    asks_which = _WHICH.match(question)
    about_one = next((rewritten for pattern, rewritten in _ABOUT_ONE if pattern.match(question)), None)
    says = _IT_SAYS.search(question)
    if says and _OF_ANY_AGENT.match(question[says.end() :]) and _has_antecedent(turns[-1], catalogue):
        says = None
    if says and says[0].lower().startswith("that ") and _PIECES.search(question[: says.start()]):
        says = None
    by_whom = _BY_WHOM.match(question)
    in_it = _IN_THIS_ARTICLE.search(question)
    others = _THEIR_OTHERS.match(question.strip(" ?!."))
    answered = _ANSWERED.match(question) or (_WHO_DISAGREES.match(question) and _names_an_article(turns[-1], catalogue))
    its_author = _ITS_AUTHOR.search(question)
    if _WHO_ELSE_MENTIONS.match(question) and (mentioned := _MENTIONED.search(turns[-1].question)):
        return ArticleReference(f"which articles mention {mentioned['name']}", ())
    if not (others or before or asks_which or about_one or says or by_whom or in_it or answered or its_author):
        return None
    named = articles_named_in(turns[-1], catalogue)
    if not named or (says and not about_one and _names_an_author_alone(turns[-1].question, catalogue)):
        return None
    if others:
        authors = {ref.author for ref in named}
        author = named[0].author
        if not author or len(authors) > 1:
            return None
        rest = others["rest"]
        if (period := _THAT_PERIOD.search(rest)) and (day := named[0].published):
            dated = month_and_year(day) if period["period"].lower() == "month" else str(day.year)
            rest = f"{rest[: period.start()]}in {dated}{rest[period.end() :]}"
        return ArticleReference(f"list the articles by {author}{rest}", ())
    if answered:
        # After an answer of several articles, "it" is what was asked about.
        author, day = named[0].author, named[0].published
        if len(named) > 1 or not author or not day:
            return None
        return ArticleReference(f"which articles mention {author} since {month_and_year(day)}?", ())
    if by_whom and len(named) > 1:
        return ArticleReference("who are the authors?", tuple(ref.id for ref in named))
    if asks_which:
        order = _ORDERED.search(asks_which["rest"])
        plural = "articles" + _COPULA.sub("", asks_which["rest"])
        asks = f"the {_superlative(order['order'])} article" if order else plural
        return ArticleReference(asks.strip(" ?"), tuple(ref.id for ref in named))
    if before:
        if len(named) < 2:
            return None
        return ArticleReference(f"when was “{named[1].title}” published?", (named[1].id,))
    ref = _in_its_place(question, named)
    if ref is None:
        return ArticleReference(question, tuple(article.id for article in named), is_beyond=True)
    if about_one:
        return ArticleReference(about_one.replace("{title}", ref.title), (ref.id,))
    if says:
        return ArticleReference(f"{question[: says.start()]}“{ref.title}” {question[says.end() :]}", (ref.id,))
    if its_author and len(named) > 1:
        return None
    if named_article := in_it or its_author:
        start, end = named_article.span()
        return ArticleReference(f"{question[:start]}“{ref.title}”{question[end:]}", (ref.id,))
    return None


def _has_antecedent(turn: Turn, catalogue: Catalogue) -> bool:
    """Whether the question of `turn` has something other than an article for "it"."""
    parts = parse_question(turn.question, (*catalogue.values("author"), *catalogue.values("source")))
    return not _names_an_article(turn, catalogue) and not parts.authors and parts.singular is not None


def _names_an_article(turn: Turn, catalogue: Catalogue) -> bool:
    return "“" in turn.question or bool(_titles_in(turn.question, catalogue))


def _in_its_place(question: str, named: Sequence[ArticleRef]) -> ArticleRef | None:
    """The article whose place in `named` the question tells, else the first.

    None for a place that a list of several articles does not have.
    """
    place = _PLACE_IN_LIST.search(question)
    if place is None:
        return named[0]
    number = _ORDINALS.get(place["place"].lower(), len(named) - 1)
    return named[number] if number < len(named) else None


def articles_named_in(turn: Turn, catalogue: Catalogue) -> list[ArticleRef]:
    """The articles that `turn` names: its question by their titles, else its answer.

    The answer names them in quotation marks, or by author and month.
    """
    titled = catalogue.titled
    named = {ref.id: ref for ref in _titles_in(turn.question, catalogue)}
    if named:
        return list(named.values())
    answer = turn.answer[:MAX_ANSWER_CHARACTERS]
    heading = _LIST_HEADING.match(answer)
    if heading and _TITLE.search(answer, heading.end()):
        answer = answer[heading.end() :]
    titles = list(dict.fromkeys(_TITLE.findall(f"{turn.question}\n{answer}")))[:MAX_TITLES]
    for title in titles:
        key = _normal(title)
        for ref in titled(title):
            if _normal(ref.title) == key:
                named.setdefault(ref.id, ref)
    # Quotes are introduced by author and month: "A. Writer (The Review, June 2024) argues: …".
    for match in _INTRODUCTION.finditer(answer):
        for ref in titled(match["author"]):
            day = ref.published
            if ref.author == match["author"] and day and month_and_year(day) == match["month"]:
                named.setdefault(ref.id, ref)
    return list(named.values())


def _titles_in(question: str, catalogue: Catalogue) -> list[ArticleRef]:
    """The articles whose titles `question` has, with or without quotation marks."""
    words = QuestionWords(question)
    articles = catalogue.titled(question) if words.keys else ()
    ids = [id for title in find_titles(words, articles, tuple(catalogue.values("topics"))) for id in title.articles]
    return [ref for id in dict.fromkeys(ids) for ref in articles if ref.id == id]


def _names_an_author_alone(question: str, catalogue: Catalogue) -> bool:
    """Whether `question` asks for one author's view, and for no article."""
    authors, sources, topics = (tuple(catalogue.values(field)) for field in ("author", "source", "topics"))
    names = catalogue_names(authors, sources, topics).find(QuestionWords(question))
    asked = {name.values for name in names if name.is_filter and name.field == "author"}
    return len(asked) == 1 and not _titles_in(question, catalogue)


def _normal(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _superlative(order: str) -> str:
    return "oldest" if order.casefold() in ("older", "oldest", "earlier", "earliest", "first") else "newest"
