"""The tools: what they say of themselves, what they return, what they refuse."""

import json
from typing import Any

import jsonschema
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import ListToolsResult

from rag import QueryEngine
from rag.admission import AdmissionControl
from rag.mcp_server.tools import TOOLS
from tests.mcp_server.conftest import Call
from tests.support.mcp_clients import error_line, mcp_server, text_of, with_client

QUESTION = "When did observer 2 note the sale of lot 201?"
WORDS = "Observer 2 noted in paragraph 1 that lot 201 was sold."
FILTERED = ("ask", "search", "list_articles", "check_statement", "check_draft")
NEEDED: dict[str, dict[str, Any]] = {
    "ask": {"question": QUESTION},
    "search": {"query": "lot 201"},
    "read_article": {"article_id": "article-2"},
    "list_articles": {},
    "list_values": {"field": "authors"},
    "check_statement": {"statement": WORDS},
    "check_draft": {"text": f"Column 2 wrote: “{WORDS}”"},
}


@pytest.fixture(scope="module")
def listed(engine: QueryEngine) -> ListToolsResult:
    server = mcp_server(engine, AdmissionControl(1, 0))
    return with_client(server, lambda client: client.list_tools())


def test_every_tool_says_what_it_takes_and_returns_and_that_it_only_reads(listed: ListToolsResult) -> None:
    assert {tool.name for tool in listed.tools} == set(NEEDED)
    for tool in listed.tools:
        assert tool.title
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        for schema in (tool.input_schema, tool.output_schema):
            assert schema is not None
            assert schema["type"] == "object"
            jsonschema.Draft202012Validator.check_schema(schema)
        assert tool.input_schema["additionalProperties"] is False
        for name, described in tool.input_schema["properties"].items():
            assert described["description"], (tool.name, name)


def test_a_question_s_bound_is_the_setting_s(listed: ListToolsResult) -> None:
    bounds = {
        tool.name: tool.input_schema["properties"][name].get("maxLength")
        for tool in listed.tools
        for name in ("question", "query", "statement")
        if name in tool.input_schema["properties"]
    }
    assert bounds == {"ask": 300, "search": 300, "check_statement": 300}


@pytest.mark.parametrize("name", NEEDED)
def test_a_result_is_data_that_follows_the_tool_s_schema(call: Call, name: str) -> None:
    result = call(name, **NEEDED[name])
    assert not result.is_error, text_of(result)
    jsonschema.validate(result.structured_content, TOOLS[name].output_schema)
    assert json.loads(text_of(result)) == result.structured_content


def test_a_question_is_answered_as_the_engine_answers_it(call: Call, engine: QueryEngine) -> None:
    answer = call("ask", question=QUESTION).structured_content
    expected = engine.ask(QUESTION).to_dict()
    assert answer["statements"] == expected["statements"]
    assert answer["citations"] == expected["citations"]
    assert answer["citations"][0]["article_id"] == "article-2"


def test_a_question_that_the_articles_do_not_answer_is_no_error(call: Call) -> None:
    result = call("ask", question="Who won the chess olympiad in Budapest?")
    assert not result.is_error
    assert result.structured_content["abstained"] is True
    assert result.structured_content["reason"]


def test_passages_are_the_engine_s_and_as_many_as_asked_for(call: Call, engine: QueryEngine) -> None:
    passages = call("search", query="lot 201", k=3, publication="test review").structured_content["passages"]
    assert [passage["id"] for passage in passages] == [passage.id for passage in engine.search("lot 201", k=3)]


def test_an_article_is_read_in_parts_that_make_up_its_text(call: Call, engine: QueryEngine) -> None:
    article = engine.article("article-2")
    assert article is not None
    text, start = "", 0
    while start < len(article.text):
        part = call("read_article", article_id="article-2", start=start, max_characters=150).structured_content
        assert part["start"] == start
        assert part["characters"] == len(article.text)
        text, start = text + part["text"], part["end"]
    assert text == article.text
    beyond = call("read_article", article_id="article-2", start=10**9).structured_content
    assert beyond["text"] == ""


