"""The comparison with other systems: each is measured in processes of its own."""

import sys

import pytest

from evals.benchmarks.peers.side_by_side import OURS, PEERS, ratio_lines, results_table, run_system
from evals.datasets.chunking import ChunkingQuestion


def test_a_system_is_measured_in_processes_of_its_own() -> None:
    text = "Bees store honey in wax cells. The keeper opens the hive in May. Frost ends the season in November."
    question = ChunkingQuestion("When does the keeper open the hive?", "bees", ((31, 63),))
    result = run_system(OURS, sys.executable, 1, {"bees": text}, [question] * 3)
    assert result.recall == 1
    assert result.characters == len(text)
    assert result.cold > min(result.searches) / 1000
    assert result.indexing_peak > 50e6
    assert result.disk > 0
    rounds = {OURS: [result], PEERS[0]: [result]}
    assert "| recall@5, % | 100.0 | 100.0 |" in results_table(rounds)
    assert f"search p50, ms: 1.00 times {PEERS[0].name}'s" in ratio_lines(rounds)


def test_a_python_without_the_peers_is_reported_in_one_line() -> None:
    with pytest.raises(SystemExit, match=r"txtai hybrid.*No module named.*peers' Python"):
        run_system(PEERS[2], sys.executable, 1, {"a": "Some text."}, [ChunkingQuestion("What?", "a", ((0, 4),))])
