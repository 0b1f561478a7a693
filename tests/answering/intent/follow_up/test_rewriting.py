"""Follow-up questions: what a conversation adds to them, and what it leaves alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.intent.follow_up import fold_turns, standalone_question
from rag.text.analyzer import STOP_TERMS, terms
from rag.types.answer import Turn

NAMES = ("Kitchen Table", "The Sports Ledger", "Alma Ruiz", "Half Time", "The Daily Loaf")


def understood(*questions: str, names: Sequence[str] = NAMES) -> str:
    """The last question, standalone after the ones before it."""
    *earlier, last = questions
    return standalone_question(last, [Turn(question, "An answer.") for question in earlier], names)


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (
            "What does Kitchen Table think of oat milk?",
            "And the Sports Ledger?",
            "What does the Sports Ledger think of oat milk?",
        ),
        ("what does kitchen table think of oat milk", "and half time", "What does half time think of oat milk?"),
        ("What does Kitchen Table think of oat milk?", "Ruiz?", "What does Ruiz think of oat milk?"),
        (
            "Did the rule help small clubs?",
            "and Kitchen Table?",
            "Did the rule help small clubs, according to Kitchen Table?",
        ),
        (
            "What does Kitchen Table think of oat milk?",
            "and the other side?",
            "What does the other side think of oat milk?",
        ),
        ("What does Kitchen Table think of oat milk?", "and butter?", "What does Kitchen Table think of butter?"),
        (
            "What did Kitchen Table write about oat milk in 2022?",
            "and about butter?",
            "What did Kitchen Table write about butter in 2022?",
        ),
        (
            "What did Kitchen Table write about oat milk?",
            "and in 2023?",
            "What did Kitchen Table write about oat milk in 2023?",
        ),
        ("did juventus sign the code of conduct?", "and xbank?", "Did xbank sign the code of conduct?"),
        ("Did the tax hurt small bakers?", "and big farmers?", "and big farmers? (the tax hurt small bakers)"),
        ("why does Spain dislike the rule", "and the south?", "Why does the south dislike the rule?"),
        ("What did Kitchen Table write in 2022?", "and in 2023?", "What did Kitchen Table write in 2023?"),
        ("What did Kitchen Table write in May 2022?", "last year?", "What did Kitchen Table write last year?"),
        ("Why do clubs in Spain sell their players?", "what about Italy?", "Why do clubs in Italy sell their players?"),
        ("Why is Spanish ham so dear?", "And Italy?", "Why is Italian ham so dear?"),
        ("Why do clubs sell their best players?", "And in Italy?", "Why do clubs sell their best players in Italy?"),
        (
            "Why does Norway dislike the deal between France and Spain?",
            "And Japan?",
            "Why does Japan dislike the deal between France and Spain?",
        ),
        ("How long does an egg boil?", "and a duck egg?", "How long does a duck egg boil?"),
        ("Why did Bruno Alba leave the club?", "And Rita Vaz?", "Why did Rita Vaz leave the club?"),
    ],
)  # fmt: skip
def test_what_is_named_anew_replaces_its_like(earlier: str, question: str, expected: str) -> None:
    assert understood(earlier, question) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (
            "What does Kitchen Table think of oat milk?",
            "Why did he change his mind?",
            "Why did Kitchen Table change his mind about oat milk?",
        ),
        (
            "What does Kitchen Table think of oat milk?",
            "What does she say about butter?",
            "What does Kitchen Table say about butter?",
        ),
        ("What does Kitchen Table think of oat milk?", "Is it healthy?", "Is oat milk healthy?"),
        ("What does Kitchen Table think of tomatoes?", "Are they healthy?", "Are tomatoes healthy?"),
        ("Why did Bruno Alba leave the club?", "Where did he go?", "Where did Bruno Alba go?"),
        ("What is sourdough?", "What are its ingredients?", "What are sourdough’s ingredients?"),
        ("What are the causes of gluten intolerance?", "Can it be treated?", "Can gluten intolerance be treated?"),
        ("Tell me about the offside rule", "Why does it exist?", "Why does the offside rule exist?"),
        ("Summarise The Rye Gap", "What does it say about bakers?", "What does The Rye Gap say about bakers?"),
        ("Why did the league ban the long ball?", "Who opposed that?", "Who opposed the long ball?"),
        ("Why did the league ban the long ball?", "Why did that happen?", "Why did the long ball happen?"),
        ("How old is the oven of the abbey?", "Is that normal?", "Is the oven of the abbey normal?"),
        (
            "Who was the referee that stopped the final?",
            "How long did it take?",
            "How long did the referee that stopped the final take?",
        ),
    ],
)  # fmt: skip
def test_a_pronoun_becomes_what_it_stands_for(earlier: str, question: str, expected: str) -> None:
    assert understood(earlier, question) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("Did the rule help small clubs?", "Why?", "Why did the rule help small clubs?"),
        ("Did the rule help small clubs?", "since when?", "Since when did the rule help small clubs?"),
        ("Where was the cup final held?", "when?", "When was the cup final held?"),
        (
            "What does Kitchen Table think of oat milk?",
            "who disagrees?",
            "Who disagrees with Kitchen Table about oat milk?",
        ),
        (
            "What does Kitchen Table think of oat milk?",
            "Does anyone agree?",
            "Does anyone agree with Kitchen Table about oat milk?",
        ),
        (
            "What does Kitchen Table think of oat milk?",
            "tell me more",
            "What does Kitchen Table think of oat milk?",
        ),
        ("What does Kitchen Table think of oat milk?", "more", "What does Kitchen Table think of oat milk?"),
        ("What does Kitchen Table think of oat milk?", "go on", "What does Kitchen Table think of oat milk?"),
        ("What is the offside rule?", "tell me more", "Tell me more about the offside rule"),
        ("Why wouldn't the league sign the pact?", "who did?", "Who did sign the pact?"),
        ("why wouldn't the uk and the us sign the pact", "who else did?", "Who else did sign the pact?"),
        ("Did Kitchen Table say anything about butter?", "who did?", "Who did say anything about butter?"),
        (
            "What does Kitchen Table think of oat milk?",
            "And what does Half Time say?",
            "And what does Half Time say about oat milk?",
        ),
        ("What does Kitchen Table think of oat milk?", "why?", "why? (Kitchen Table, oat milk)"),
        ("Tell me about the offside rule", "What were the effects?", "What were the effects of the offside rule?"),
        ("Tell me about the offside rule", "What happened in 2019?", "What happened in 2019? (the offside rule)"),
        ("What does Kitchen Table think of oat milk?", "who else?", "who else? (oat milk)"),
        ("What does Kitchen Table think of oat milk?", "any others?", "any others? (oat milk)"),
        ("Why did the league ban the long ball?", "Who says so?", "Who says so? (the league ban the long ball)"),
        ("Why did the league ban the long ball?", "And the long throw?", "And the long throw? (league ban ball)"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_taken_over(earlier: str, question: str, expected: str) -> None:
    assert understood(earlier, question) == expected


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (
            ["Why did Bruno Alba leave the club?", "Did he marry?", "Did he play any other sports?"],
            "Did Bruno Alba play any other sports?",
        ),
        (["The Dancing Gulls", "Who founded the band?"], "Who founded the band? (Dancing Gulls)"),
        (["The Dancing Gulls", "Who founded the band?", "Did they tour?"], "Did The Dancing Gulls tour?"),
        (["The Dancing Gulls", "What else did they sing?", "Did they tour?"], "Did The Dancing Gulls tour?"),
        (["The Dancing Gulls", "did the album do well?"], "did the album do well? (Dancing Gulls)"),
        (["What did Alma Ruiz film?", "When did this film appear?"], "When did this film appear? (Alma Ruiz)"),
    ],
)
def test_what_no_word_of_the_last_question_can_stand_for_is_looked_for_further_back(
    conversation: list[str], expected: str
) -> None:
    assert understood(*conversation) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        # What only a state, person or organisation does is done by the subject.
        ("Why did Spain refuse the target?", "what does it spend instead", "What does Spain spend instead"),
        ("Why did Spain refuse the target?", "when does it begin", "When does the target begin"),
        # "It" is no place behind a preposition, and not what a thing is said to be.
        ("What does the target cost in Italy?", "who was angry about it", "Who was angry about the target"),
        ("Is the levy a success or a failure?", "give me three reasons why it failed", "Give me three reasons why the "
         "levy failed"),
        ("when was the summit held", "who was angry about it", "Who was angry about the summit"),
        ("Who was angry about the summit?", "what did it decide", "What did the summit decide"),
        ("How much money is the fund?", "where is it kept", "Where is the fund kept"),
        ("tell me about seizing the loans", "is it legal", "Is seizing the loans legal"),
    ],
)  # fmt: skip
def test_it_is_what_the_earlier_question_is_about(earlier: str, question: str, expected: str) -> None:
    assert understood(earlier, question) == expected


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        # The object of a clause is not its subject, even behind a preposition.
        (["is the sugar levy working", "did spain go along with it"], "Did spain go along with the sugar levy"),
        (["is the sugar levy working", "what would fix it", "who came up with it"], "Who came up with the sugar levy"),
        (
            ["why did spain's reform take so long", "who pays for it in the end"],
            "Who pays for spain's reform in the end",
        ),
        (["about the bread summit", "was it worth it"], "Was it worth the bread summit"),
        (["what happened at the bread summit", "who was angry about it"], "Who was angry about the bread summit"),
        # A place is no summit, and no alliance.
        (["was france there (the bread summit)", "what came out of it"], "What came out of the bread summit"),
        (["what did the pact change", "how many cooks did france send", "is it a success"], "Is the pact a success"),
        (["does spain still buy french flour", "and when will it end"], "And when will french flour end"),
        # "This" is what somebody does.
        (["how much does spain pay", "who loses from this"], "who loses from this (spain pay)"),
        (["could spain get the money", "how would that work"], "how would that work (spain get the money)"),
        (
            ["why do bakers dislike the levy", "is france doing the same"],
            "is france doing the same (bakers dislike the levy)",
        ),
        (["should trams be free", "who wants that", "what does it cost"], "what does it cost (trams be free)"),
        (["what's the fuss about rye bread", "does anyone bake it at home"], "Does anyone bake rye bread at home"),
        (["who is defending the levy", "is it expensive"], "Is the levy expensive"),
        (["about rent control", "did it help anyone"], "Did rent control help anyone"),
        (["is the stadium paid by the town", "how much would that be"], "How much would the stadium be"),
        (
            ["does the levy work", "when was “The Truth About Sugar” published?", "who still opposes it"],
            "Who still opposes the levy",
        ),
        # "Why not?" asks about all of the question before.
        (["who did not come (the bread summit)", "why not"], "why not (not come, the bread summit)"),
        (
            ["who is the most sceptical (bread rules)", "what is wrong with them"],
            "what is wrong with them (bread rules)",
        ),
        (
            ["compare Kitchen Table and Half Time on the levy", "what does the law say then"],
            "what does the law say then (the levy)",
        ),
    ],
)
def test_the_subject_of_the_conversation_is_kept(conversation: list[str], expected: str) -> None:
    assert understood(*conversation) == expected


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (
            ["who wants to end the sugar levy", "what's their main reason"],
            "what's their main reason (wants to end the sugar levy)",
        ),
        (
            ["compare the views on the sugar levy", "explain their point simply"],
            "explain their point simply (the sugar levy)",
        ),
        (
            ["compare the views on the sugar levy", "explain their point simply", "what about small shops"],
            "what about small shops (the sugar levy)",
        ),
        (
            ["does Kitchen Table take the levy seriously", "give me their best argument"],
            "Give me Kitchen Table’s best argument (the levy)",
        ),
        (
            ["who wants that (free trams)", "did they change their mind later"],
            "did they change their mind later (free trams)",
        ),
        (["is Half Time happy about the levy", "what had they expected"], "What had Half Time expected (the levy)"),
        (
            ["what do people say about the levy", "what does Half Time say about that"],
            "What does Half Time say about the levy",
        ),
    ],
)
def test_an_argument_is_that_of_its_holders_and_not_of_the_thing(conversation: list[str], expected: str) -> None:
    assert understood(*conversation) == expected


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (["what was said on the levy before the vote", "and after"], "What was said on the levy after the vote?"),
        (["tell me about the levy", "and after that?"], "and after that? (the levy)"),
        (["help me write a talk on bread rules", "i need three points"], "i need three points (bread rules)"),
        (["three points (bread rules)", "who should i quote"], "who should i quote (bread rules)"),
        (["tell me about the levy", "whose argument is strongest"], "whose argument is strongest (the levy)"),
        (["tell me about the levy", "give me the numbers"], "give me the numbers (the levy)"),
        (["who signed the pact", "is it still going on"], "Is the pact still going on"),
        (["what do people say about the levy", "how did views change since"], "how did views change since (the levy)"),
        (["who is bram de boer", "what are his demands?"], "What are bram de boer’s demands?"),
        (
            ["what was said about alba before the vote", "did anyone change their mind about him"],
            "Did anyone change their mind about alba",
        ),
        (
            ["what was said about alba before the vote", "and a source for each?"],
            "what was said about alba before the vote?",
        ),
    ],
)
def test_a_turn_that_only_asks_for_more_keeps_the_subject(conversation: list[str], expected: str) -> None:
    assert understood(*conversation) == expected


def test_the_subject_in_brackets_stays_with_what_is_said_of_it() -> None:
    objection = "what's the main objection (the sugar levy)"
    assert understood(objection, "who makes it") == "Who makes the main objection (the sugar levy)"
    assert understood(objection, "how much is it") == "How much is the sugar levy"
    assert understood(objection, "who makes it", "and when does it begin") == "And when does the sugar levy begin"
    assert understood("what does Kitchen Table say? (the sugar levy)", "and Half Time?") == (
        "What does Half Time say (the sugar levy)"
    )


@pytest.mark.parametrize(
    "question",
    [
        "source?", "where does it say that", "can you quote that", "show me the exact words", "quote the passage",
        "what's your source for that?", "give me the link", "the sentence where she says so",
        "where exactly does it say so?",
    ],
)  # fmt: skip
def test_who_asks_for_the_words_asks_the_same_question_again(question: str) -> None:
    assert understood("Why is sugar taxed?", question) == "Why is sugar taxed?"
    assert understood("Why is sugar taxed?", question, "when was it introduced") == (
        understood("Why is sugar taxed?", "when was it introduced")
    )


def test_who_asks_for_an_author_s_words_asks_that_author() -> None:
    asked = understood("Is the levy fair?", "quote me the exact sentence where Kitchen Table says so")
    assert asked == "Is the levy fair, according to Kitchen Table?"


def test_a_change_of_mind_is_about_the_subject_before() -> None:
    assert understood("tell me about the sugar levy", "has anyone changed their mind?") == (
        "Has anyone changed their mind about the sugar levy?"
    )


def test_who_asks_for_the_latest_on_something_names_it() -> None:
    assert understood("Compare everyone on the sugar levy", "latest on oil?") == "latest on oil?"
    assert understood("latest on oil?", "why is it so expensive") == "Why is oil so expensive"


def test_the_first_question_is_unchanged() -> None:
    assert understood("And Japan?") == "And Japan?"


def test_three_turns_are_never_accumulated() -> None:
    conversation = ("Why did the league ban the long ball?", "What about ticket prices for students?", "And in Italy?")
    rewritten = understood(*conversation)
    assert "ticket" in rewritten
    assert "Italy" in rewritten
    assert "ball" not in rewritten


def test_an_elliptic_question_hands_on_what_it_took_over() -> None:
    conversation = ("What does Kitchen Table think of oat milk?", "And Half Time?", "in 2023?", "and butter?")
    assert understood(*conversation) == "What does Half Time think of butter in 2023?"


def test_the_last_question_counts_and_not_the_ones_before_it() -> None:
    conversation = (
        "What does Kitchen Table think of oat milk?",
        "Why did the league ban the long ball?",
        "who says so?",
    )
    assert "milk" not in understood(*conversation)
    assert "league" in understood(*conversation)


@pytest.mark.parametrize(
    "talk",
    ["thanks", "Thank you very much!", "hi", "what can you do?", "How many articles do you have?", "ok great", ""],
)
def test_small_talk_between_two_questions_is_passed_over(talk: str) -> None:
    assert understood("Why is Spanish ham so dear?", talk, "and Italy?") == "Why is Italian ham so dear?"
    assert understood("Why is Spanish ham so dear?", talk) == talk


def test_what_is_small_talk_can_be_said_by_the_caller() -> None:
    turns = [Turn("Why is Spanish ham so dear?", ""), Turn("lorem ipsum dolor", "")]
    rewritten = standalone_question("and Italy?", turns, is_small_talk=lambda question: "ipsum" in question)
    assert rewritten == "Why is Italian ham so dear?"


def test_words_before_a_follow_up_that_ask_nothing_are_dropped() -> None:
    assert understood("Why is Spanish ham so dear?", "Thanks! And Italy?") == "Why is Italian ham so dear?"


def test_a_person_is_looked_for_further_back() -> None:
    conversation = ("Why did Bruno Alba leave the club?", "How much was the fee?", "Where did he go?")
    assert understood(*conversation) == "Where did Bruno Alba go?"


def test_a_publication_is_asked_for_its_view_as_they_or_it() -> None:
    earlier = "What does Kitchen Table think of tomatoes?"
    assert understood(earlier, "What do they say about butter?") == "What do Kitchen Table say about butter?"
    assert (
        understood(earlier, "Why did they change their mind?")
        == "Why did Kitchen Table change their mind about tomatoes?"
    )
    assert understood(earlier, "Are they healthy?") == "Are tomatoes healthy?"


def test_of_several_sentences_none_is_lost() -> None:
    rewritten = understood("Why is Spanish ham so dear?", "And Italy? Has the price fallen there?")
    assert rewritten == "And Italy? Has the price fallen there? (Spanish ham so dear)"


def test_names_with_signs_of_patterns_are_words() -> None:
    rewritten = understood("What does A+ (B) think of oat milk?", "And C*[?", names=("A+ (B)", "C*["))
    assert rewritten == "What does C*[ think of oat milk?"


_WORDS = (
    "and", "what", "about", "why", "does", "did", "it", "they", "he", "his", "that", "there", "Kitchen Table",
    "the Sports Ledger", "think", "of", "oat milk", "tomatoes", "in", "2023", "Italy", "Spanish", "is", "who",
    "disagrees", "more", "tell me", "?", ".", "(", ")", "thanks", "the", "league", "ban", "long ball", "Bruno Alba",
    "others", "since", "when", "last year", ",", "this",
)  # fmt: skip
# Whether a character that Python's Unicode does not assign yet belongs to a word, Python and Tantivy need not agree on.
_CHARACTERS = st.characters(exclude_categories=("Cs", "Cn"))
questions = st.one_of(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=9).map(" ".join), st.text(_CHARACTERS, max_size=40)
)
conversations = st.lists(questions, min_size=1, max_size=5)


@given(conversations)
@settings(max_examples=400)
def test_a_rewritten_question_is_left_alone(conversation: list[str]) -> None:
    rewritten = understood(*conversation)
    assert understood(*conversation[:-1], rewritten) == rewritten


@given(conversations)
@settings(max_examples=300)
def test_questions_as_typed_and_standalone_ones_are_the_same_conversation(conversation: list[str]) -> None:
    *earlier, last = conversation
    typed = [Turn(question, "An answer.") for question in earlier]
    folded = fold_turns(typed, NAMES)
    assert fold_turns(folded, NAMES) == folded
    assert standalone_question(last, folded, NAMES) == standalone_question(last, typed, NAMES)


@given(conversations)
@settings(max_examples=300)
def test_no_word_is_invented(conversation: list[str]) -> None:
    known = {term for question in conversation for term in terms(question)} | STOP_TERMS | set(terms("Italian"))
    assert set(terms(understood(*conversation))) <= known


@given(st.sampled_from(["Why did the league ban the long ball?", "rye bread", "What is sourdough?"]), conversations)
def test_a_standalone_question_is_never_changed(question: str, conversation: list[str]) -> None:
    assert understood(*conversation, question) == question


@pytest.mark.parametrize(
    ("earlier", "question", "added"),
    [
        ("Tell me about the tax on lemonade", "why only shops and not bakers", "the tax on lemonade"),
        ("Tell me about the tax on lemonade", "ok and who pays in the end", "the tax on lemonade"),
        ("Tell me about the tax on lemonade", "compare with what Norway did", "the tax on lemonade"),
        ("Why did the club leave the league?", "who else stayed away or gave up", "the club leave the league"),
        ("Is that legal? (the tax on lemonade)", "what do the others think", "the tax on lemonade"),
    ],
)
def test_a_clause_that_lacks_a_part_gets_the_subject_before(earlier: str, question: str, added: str) -> None:
    assert understood(earlier, question) == f"{question.removeprefix('ok ')} ({added})"


@pytest.mark.parametrize(
    "question",
    ["why not buy butter elsewhere?", "And who is Alma Ruiz?", "and how many articles do you have",
     "and who wrote most", "and what came out in 2023", "what else appeared in May 2023", "who else wrote about oil",
     "and what did the bakers say about flour"],
)  # fmt: skip
def test_a_clause_with_all_its_parts_stays(question: str) -> None:
    assert understood("Tell me about the tax on lemonade", question) == question
