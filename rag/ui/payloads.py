"""Data from and for the browser, and answers as the browser stores them.

All data is validated before use, because a browser's copy may be old, cut off or forged. Invalid data raises
InvalidPayload. No text is treated as HTML.
"""

from typing import Annotated, Any, Literal, NotRequired, Self, TypedDict, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from rag.citing.forms import CitationForm, StyleName
from rag.types.answer import Answer, Turn
from rag.types.catalogue import CatalogueSort
from rag.types.question import FilterArgs
from rag.types.understanding import UNDERSTOOD_PARTS, UnderstoodPart

_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
_LIST = TypeAdapter(list[Any])
# Turns of a conversation that are shown again.
MAX_RECORDS = 500
MAX_NOTE_CHARACTERS = 5_000
AnswerLength = Literal["short", "normal", "long"]


class TurnMessage(TypedDict):
    """A message about one question: a draft, the answer, or the error.

    `html` is shown and `say` announced to a screen reader. With the answer come its `text` and its `record`.
    """

    id: str
    state: Literal["working", "done", "failed"]
    html: str
    say: str
    text: NotRequired[str]
    record: NotRequired[Any]


class ErrorReply(TypedDict):
    """The reply of a request that failed: the message for the user."""

    error: str


class FilterValuesReply(TypedDict):
    """What the filters offer.

    Values have their numbers of articles, and articles their titles.
    """

    authors: list[tuple[str, int]]
    sources: list[tuple[str, int]]
    topics: list[tuple[str, int]]
    titles: list[tuple[str, str]]


class StartReply(FilterValuesReply):
    """What the page opens with: counts, examples, limits, and what the filters offer."""

    articles: int
    passages: int
    writer: str
    examples: list[str]
    read_only: bool
    max_question_characters: int


class RestoredTurn(TypedDict):
    """An answer that the browser stored, to be shown again."""

    html: str
    text: str


class RestoreReply(TypedDict):
    """The stored answers, None for each that cannot be read."""

    turns: list[RestoredTurn | None]


class FileReply(TypedDict):
    """A file to download, and its text to copy.

    `file` is its content in Base64. `html` is the text with its italics and underlines, "" where it has none.
    """

    name: str
    file: str
    text: str
    html: str


class HtmlReply(TypedDict):
    """HTML to show."""

    html: str


class SayReply(TypedDict):
    """A sentence that says what was done."""

    say: str


class NearQuote(TypedDict):
    """The sentence of an article that comes nearest to a question without an answer."""

    article: str
    start: int
    end: int
    quote: str
    byline: str


class LiftOffer(TypedDict):
    """A filter without which the question has an answer."""

    name: str
    words: str


class OffersReply(TypedDict):
    """What is offered below an answer; `near` and `lift` only below a refusal.

    Each question, and the question without each filter in `lift`, has an answer.
    """

    questions: list[str]
    near: NotRequired[NearQuote | None]
    lift: NotRequired[list[LiftOffer]]


class SharedReply(TypedDict):
    """A shared answer to show.

    `checked` says how many of its quotes stand in the library's articles.
    """

    question: str
    html: str
    checked: str


class DebateReply(TypedDict):
    """A debate to show, the number of its authors, and a line on it.

    Without a debate `html` is empty, and `say` has the reason.
    """

    html: str
    authors: int
    say: str


class InvalidPayload(ValueError):
    """The browser sent something that the page's scripts do not send."""

    def __init__(self) -> None:
        super().__init__("This was not understood; load the page again.")