def test_articles_are_listed_in_pages_and_by_filters(call: Call, engine: QueryEngine) -> None:
    whole = call("list_articles").structured_content
    assert whole["total"] == 12
    assert {article["id"] for article in whole["articles"]} == {f"article-{number}" for number in range(12)}
    pages = [call("list_articles", limit=5, offset=offset).structured_content["articles"] for offset in (0, 5, 10)]
    assert [article for page in pages for article in page] == whole["articles"]
    some = call("list_articles", author="column 1", since="2024-03-01").structured_content
    assert [article["id"] for article in some["articles"]] == [
        article.id for article in engine.articles_matching(author="column 1", since="2024-03-01")
    ]
    assert 0 < some["total"] < 12


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("authors", ["Column 0", "Column 1", "Column 2"]), ("publications", ["The Test Review"]),
        ("topics", ["chips", "elections", "grain", "pipelines", "shipping", "tests"]),
    ],
)  # fmt: skip
def test_the_values_that_filters_can_name_are_listed(call: Call, field: str, values: list[str]) -> None:
    assert call("list_values", field=field).structured_content == {
        "field": field, "values": values, "total": len(values),
    }  # fmt: skip


def test_values_are_found_by_a_part_and_listed_in_pages(call: Call) -> None:
    result = call("list_values", field="topics", containing="IN", limit=1, offset=1).structured_content
    assert result == {"field": "topics", "values": ["pipelines"], "total": 3}


def test_a_statement_is_checked_against_the_articles(call: Call) -> None:
    supported = call("check_statement", statement=WORDS).structured_content
    assert supported["verdict"] == "supported"
    assert supported["findings"][0]["source"]["article_id"] == "article-2"
    other = call("check_statement", statement="The parliament of Norway abolished its navy in 1931.").structured_content
    assert other["verdict"] == "not_covered"
    assert call("check_statement", statement="Hello").structured_content["verdict"] == "nothing_to_check"


def test_a_statement_is_checked_against_given_texts_alone(call: Call, engine: QueryEngine) -> None:
    statement, evidence = "Seoul detected 10,000 containers.", "Seoul said that it had detected 10,000 containers."
    checked = call("check_statement", statement=statement, evidence=[evidence]).structured_content
    assert checked["verdict"] == "supported"
    assert checked["support"] == engine.support(statement, [evidence])
    assert checked["findings"] == []
    beside = call("check_statement", statement=WORDS, evidence=["Rain fell."]).structured_content
    assert beside["verdict"] != "supported"


def test_a_draft_is_checked_as_the_engine_checks_it(call: Call, engine: QueryEngine) -> None:
    draft = f"Column 2 wrote: “{WORDS.replace('sold', 'bought')}” Column 2 also wrote: “{WORDS}”"
    report = call("check_draft", text=draft).structured_content
    expected = engine.check_draft(draft).to_dict()
    assert report == {name: value for name, value in expected.items() if name != "text"}
    assert [finding["verdict"] for finding in report["findings"]][:2] == ["altered", "verbatim"]
    assert report["has_errors"] is True


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": "  \n"}, "question: is empty"),
        ("ask", {"question": None}, "question: Field required"),
        ("ask", {"question": "x" * 301}, "301 characters long; ask it in at most 300"),
        ("ask", {"question": QUESTION, "k": 0}, "k: Input should be greater"),
        ("ask", {"question": QUESTION, "k": 101}, "k: Input should be less"),
        ("ask", {"question": QUESTION, "since": "never"}, "'never' is not a date"),
        ("ask", {"question": QUESTION, "author": "x" * 501}, "author: String should have at most 500"),
        ("ask", {"question": QUESTION, "author": ["x" * 501]}, "author: String should have at most 500"),
        ("ask", {"question": QUESTION, "topic": ["x"] * 101}, "topic: List should have at most 100 values, not 101"),
        ("search", {"query": "lot", "article": 7}, "article: Input should be a string or a list of strings"),
        ("search", {"query": "lot", "article": [["a"]]}, "article: Input should be a string or a list of strings"),
        ("ask", {"question": QUESTION, "auhtor": "x"}, "auhtor: Extra inputs"),
        ("ask", {"question": ["a", "b"]}, "question: Input should be a valid string"),
        ("search", {"query": "x" * 301}, "at most 300"),
        ("search", {"query": "lot", "k": 1000}, "k: Input should be less"),
        ("read_article", {"article_id": "../../etc/passwd"}, "there is no article '../../etc/passwd'"),
        ("read_article", {"article_id": "a\nb\x1b[2J"}, "there is no article"),
        ("read_article", {"article_id": "article-1", "start": -1}, "start: Input should be greater"),
        ("list_articles", {"limit": 1001}, "limit: Input should be less"),
        ("list_values", {"field": "sha256"}, "field: Input should be 'authors'"),
        ("check_statement", {"statement": "x" * 301}, "at most 300"),
        ("check_statement", {"statement": WORDS, "evidence": ["x"] * 21}, "evidence: List should have at most 20"),
        ("check_draft", {"text": "word " * 30_000}, "text: String should have at most 100000"),
        ("check_draft", {"text": "…"}, "the draft holds no words"),
    ],
)
def test_what_a_tool_cannot_take_is_one_line(call: Call, name: str, given: dict[str, Any], message: str) -> None:
    assert message in error_line(call(name, **given))


