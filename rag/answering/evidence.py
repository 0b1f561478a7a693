"""Selects the sentences that answer a question, or says why none does.

The sentences come from the retrieved passages. A quote is a run of whole sentences of one passage, word for word.
Whether to answer is decided by one calibrated score and one threshold. An abstention gives its reason in words that a
user understands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.answer_type import FREELY_WORDED, AnswerType, answer_type, contains_answer_type
from rag.answering.answerability import answerability, answerability_features, unknown_words
from rag.answering.intent.scope_wording import describe_scope
from rag.retrieval.results import Retrieval, ScoredSentence
from rag.text.analyzer import STOP_TERMS
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage

# A sentence with one of these openings depends on the one before it.
DEPENDENT_OPENING = re.compile(
    r"[“\"'‘(]*(?:(?:And|But|So|Yet|Nor|Or|Still|Thus|Hence|Instead|Rather|Moreover|Furthermore|Therefore|However|"
    r"Then|Indeed|Meanwhile|Similarly|Likewise|Otherwise|Nevertheless|Nonetheless|Consequently|Accordingly|Also|"
    r"Even so|In (?:addition|contrast|turn|short|other words|that|this)|As a result|"
    r"For (?:example|instance|that|this|these)|By contrast|On the other hand|Of course|That said)\b"
    r"|(?:It|This|That|These|Those|He|She|They|His|Her|Their|Its|Both|Neither|Such|One|Some|Others|"
    r"The (?:former|latter|same|result|reason|answer|first|second|third))\b(?! of the\b))"
)
# These values were chosen first on every second XQuAD question (python -m evals bench answers), then on the dev split
# of the golden questions (rag eval run --split dev). One sentence a quote and a floor of 0.75 cover 59% of the gold's
# groups; the values below cover 73%. On all of XQuAD the answer is then in some quote for 95.2% instead of 92.7%.
MAX_QUOTE_SENTENCES = 4
MAX_QUOTE_CHARACTERS = 600
# Maximum number of sentences in a quote if an explanation is asked for: the best one and those after it.
EXPLANATION_SENTENCES = 3
# A further quote needs at least this share of the best sentence's score; the share is higher if one fact is asked for.
RELATIVE_FLOOR, FACT_FLOOR = 0.65, 0.7
# The same shares if the reader has read the passages. On the golden dev questions, 0.5 and 0.55 quote more and say
# 15.8% instead of 11.0% of what must not be said (with an earlier reader; docs/reader.md).
READ_RELATIVE_FLOOR, READ_FACT_FLOOR = 0.6, 0.7
# The answer types whose answer is an explanation.
_EXPLAINED: frozenset[AnswerType] = FREELY_WORDED | {"reason", "any"}
# Two sentences that share this much of the shorter one's content words make the same point.
SAME_POINT_SHARE = 0.6
# The bonus of a sentence that has the expected answer type: a number, date, name or reason.
ANSWER_TYPE_BONUS = 0.1
# The bonus of a sentence that proposes or predicts something, if that is asked for. Such a sentence stands near the end
# of an article on the subject and seldom names it, so that its score is half its own and half its article's best.
FREELY_WORDED_BONUS = 0.2
# The reason of an abstention if no name or rare word is missing.
UNANSWERED = "related articles do not answer it"
# The threshold for a question about one author or one article is multiplied by this. Users ask such questions in their
# own words, and the few passages in question are less easily confused.
NARROW_ABSTAIN_SHARE = 0.6
# With a language model, a question is declined before the model is asked only if its answerability is below this:
# nothing related was found. Of the golden dev questions, 0 of 80 answerable ones and 11 of 26 others are below it; 2
# and 15 are below 0.5. The highest of the 11 has 0.23, the lowest of the 2 has 0.45.
RELATED_THRESHOLD = 0.24
# Articles that an abstention names.
NEAREST_ARTICLES = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim text that answers a question.

    `text` is the article's text from `start` to `end`. `score` in [0, 1] says how well it answers the question.
    """

    passage: RankedPassage
    start: int
    end: int
    text: str
    score: float


def do_overlap(quote: Quote, other: Quote) -> bool:
    """Whether two quotes have characters of an article in common."""
    return quote.passage.article.id == other.passage.article.id and quote.start < other.end and other.start < quote.end


@dataclass(frozen=True, slots=True)
class Evidence:
    """The quotes that an answer can be made of, best first.

    `answerability` is the probability in [0, 1] that they answer the question.
    """

    quotes: tuple[Quote, ...]
    answerability: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """The reason why a question is not answered, and the nearest articles.

    The nearest articles are those of the best passages.
    """

    reason: str
    nearest: tuple[ArticleRef, ...]
    answerability: float


