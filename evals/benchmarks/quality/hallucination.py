"""Measures whether the engine flags what a language model invents.

True statements should not be flagged.

Run: python -m evals bench statements [--split dev|test] [--show]. A scripted model writes each statement of the suite
`statements` into an answer and cites the passage with its quote. The engine works as with any other model. A statement
counts as flagged if its verdict is "partly" or "unsupported", or if it is replaced by quotes, or by one because its
holder is wrong. A statement with a stray marker also counts as flagged unless the answer has the sentence without the
marker.
"""

import argparse
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM

from evals.datasets.cases import SPLITS
from evals.datasets.statements import LabelledStatement, StatementKind, load_statements
from rag import QueryEngine, open_engine
from rag.answering.prose.editing import WRONG_HOLDER
from rag.package_data import bundled_folder
from rag.settings import load_command_settings
from rag.text.citation_markers import strip_markers
from rag.types.understanding import UNDERSTOOD_PARTS

# The question is the first characters of the quote, this many.
QUESTION_CHARACTERS = 300


class ScriptedModel(CustomLLM):
    """A model that writes `statement` and cites the passage with `quote`."""

    statement: str = ""
    quote: str = ""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=100_000, num_output=500, model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        # The sentences that bear most on the question stand between asterisks.
        passages = prompt.replace("**", "").split('<passage number="')[1:]
        numbers = [passage.split('"', 1)[0] for passage in passages if self.quote in passage]
        return CompletionResponse(text=f"{self.statement} [{numbers[0] if numbers else 1}]")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        text = self.complete(prompt).text
        yield CompletionResponse(text=text, delta=text)


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """A statement that a model wrote, and whether the answer warns of it."""

    statement: LabelledStatement
    is_flagged: bool


def is_flagged(engine: QueryEngine, model: ScriptedModel, statement: LabelledStatement) -> bool:
    """Lets the model write the statement; returns whether the answer flags it."""
    model.statement, model.quote = statement.statement, statement.quote
    # The quote is only there to be retrieved: "this column wrote in June" limits nothing.
    answer = engine.ask(statement.quote[:QUESTION_CHARACTERS], ignore=UNDERSTOOD_PARTS)
    if answer.writer == "quotes" or any(written.verdict != "supported" for written in answer.statements):
        return True
    if any(revision.reason == WRONG_HOLDER for revision in answer.revisions):
        return True
    return statement.sentence is not None and _words(statement.sentence) != _words(answer.text)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", strip_markers(text).casefold())


def check_split(split: str, home: Path) -> list[CheckedAnswer]:
    """Checks every statement of the split, with a library made in `home`."""
    model = ScriptedModel()
    settings = load_command_settings(home=home, repair=False, abstain_below=0.0, passages=12, strict=True)
    with open_engine(settings=settings, empty=True, llm=model) as engine:
        engine.add(bundled_folder("corpus") / "articles")
        return [CheckedAnswer(statement, is_flagged(engine, model, statement)) for statement in load_statements(split)]


def flagged_table(answers: Sequence[CheckedAnswer]) -> str:
    """Markdown: the share of each kind that is flagged."""
    lines = ["| kind | statements | flagged, % |", "|---|---|---|"]
    groups = {
        kind: [answer.is_flagged for answer in answers if answer.statement.kind == kind]
        for kind in get_args(StatementKind)
    }
    groups["all invented"] = [answer.is_flagged for answer in answers if not answer.statement.is_true]
    lines += [
        f"| {name} | {len(flags)} | {100 * sum(flags) / len(flags):.0f} |" for name, flags in groups.items() if flags
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Checks the splits and prints a table of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench statements"
    )
    parser.add_argument("--split", choices=SPLITS, action="append", help="only this split")
    parser.add_argument("--show", action="store_true", help="print the statements that were judged wrongly")
    options = parser.parse_args(argv)
    for split in options.split or SPLITS:
        with tempfile.TemporaryDirectory() as folder:
            answers = check_split(split, Path(folder) / "home")
        print(f"{split}\n{flagged_table(answers)}")
        if options.show:
            wrong = [answer.statement for answer in answers if answer.is_flagged == answer.statement.is_true]
            print("\n".join(f"\n{row.id}: {row.statement}\n   {row.cites}: {row.quote}" for row in wrong))


if __name__ == "__main__":
    main()
