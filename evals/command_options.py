"""Options that several commands of the evals share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.judges.factory import JudgeOptions

Judge = Annotated[str, typer.Option(help="local (the engine's verifier) or llm (a language model).")]
JudgeModel = Annotated[str | None, typer.Option(help="Model of --judge llm [RAG_JUDGE_MODEL].")]
JudgeUrl = Annotated[str | None, typer.Option(help="OpenAI-compatible server of that model [RAG_JUDGE_BASE_URL].")]
PricesOption = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="PROMPT COMPLETION", help="Prices of that model, in dollars for a million tokens."),
]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Maximum cost of the judge in this call, in dollars.")]
Gate = Annotated[
    Path | None, typer.Option(help="File of thresholds, such as evals/thresholds.toml; exit code 1 if one is missed.")
]
Thresholds = Annotated[Path, typer.Option(help="File of thresholds and margins.", show_default="evals/thresholds.toml")]
Results = Annotated[Path, typer.Option(help="Folder that holds the runs' folders.")]
RunHome = Annotated[Path | None, typer.Option(help="Library that the run asked, if it was not a bundled one.")]
RunArticles = Annotated[Path | None, typer.Option(help="Articles that it asked about, if not the bundled ones.")]
CaseFilters = Annotated[
    list[str] | None, typer.Option("--filter", help="Only cases with FIELD=VALUE: kind=why. May be repeated.")
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Cases in parallel; measured times are valid only with 1.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start a new run, even if such a run was interrupted.")]
WriterPrices = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="PROMPT COMPLETION", help="Prices of the model of --writer llm."),
]


def judge_options(
    name: str, model: str | None, url: str | None, prices: tuple[float, float] | None, max_cost: float | None
) -> "JudgeOptions":
    """The judge that the options name."""
    from evals.judges.budget import Prices
    from evals.judges.factory import JudgeOptions

    return JudgeOptions(name, model, url, Prices(*prices) if prices else None, max_cost)