def select_evidence(retrieval: Retrieval, max_quotes: int, abstain_below: float) -> Evidence | Abstention:
    """Selects the quotes that answer the question, or gives a reason to abstain.

    Returns at most `max_quotes` quotes, or the reason why the question is not answered.
    """
    score = score_or_abstain(retrieval, abstain_below)
    return score if isinstance(score, Abstention) else Evidence(tuple(select_quotes(retrieval, max_quotes)), score)


def score_or_abstain(retrieval: Retrieval, abstain_below: float) -> float | Abstention:
    """The answerability of the question, or the reason why it is not answered.

    A question whose answerability is below `abstain_below` is not answered.
    """
    if retrieval.scope.is_empty or (retrieval.filters and not retrieval.passages):
        return Abstention(_unmatched_filter(retrieval), (), 0.0)
    if not retrieval.passages:
        return Abstention("the library holds no articles yet; add some with: rag add PATH", (), 0.0)
    if not retrieval.idf:
        return Abstention("the question has no word to search for", (), 0.0)
    score = answerability(answerability_features(retrieval))
    if score < abstain_below:
        return Abstention(_reason(retrieval), nearest_articles(retrieval.passages), score)
    return score


def nearest_articles(passages: Sequence[RankedPassage]) -> tuple[ArticleRef, ...]:
    """The articles of the best passages, each once."""
    return tuple({passage.article.id: passage.article for passage in passages}.values())[:NEAREST_ARTICLES]


@dataclass(frozen=True, slots=True)
class _SentenceRun:
    """A run of consecutive sentences of one passage.

    It consists of the sentences `first` to `last` - 1 of passage number `passage`, chosen for the score of one of them.
    """

    score: float
    passage: int
    first: int
    last: int


def select_quotes(retrieval: Retrieval, max_quotes: int, asked: str = "") -> list[Quote]:
    """Selects the quotes that answer the question best, best first.

    Each quote makes a different point. `asked` is the question if the search was for its subject alone.
    """
    expected = answer_type(asked or retrieval.question)
    scores = [answer_scores(sentences, retrieval, expected) for sentences in retrieval.sentences]
    if expected in FREELY_WORDED:
        scores = _with_score_of_article(scores, retrieval, expected)
    # Equal scores: the better passage first, then the earlier sentence.
    ranked = sorted(
        (-score, passage, index) for passage, of_passage in enumerate(scores) for index, score in enumerate(of_passage)
    )
    best = -ranked[0][0]
    floor = best * _floor(expected, is_read=retrieval.best_reading is not None)
    runs: list[_SentenceRun] = []
    points: list[set[str]] = []
    for negative_score, passage, index in ranked:
        score = -negative_score
        if score < floor or len(runs) == max_quotes:
            break
        sentences = retrieval.sentences[passage]
        words = sentence_terms(sentences[index])
        if not words or _is_quoted(runs, passage, index) or any(is_same_point(words, point) for point in points):
            continue
        first, last = _extend(sentences, index, scores[passage], floor, explain=expected in _EXPLAINED)
        if last < len(sentences) and not _has_answer_type(sentences[first:last], expected, retrieval.question):
            # "Units reached the region. The ministry put the number at ten thousand."
            last += _has_answer_type(sentences[last : last + 1], expected, retrieval.question)
        neighbours = [run for run in runs if run.passage == passage]
        first = max([first, *(run.last for run in neighbours if run.last <= index)])
        last = min([last, *(run.first for run in neighbours if run.first > index)])
        runs.append(_SentenceRun(score, passage, first, last))
        points.append(set().union(*(sentence_terms(sentence) for sentence in sentences[first:last])))
    return [_quote(retrieval, run) for run in runs]


def _floor(expected: AnswerType, *, is_read: bool) -> float:
    if expected in ("number", "date", "name"):
        return READ_FACT_FLOOR if is_read else FACT_FLOOR
    return READ_RELATIVE_FLOOR if is_read else RELATIVE_FLOOR


def _is_quoted(runs: Sequence[_SentenceRun], passage: int, index: int) -> bool:
    return any(run.passage == passage and run.first <= index < run.last for run in runs)


def is_same_point(words: set[str], point: set[str]) -> bool:
    """Whether two sentences with these content words make the same point."""
    return len(words & point) >= SAME_POINT_SHARE * min(len(words), len(point))


def _has_answer_type(sentences: Sequence[ScoredSentence], expected: AnswerType, question: str) -> bool:
    return any(contains_answer_type(expected, sentence.text, question) for sentence in sentences)


