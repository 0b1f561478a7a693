"""Evaluates the cases of a run in threads and writes each result at once.

A killed run loses no finished case: the next run reads the existing lines.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from evals.datasets.cases import Case
from evals.result import CaseResult
from evals.run_folder import RESULTS_FILE
from evals.runner.evaluate import EvalContext, evaluate_case
from evals.runner.resume import read_partial_results


def run_cases(
    cases: Sequence[Case], context: EvalContext, folder: Path, *, workers: int = 1,
    on_result: Callable[[CaseResult], None],
) -> list[CaseResult]:  # fmt: skip
    """Evaluates every case that has no line in `folder` yet.

    At most `workers` cases run at a time; each result is written at once. `on_result` is called with every result,
    first with the existing ones. Returns the results in the order of `cases`. Raises EvalError if the judge cannot be
    asked; the written lines stay.
    """
    path = folder / RESULTS_FILE
    results = {result.case.id: result for result in read_partial_results(path)}
    for result in results.values():
        on_result(result)
    remaining = iter([case for case in cases if case.id not in results])
    with path.open("a", encoding="utf-8") as lines, ThreadPoolExecutor(workers) as pool:
        pending: set[Future[CaseResult]] = set()
        try:
            while True:
                # No more cases are submitted than there are workers, so that after a failure no further case has to be
                # awaited.
                while len(pending) < workers and (case := next(remaining, None)) is not None:
                    pending.add(pool.submit(evaluate_case, case, context))
                if not pending:
                    break
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                errors = []
                for future in finished:
                    if (error := future.exception()) is not None:
                        errors.append(error)
                        continue
                    result = future.result()
                    lines.write(result.model_dump_json() + "\n")
                    lines.flush()
                    results[result.case.id] = result
                    on_result(result)
                if errors:
                    raise errors[0]
        finally:
            for future in pending:
                future.cancel()
    return [results[case.id] for case in cases]
