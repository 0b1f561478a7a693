"""Runs a suite of conversations: each in a chat of its own, turn by turn.

The folder of a run has run.json (the description), turns.jsonl (one line a turn), summary.json and report.md.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evals.datasets.cases import SuiteError
from evals.datasets.conversations import ChatTurn, Conversation, find_faults, load_conversations
from evals.datasets.gold import read_corpus
from evals.datasets.sampling import spread
from evals.errors import EvalError
from evals.metrics.turn_checks import asked_checks, failed_checks
from evals.metrics.turn_results import TurnFailure, TurnResult
from evals.report.conversations import ChatRun, write_chat_run
from evals.result import StoredAnswer
from evals.runner.evaluate import ChatSession, ask_timed
from evals.runner.preparation import QUOTES, checked_label, open_suite_engine, result_progress, writer_settings
from evals.runner.resume import describe_run, open_run_folder
from evals.runner.run_suite import RunOptions
from rag.types.article import Article

MAX_NAMED = 3
# No judge scores a conversation: every check is exact.
NO_JUDGE = "none"
_FIELDS: Mapping[str, Callable[[Conversation], set[str]]] = {
    "kind": lambda conversation: {turn.kind for turn in conversation.turns},
    "tag": lambda conversation: {tag for turn in conversation.turns for tag in turn.tags},
    "subject": lambda conversation: {conversation.subject},
    "id": lambda conversation: {conversation.id},
}


def run_chat(options: RunOptions) -> ChatRun:
    """Asks every turn of a split and checks its answer.

    Writes results, summary and report. The judge and worker options are not used. Raises RagError.
    """
    chosen = select_conversations(load_conversations(options.split, options.suite), options.filters, options.limit)
    label = checked_label(options.label or (Path(options.suite).name if options.writer == QUOTES else options.writer))
    with open_suite_engine(options.home, options.articles, writer_settings(options.writer)) as engine:
        corpus = read_corpus(engine)
        texts = {article.id: article.text for article in corpus.articles.values()}
        faults = list(find_faults(chosen, texts, corpus.authors))
        if faults:
            more = f"; and {len(faults) - MAX_NAMED} more" if len(faults) > MAX_NAMED else ""
            raise SuiteError("; ".join(faults[:MAX_NAMED]) + more)
        info = describe_run(
            engine, chosen, label=label, suite=options.suite, split=options.split,
            chosen=", ".join([*options.filters, *([f"limit {options.limit}"] if options.limit else [])]),
            writer=engine.writer, judge=NO_JUDGE, workers=1,
        )  # fmt: skip
        with (
            open_run_folder(info, options.results, fresh=True) as (folder, _),
            result_progress(sum(len(conversation.turns) for conversation in chosen), "Turns") as on_result,
        ):
            results = []
            for conversation in chosen:
                for result in hold_conversation(conversation, engine.chat(), corpus.articles):
                    results.append(result)
                    on_result(result)
            run = ChatRun(folder, info, tuple(results))
            write_chat_run(run)
    return run


def hold_conversation(
    conversation: Conversation, chat: ChatSession, library: Mapping[str, Article]
) -> list[TurnResult]:
    """Asks the turns in order in one chat, and checks each answer."""
    return [
        _ask_turn(conversation.id, number, turn, chat, library) for number, turn in enumerate(conversation.turns, 1)
    ]


def select_conversations(
    conversations: Sequence[Conversation], filters: Sequence[str], limit: int | None
) -> list[Conversation]:
    """The conversations with a turn that matches `field=value` filters.

    The fields are kind, tag, subject and id. Values of one field are alternatives; all fields have to match. With
    `limit`, at most so many, spread over kinds and subjects. Raises EvalError for another field, and if no conversation
    matches.
    """
    accepted: dict[str, set[str]] = {}
    for argument in filters:
        name, equals, value = argument.partition("=")
        if not equals or name not in _FIELDS:
            raise EvalError(f"--filter {argument}: write one of {', '.join(_FIELDS)}, =, and a value: kind=views")
        accepted.setdefault(name, set()).add(value)
    selected = [
        conversation
        for conversation in conversations
        if all(_FIELDS[name](conversation) & values for name, values in accepted.items())
    ]
    if not selected:
        raise EvalError(f"no conversation is left by --filter {' '.join(filters)}; see the suite's README for its tags")
    return spread(selected, limit, lambda conversation: (conversation.turns[0].kind, conversation.subject))


def _ask_turn(
    conversation: str, number: int, turn: ChatTurn, chat: ChatSession, library: Mapping[str, Article]
) -> TurnResult:
    result = TurnResult(conversation=conversation, number=number, turn=turn, asked=tuple(asked_checks(turn.expect)))
    try:
        timed = ask_timed(chat, turn.ask)
        answer = timed.answer.to_dict()
    except Exception as error:  # noqa: BLE001  (whatever breaks a turn is that turn's result)
        return result.model_copy(update={"error": f"{type(error).__name__}: {error}"})
    failures = tuple(
        TurnFailure(check=failed.check, why=failed.why)
        for failed in failed_checks(turn.expect, StoredAnswer.model_validate(answer), library)
    )
    return result.model_copy(update={"answer_json": answer, "first_words": timed.first_words, "failures": failures})
