"""Does the check catch what a language model invents, and leave alone what is true?

Run: python -m evals.benchmarks.statements [--split dev|test] [--show]. A scripted model writes each statement of the
suite `statements` into an answer and cites the passage that its quote stands in; the engine does the rest, as with any
model. Flagged is what comes back as not or only partly borne out, or is replaced by quotes.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM

from evals.statements import Kind, LabelledStatement, load
from evals.suite import SPLITS
from rag import QueryEngine, open_engine
from rag.settings import bundled, load_settings


class Scripted(CustomLLM):
    """Writes `statement` with the marker of the passage, among those it is shown, that holds `quote`."""

    statement: str = ""
    quote: str = ""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=100_000, num_output=500, model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        passages = prompt.split('<passage number="')[1:]
        holding = [one.split('"', 1)[0] for one in passages if self.quote in one]
        return CompletionResponse(text=f"{self.statement} [{holding[0] if holding else 1}]")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        whole = self.complete(prompt).text
        yield CompletionResponse(text=whole, delta=whole)


def is_flagged(engine: QueryEngine, model: Scripted, one: LabelledStatement) -> bool:
    """Whether a reader of the answer is warned of the statement."""
    model.statement, model.quote = one.statement, one.quote
    answer = engine.ask(one.quote[:300])
    return answer.writer == "quotes" or any(statement.verdict != "supported" for statement in answer.statements)


def run(split: str, home: Path) -> list[tuple[LabelledStatement, bool]]:
    """Every statement of the split, with whether it is flagged."""
    model = Scripted()
    settings = load_settings(home=home, repair=False, abstain_below=0.0, passages=12)
    with open_engine(settings=settings, empty=True, llm=model) as engine:
        engine.add(bundled("corpus") / "articles")
        return [(one, is_flagged(engine, model, one)) for one in load(split)]


def table(found: Sequence[tuple[LabelledStatement, bool]]) -> str:
    """Markdown: one row a kind."""
    lines = ["| kind | statements | flagged, % |", "|---|---|---|"]
    groups = {kind: [flag for one, flag in found if one.kind == kind] for kind in get_args(Kind)}
    groups["all invented"] = [flag for one, flag in found if not one.true]
    lines += [
        f"| {name} | {len(flags)} | {100 * sum(flags) / len(flags):.0f} |" for name, flags in groups.items() if flags
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench statements"
    )
    parser.add_argument("--split", choices=SPLITS, action="append")
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    given = parser.parse_args(argv)
    for split in given.split or SPLITS:
        with tempfile.TemporaryDirectory() as folder:
            found = run(split, Path(folder) / "home")
        print(f"{split}\n{table(found)}")
        if given.show:
            wrong = [one for one, flag in found if flag == one.true]
            print("\n".join(f"\n{one.id}: {one.statement}\n   {one.cites}: {one.quote}" for one in wrong))


if __name__ == "__main__":
    main()
