"""Does the engine answer the golden questions over the bundled corpus: right quotes, right first, all points, and no
answer where there is none?

Run: python -m evals.benchmarks.commentary [--split dev|test] [--show] [--gate FILE]. --show prints the cases that went
wrong; with --gate the exit code is 1 when a figure misses the line that FILE draws for its split.
"""

import argparse
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.suite import SPLITS, Case, Gold, load
from rag import Answer, QueryEngine, open_engine
from rag.settings import bundled

# A citation hits a gold quote when it holds at least this share of the quote's characters.
HIT = 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """One case's answer and what it is worth; shares in [0, 1], None where the case cannot have one.

    `groups` is the share of the gold's groups that some citation hits, `first` whether the first citation hits any of
    the gold, `points` the share of the case's points that the quotes bear out by the engine's verifier (0.5 is the
    line), `declined` whether the answer abstained.
    """

    case: Case
    answer: Answer
    declined: bool
    groups: float | None
    first: bool | None
    points: float | None

    @property
    def any(self) -> bool | None:
        return None if self.groups is None else self.groups > 0


def hits(gold: Gold, answer: Answer, texts: dict[str, str], only_first: bool = False) -> bool:
    """Whether a citation of the answer (or its first one) holds enough of the gold quote."""
    start = texts[gold.article].index(gold.quote)
    end = start + len(gold.quote)
    return any(
        citation.article.id == gold.article
        and min(end, citation.end) - max(start, citation.start) >= HIT * (end - start)
        for citation in answer.citations[: 1 if only_first else None]
    )


def result(case: Case, engine: QueryEngine, texts: dict[str, str]) -> Result:
    chat = engine.chat()
    for turn in case.asked:
        answer = chat.ask(turn)
    if not case.answerable:
        return Result(case, answer, answer.abstained, None, None, None)
    found = [any(hits(gold, answer, texts) for gold in group) for group in case.gold]
    first = any(hits(gold, answer, texts, only_first=True) for group in case.gold for gold in group)
    quotes = [citation.quote for citation in answer.citations]
    points = [bool(quotes) and engine.support(point, quotes) >= 0.5 for point in case.points]
    return Result(
        case, answer, answer.abstained, sum(found) / len(found), first, sum(points) / len(points) if points else None
    )


def run(cases: Iterable[Case], home: Path) -> list[Result]:
    """Every case over a library of the bundled corpus alone."""
    with open_engine(home, empty=True) as engine:
        engine.add(bundled("corpus") / "articles")
        texts = {one.id: article.text for one in engine.articles() if (article := engine.article(one.id))}
        return [result(case, engine, texts) for case in cases]


def percent(values: Iterable[float | bool | None]) -> float | None:
    """Their mean in percent; None when there is none."""
    kept = [float(value) for value in values if value is not None]
    return 100 * sum(kept) / len(kept) if kept else None


def mean(values: Iterable[float | bool | None]) -> str:
    found = percent(values)
    return "–" if found is None else f"{found:.0f}"


def missed(results: Sequence[Result], lines: dict[str, float]) -> list[str]:
    """Which of `lines` (a figure's name to percent; with `_at_most` at its end, an upper bound) the results miss."""
    answered = [one for one in results if one.case.answerable]
    figures = {
        "any_gold_quoted": percent(one.any for one in answered),
        "first_quote_is_gold": percent(one.first for one in answered),
        "gold_groups_covered": percent(one.groups for one in answered),
        "rightly_declined": percent(one.declined for one in results if not one.case.answerable),
        "wrongly_declined": percent(one.declined for one in answered),
    }
    found = []
    for name, line in lines.items():
        figure = figures.get(name.removesuffix("_at_most"))
        if figure is None:
            found.append(f"{name}: there is no such figure")
        elif (figure > line) if name.endswith("_at_most") else (figure < line):
            found.append(f"{name}: {figure:.1f}, the line is {line:g}")
    return found


def table(results: Sequence[Result]) -> str:
    """Markdown: one row a kind, in percent."""
    heads = ("kind", "cases", "any gold quoted", "first quote is gold", "gold groups covered", "points covered",
             "rightly declined", "wrongly declined", "quotes")  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    kinds = dict.fromkeys(one.case.kind for one in results)
    for kind in (*kinds, "all"):
        some = [one for one in results if kind in ("all", one.case.kind)]
        answered = [one for one in some if one.case.answerable]
        row = (
            kind, str(len(some)), mean(one.any for one in answered), mean(one.first for one in answered),
            mean(one.groups for one in answered), mean(one.points for one in answered),
            mean(one.declined for one in some if not one.case.answerable), mean(one.declined for one in answered),
            f"{sum(len(one.answer.citations) for one in some) / max(1, sum(not one.declined for one in some)):.1f}",
        )  # fmt: skip
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def _wrong(results: Sequence[Result]) -> str:
    lines = []
    for one in results:
        if (one.case.answerable and one.groups == 1.0 and one.first) or (not one.case.answerable and one.declined):
            continue
        verdict = "declined" if one.declined else "answered" if not one.case.answerable else f"groups {one.groups:.2f}"
        lines.append(f"\n{one.case.id} [{verdict}, first {one.first}] {' / '.join(one.case.asked)}")
        if one.answer.reason:
            lines.append(f"   reason: {one.answer.reason}")
        for group in one.case.gold:
            lines.append("   gold: " + " | ".join(f"{gold.article}: {gold.quote}" for gold in group))
        lines += [f"   [{cited.number}] {cited.article.id}: {cited.quote}" for cited in one.answer.citations]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=SPLITS, action="append")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--gate", type=Path)
    given = parser.parse_args(argv)
    for split in given.split or SPLITS:
        with tempfile.TemporaryDirectory() as folder:
            results = run(load("commentary", split), Path(folder) / "home")
        print(f"{split}\n{table(results)}")
        if given.show:
            print(_wrong(results))
        if given.gate:
            failures = missed(results, tomllib.loads(given.gate.read_text(encoding="utf-8")).get(split, {}))
            if failures:
                raise SystemExit("\n".join(failures))


if __name__ == "__main__":
    main()