class Payload(BaseModel):
    """Data that a browser sends; what it does not name is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def parse(cls, sent: Any) -> Self:
        """The payload that the browser `sent`. Raises InvalidPayload."""
        try:
            return cls.model_validate(sent)
        except ValidationError as error:
            raise InvalidPayload from error


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


# One text or several, each as an article or the catalogue writes it; blank ones are left out.
FilterValues = Annotated[
    list[Annotated[str, Field(max_length=500)]],
    Field(max_length=50),
    BeforeValidator(_as_list),
    AfterValidator(lambda values: [value for value in values if value.strip()]),
]


class FilterPayload(Payload):
    """The filters as they were chosen; an empty field filters nothing."""

    author: FilterValues = []
    source: FilterValues = []
    topic: FilterValues = []
    article: FilterValues = []
    since: str = Field(default="", max_length=100)
    until: str = Field(default="", max_length=100)

    def given(self) -> FilterArgs:
        """The filters that are not empty."""
        return cast(FilterArgs, {name: value for name, value in self.model_dump().items() if value})


class QuestionPayload(Payload):
    """A question, and the turns before it: [standalone question, text of the answer].

    The engine limits the length of both, with an error if a question is too long. The parts in `ignore` are left out
    when the question is understood. `length` is how long an answer the reader wants.
    """

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    question: str = Field(min_length=1)
    ignore: list[UnderstoodPart] = Field(default=[], max_length=len(UNDERSTOOD_PARTS))
    before: list[tuple[str, str]] = []
    filters: FilterPayload = FilterPayload()
    length: AnswerLength = "normal"

    def turns(self) -> list[Turn]:
        return [Turn(question, answer) for question, answer in self.before]


class OffersRequest(Payload):
    """An answer with its filters and the turns before it, to be offered help."""

    record: dict[str, Any]
    filters: FilterPayload = FilterPayload()
    ignore: list[UnderstoodPart] = Field(default=[], max_length=len(UNDERSTOOD_PARTS))
    before: list[tuple[str, str]] = []


class SharedRequest(Payload):
    """An answer that somebody shared in a link."""

    record: dict[str, Any]


class ArticleRequest(Payload):
    """An article to read, and the quotes to mark in it: (start, end, quote).

    The page scrolls to the first of them.
    """

    article: str = Field(max_length=1_000)
    spans: list[tuple[int, int, str]] = Field(default=[], max_length=100)


class ExportRequest(Payload):
    """A conversation to save: its answers, the style of its sources, the format."""

    records: list[Any] = Field(max_length=MAX_RECORDS)
    style: StyleName | None = None
    word: bool = False


class ListedArticles(Payload):
    """Which articles are listed: those with the words, the author, the topic.

    `period` is how their days of publication begin: "2024-06" or "2024". What is empty admits every article.
    """

    search: str = Field(default="", max_length=500)
    author: str = Field(default="", max_length=500)
    topic: str = Field(default="", max_length=500)
    period: str = Field(default="", pattern=r"^(\d{4}(-\d{2})?)?$")


class CiteRequest(Payload):
    """What to cite: the sources of answers, or the listed articles.

    `number` is the only citation to take. `cards` asks for debate cards, `word` for a Word document.
    """

    records: list[Any] = Field(default=[], max_length=MAX_RECORDS)
    listed: ListedArticles | None = None
    form: CitationForm
    number: int | None = None
    cards: bool = False
    word: bool = False


class PinPayload(Payload):
    """A quote on the pinboard: its answer, its citation's number, a note."""

    record: dict[str, Any]
    number: int
    note: str = Field(default="", max_length=MAX_NOTE_CHARACTERS)


class PinboardRequest(Payload):
    """The pinned quotes in their order, and the file to make of them."""

    pins: list[PinPayload] = Field(max_length=MAX_RECORDS)
    style: StyleName = "chicago"
    what: Literal["markdown", "word", "notes", "bibtex", "ris", "cards"]


class CatalogueRequest(ListedArticles):
    """A page of the listed articles, from 0."""

    sort: CatalogueSort = "published"
    descending: bool = True
    page: int = Field(default=0, ge=0, le=1_000_000)


class RatingPayload(Payload):
    """A rating of an answer with a note; `record` is the answer."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    rating: Literal["up", "down"] | None = None
    note: str = Field(default="", max_length=MAX_NOTE_CHARACTERS)
    record: dict[str, Any]


def answer_to_record(answer: Answer) -> Any:
    """The whole answer as JSON values, for `answer_from_record`."""
    return _ANSWER.dump_python(answer, mode="json")


def answer_from_record(record: Any) -> Answer:
    """The answer in a record of `answer_to_record`.

    Raises InvalidPayload for anything else.
    """
    try:
        return _ANSWER.validate_python(record)
    except ValidationError as error:
        raise InvalidPayload from error


def records_in(sent: Any) -> list[Any]:
    """The first MAX_RECORDS of the records that a browser sent.

    Raises InvalidPayload for a value that is not a list.
    """
    try:
        return _LIST.validate_python(sent)[:MAX_RECORDS]
    except ValidationError as error:
        raise InvalidPayload from error
