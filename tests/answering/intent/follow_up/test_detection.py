"""Dependence: which questions need the conversation before them, and which stand alone."""

import pytest

from rag.answering.intent.follow_up import is_follow_up


@pytest.mark.parametrize(
    "question",
    [
        "Why did the vote on electric cars go the way it did?",
        "Is it true that sourdough is easier to digest?",
        "Why is there so little butter in the shops?",
        "How long does it take to prove a loaf?",
        "What is it like to play in goal?",
        "What makes it hard to referee a derby?",
        "Is it worth buying a stone oven?",
        "Was it wise to sack the coach before the final?",
        "Why do farmers sell their milk below cost?",
        "Which clubs raised their prices last season?",
        "Why did Alma Ruiz change her recipe?",
        "Can a chef patent his recipe?",
        "If a player is hurt, who replaces him?",
        "What happens to clubs when they go bankrupt?",
        "How do you cook beans without burning them?",
        "Who won the cup this year?",
        "What does this website cover?",
        "Is there a cure for stale bread?",
        "How many stadiums are there in Norway?",
        "Those who bake at home save money: is that a myth, or do bakers say so because of their shops?",
        "What did the league do about the fans that left?",
        "And what did the league decide on video referees?",
        "So why do tomatoes taste of nothing in winter?",
        "Thanks. Why do tomatoes taste of nothing in winter?",
        "What about the effect of early kick-offs on families with small children?",
        "rye bread",
        "transfer window rules 2023",
        "penalty shootout",
        "Tell me about the offside rule",
        "Compare the views on video referees",
        "Oat milk is popular now. Why?",
        "What does Kitchen Table think of oat milk?",
        "I am writing about rye. What are its uses?",
        "What is rye bread and why is it so dark?",
        "Sourdough? What is that?",
        "What were the results of the cup final?",
        "Is there any news about the transfer window?",
        "Which is better, butter or oil?",
        "What else did Alma Ruiz write?",
        "What are these articles about?",
        "why did the team of Norway win the album charts?",
        "is the film oppenheimer any good?",
        "Was the book by Alma Ruiz a success?",
        "what do hamas and its backers want?",
        "how do the netherlands protect its farmers?",
        "why does a country tax its people?",
        "x" * 5_000 + " it?",
        "*" * 500,
    ],
)
def test_a_complete_question_stands_alone(question: str) -> None:
    assert not is_follow_up(question)


@pytest.mark.parametrize(
    "question",
    [
        "And Japan?", "and kitchen table", "what about rye?", "How about in winter?", "in 2023?", "since last year",
        "rye?", "Why?", "why not", "but why?", "Since when?", "who?", "how so?", "Who disagrees?",
        "What happened next?", "Who lost out?", "What did the coach say about that?",
        "What does Half Time say to that?", "tell me more", "Tell me more about it.", "more", "any others?",
        "who else?", "for example?", "Really?", "and the other side?", "Who is against?", "Does anyone disagree?",
        "What does the coach think?", "Is it healthy?", "When did they sign it?", "Why did he leave?",
        "What kind of flour did they use?", "How does exercise affect it?", "Who raised their prices?",
        "why do farmers hate its rules?", "which laws protect its farmers?",
        "What was the reaction to their game?", "What happened there?", "Why is that?", "How did this happen?",
        "What came after that?", "Why does this rule exist?", "Which one is cheaper?", "Is it the same as sourdough?",
        "Is it related to barley?", "What has changed since then?", "Thanks! And butter?", "ok, why?",
        "What did the latter say?", "", "   ", "?",
    ],
)  # fmt: skip
def test_an_elliptic_question_or_one_with_a_lone_pronoun_is_a_follow_up(question: str) -> None:
    assert is_follow_up(question)