def answer_scores(sentences: Sequence[ScoredSentence], retrieval: Retrieval, expected: AnswerType) -> list[float]:
    """A score for each sentence: how well it would answer the question.

    A sentence that contains the expected answer type gets a bonus. A question in the text scores 0, and its score goes
    to the next sentence, which answers it.
    """
    scores: list[float] = []
    bonus = FREELY_WORDED_BONUS if expected in FREELY_WORDED else ANSWER_TYPE_BONUS
    passed_on = 0.0
    for sentence in sentences:
        has_type = contains_answer_type(expected, sentence.text, retrieval.question)
        score = max(sentence.answer_score, passed_on) + (bonus if has_type else 0.0)
        is_question = sentence.text.rstrip("”’\"')").endswith("?")
        passed_on = sentence.answer_score if is_question else 0.0
        scores.append(0.0 if is_question else score)
    return scores


def _with_score_of_article(
    scores: Sequence[list[float]], retrieval: Retrieval, expected: AnswerType
) -> list[list[float]]:
    """Lets each sentence of the expected type share in its article's best score."""
    best: dict[str, float] = {}
    for passage, of_passage in zip(retrieval.passages, scores, strict=True):
        best[passage.article.id] = max([best.get(passage.article.id, 0.0), *of_passage])
    return [
        [
            max(score, (score - FREELY_WORDED_BONUS + best[passage.article.id]) / 2 + FREELY_WORDED_BONUS)
            if score and contains_answer_type(expected, sentence.text, retrieval.question)
            else score
            for score, sentence in zip(of_passage, sentences, strict=True)
        ]
        for passage, of_passage, sentences in zip(retrieval.passages, scores, retrieval.sentences, strict=True)
    ]


def _extend(
    sentences: Sequence[ScoredSentence], index: int, scores: Sequence[float], floor: float, *, explain: bool
) -> tuple[int, int]:
    """Extends the sentence at `index` by the neighbours to quote with it.

    Returns the index of the first quoted sentence and the index of the last one + 1. The neighbours are the sentences
    that it depends on and those that continue it. If an explanation is asked for, the next sentence of the same
    paragraph is quoted too.
    """
    first, last = index, index + 1
    while first > 0 and index - first < 2 and DEPENDENT_OPENING.match(sentences[first].text):
        first -= 1
    while last < len(sentences) and last - first < MAX_QUOTE_SENTENCES:
        if sentences[last].end - sentences[first].start > MAX_QUOTE_CHARACTERS or scores[last] == 0.0:
            break
        is_same_paragraph = sentences[last].start - sentences[last - 1].end <= 1
        is_explanation = explain and is_same_paragraph and last - index < EXPLANATION_SENTENCES
        if not (scores[last] >= floor or is_explanation):
            break
        last += 1
    return first, last


def _quote(retrieval: Retrieval, run: _SentenceRun) -> Quote:
    passage, sentences = retrieval.passages[run.passage], retrieval.sentences[run.passage]
    start, end = sentences[run.first].start, sentences[run.last - 1].end
    text = passage.text[start - passage.start : end - passage.start]
    return Quote(passage, start, end, text, round(min(1.0, max(0.0, run.score)), 4))


def sentence_terms(sentence: ScoredSentence) -> set[str]:
    """The content words of a sentence, as the analyzer writes them."""
    return set(sentence.terms) - STOP_TERMS


def _unmatched_filter(retrieval: Retrieval) -> str:
    filters, scope = retrieval.filters, retrieval.scope
    for relation, name, values in (
        ("by the author", filters.author, scope.authors),
        ("of the publication", filters.source, scope.sources),
        ("on the topic", filters.topic, scope.topics),
    ):
        if values == () and name:
            names = "” or “".join([name] if isinstance(name, str) else name)
            return f"no article is {relation} “{names}”"
    if filters.passages is not None:
        return (
            "none of the given passages is within the question's scope" if filters.passages else "no passage was given"
        )
    if filters.in_words:
        return f"there are no {describe_scope(filters.in_words, {})}"
    if filters.article and scope.passages == ():
        return "the article is not in the library; list the articles with: rag articles"
    return "no article passes the filters; widen the dates, author, publication or topic"


def _reason(retrieval: Retrieval) -> str:
    """The reason for an abstention.

    It lists the names, numbers and rare words that no article mentions, or says that the related articles do not answer
    the question. An ordinary word is not listed, because articles may use a synonym of it.
    """
    missing = list(answerability_features(retrieval).unknown_names) or unknown_words(retrieval)
    if missing:
        names = (re.sub(r"[’']s$", "", word) for word in missing[:3])
        return f"no article mentions {' or '.join(f'“{name}”' for name in names)}"
    return UNANSWERED
