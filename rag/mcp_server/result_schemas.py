"""The JSON schemas of what the tools return.

They say what a program may rely on. A result may have more fields, which the schemas leave open.
"""

from typing import Any

Schema = dict[str, Any]


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": [*properties]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL = _or_null(_TEXT)
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_TRUTH: Schema = {"type": "boolean"}
_DAY_OR_NULL = _described(_TEXT_OR_NULL, "A day, as 2024-06-30.")
_ARTICLE = {
    "title": _TEXT, "author": _TEXT_OR_NULL, "source": _described(_TEXT_OR_NULL, "The publication."),
    "published": _DAY_OR_NULL,
}  # fmt: skip
_QUOTE = {
    "article_id": _TEXT, **_ARTICLE, "url": _TEXT_OR_NULL, "quote": _described(_TEXT, "Word for word."),
    "start": _described(_COUNT, "The quote's first character in the article's text."), "end": _COUNT,
}  # fmt: skip
ANSWER = _object(
    question=_TEXT,
    standalone_question=_described(_TEXT, "The question as it was understood."),
    answer=_described(_TEXT, "The statements, with the numbers of their citations in brackets."),
    abstained=_described(_TRUTH, "Whether the articles do not answer the question."),
    reason=_TEXT_OR_NULL,
    statements=_list(
        _object(
            text=_TEXT,
            citations=_list(_COUNT),
            support=_described(_NUMBER, "0 to 1."),
            verdict=_described(_TEXT, "supported, partly or unsupported by the quotes that it cites."),
        )
    ),
    citations=_list(_object(number=_COUNT, **_QUOTE)),
    kind=_TEXT,
    writer=_described(_TEXT, '"quotes", or "llm:MODEL".'),
    notice=_TEXT_OR_NULL,
)
PASSAGES = _object(
    query=_TEXT,
    passages=_list(
        _object(
            id=_TEXT,
            article_id=_TEXT,
            **_ARTICLE,
            start=_COUNT,
            end=_COUNT,
            text=_TEXT,
            score=_described(_NUMBER, "It ranks the passages of one search."),
        )
    ),
)
ARTICLE = _object(
    id=_TEXT,
    **_ARTICLE,
    url=_TEXT_OR_NULL,
    topics=_list(_TEXT),
    correction=_described(_TEXT_OR_NULL, "The publication's notice of a correction."),
    text=_described(_TEXT, "The article's text from `start` to `end`."),
    start=_COUNT,
    end=_COUNT,
    characters=_described(_COUNT, "The length of the whole text."),
)
ARTICLES = _object(
    articles=_list(_object(id=_TEXT, **_ARTICLE, url=_TEXT_OR_NULL)),
    total=_described(_COUNT, "How many articles the filters admit."),
)
VALUES = _object(field=_TEXT, values=_list(_TEXT), total=_COUNT)
_FINDING = _object(
    kind=_described(_TEXT, "quotation, claim, citation or name."),
    verdict=_TEXT,
    start=_described(_COUNT, "The first character in the checked text."),
    end=_COUNT,
    text=_TEXT,
    message=_described(_TEXT, "What was found, in one line."),
    source=_or_null(_object(**_QUOTE)),
    differences=_list(_object(kind=_TEXT, draft=_TEXT, article=_TEXT, hard=_TRUTH)),
    suggestion=_described(_TEXT_OR_NULL, "What could stand in place of the text."),
    support=_or_null(_NUMBER),
)
CHECKED_STATEMENT = _object(
    statement=_TEXT,
    verdict=_described(
        _TEXT,
        "Against the articles, the gravest finding: contradicted, misattributed, altered, not_covered, partly, "
        "supported …; against given texts: supported, partly or unsupported.",
    ),
    support=_described(_or_null(_NUMBER), "0 to 1; null if nothing was read with the statement."),
    findings=_list(_FINDING),
)
CHECKED_DRAFT = _object(
    summary=_TEXT,
    has_errors=_described(_TRUTH, "Whether something is altered, misattributed or contradicted."),
    findings=_list(_FINDING),
)