FILTERS = [
    {"author": ["column 1", "column 2"]},
    {"publication": ["test review", "a publication that is not there"]},
    {"topic": ["chips", "grain"], "since": "2024-02-01"},
    {"article": "article-2"},
    {"article": ["article-2", "article-5", "no such article"], "author": ["column 0", "column 2"]},
]


@pytest.mark.parametrize("filters", FILTERS)
def test_a_filter_takes_one_value_or_a_list_of_values(call: Call, engine: QueryEngine, filters: dict[str, Any]) -> None:
    named: Any = {{"publication": "source"}.get(name, name): value for name, value in filters.items()}
    articles = {article.id for article in engine.articles_matching(**named)}
    assert articles
    listed = call("list_articles", **filters).structured_content
    assert {article["id"] for article in listed["articles"]} == articles
    passages = call("search", query="lot was sold", k=100, **filters).structured_content["passages"]
    assert {passage["article_id"] for passage in passages} == articles
    answer = call("ask", question="When was a lot sold?", **filters).structured_content
    assert {citation["article_id"] for citation in answer["citations"]} <= articles


def test_filters_of_ask_decide_which_articles_answer(call: Call) -> None:
    admitted = call("ask", question=QUESTION, article=["article-2", "article-5"]).structured_content
    assert {citation["article_id"] for citation in admitted["citations"]} == {"article-2"}
    left_out = call("ask", question=QUESTION, article=["article-1", "article-5"]).structured_content
    assert "article-2" not in {citation["article_id"] for citation in left_out["citations"]}


@pytest.mark.parametrize("name", FILTERED)
@pytest.mark.parametrize("filter_name", ["author", "publication", "topic", "article"])
def test_a_schema_admits_one_value_or_a_list(listed: ListToolsResult, name: str, filter_name: str) -> None:
    schema = next(tool.input_schema for tool in listed.tools if tool.name == name)
    validator = jsonschema.Draft202012Validator(schema["properties"][filter_name])
    for value, is_valid in [("a", True), (["a", "b"], True), ([], True), ([1], False), (["a"] * 101, False)]:
        assert validator.is_valid(value) is is_valid


@pytest.mark.parametrize("name", FILTERED)
def test_an_argument_of_null_or_nothing_filters_nothing(call: Call, name: str) -> None:
    given = NEEDED[name] | {"author": None, "since": "", "until": None, "topic": "", "article": [], "publication": [""]}
    whole, filtered = call(name, **NEEDED[name]).structured_content, call(name, **given).structured_content
    assert {key: value for key, value in filtered.items() if key != "timings_ms"} == {
        key: value for key, value in whole.items() if key != "timings_ms"
    }


def test_a_tool_that_there_is_not_is_refused_by_name(call: Call) -> None:
    with pytest.raises(MCPError, match="there is no tool 'delete'; there are ask, search"):
        call("delete")


def test_when_too_many_ask_a_call_is_told_when_to_come_back(engine: QueryEngine) -> None:
    admission = AdmissionControl(1, 0)

    async def fill_and_call(client: Any) -> Any:
        with await admission.acquire():
            return [await client.call_tool(name, NEEDED[name]) for name in ("ask", "search", *FILTERED[3:])]

    for result in with_client(mcp_server(engine, admission), fill_and_call):
        assert "ask again in" in error_line(result)


def test_an_error_of_our_own_is_logged_and_not_told(
    call: Call, engine: QueryEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a path: /home/somebody")

    monkeypatch.setattr(engine, "search", fail)
    assert error_line(call("search", query="lot")) == "something went wrong here; the server's log says what"
    assert "/home/somebody" in caplog.text
