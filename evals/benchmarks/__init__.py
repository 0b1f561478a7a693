"""Benchmarks: quality, performance, and other systems over the same articles."""

# The module of each benchmark; its `main` takes the arguments of `rag eval bench NAME`.
BENCHMARKS: dict[str, str] = {
    "abstention": "evals.benchmarks.quality.abstention",
    "answers": "evals.benchmarks.quality.xquad",
    "checking": "evals.training.fit_statement_checker",
    "chunking": "evals.benchmarks.quality.chunking",
    "debates": "evals.benchmarks.debates.measure",
    "drafts": "evals.benchmarks.quality.drafts",
    "growth": "evals.benchmarks.performance.growth",
    "load": "evals.benchmarks.performance.load",
    "scaling": "evals.benchmarks.performance.scaling",
    "quotations": "evals.benchmarks.performance.quotations",
    "reading": "evals.benchmarks.quality.reading",
    "rewriting": "evals.benchmarks.quality.rewriting",
    "side-by-side": "evals.benchmarks.peers.side_by_side",
    "speed": "evals.benchmarks.performance.speed",
    "start": "evals.benchmarks.performance.start",
    "statements": "evals.benchmarks.quality.hallucination",
    "verifier": "evals.training.fit_verifier",
    "writing": "evals.benchmarks.performance.generation_overhead",
}
