"""The seeds that everything random in the fault tests comes from."""

import os


def seeds(number: int) -> list[int]:
    """FAULTS_SEED and the seeds after it, so that a failure can be repeated."""
    first = int(os.environ.get("FAULTS_SEED", "20260000"))
    return list(range(first, first + number))
