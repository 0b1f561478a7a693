"""Reads files of published data sets, which a user names with --data.

The sets are not shipped. A missing file of a set has an error class of its own, so it is not confused with a missing
file of this package.
"""

from pathlib import Path

from evals.errors import EvalError

XQUAD = "XQuAD (Artetxe et al., ACL 2020; google-deepmind/xquad)"
SQUAD = "SQuAD 2.0 (Rajpurkar et al., ACL 2018), as a set of searches"
SUMMEDITS = "SummEdits (Laban et al., EMNLP 2023)"
RAGTRUTH = "RAGTruth (Niu et al., ACL 2024), half of the sample in vectara/FaithJudge"
# The cards of the verifier and the reader list their sets, with their licences.
TRAINING_SETS = "a training set of rag/models/VERIFIER_CARD.md or READER_CARD.md"


class DatasetMissing(EvalError):
    """A file of a published data set is missing in the folder of --data."""


class DatasetUnreadable(EvalError):
    """A file of a published data set does not have the published form."""


def read_published(path: Path, dataset: str) -> str:
    """Reads the text of a file. Raises DatasetMissing if it is missing."""
    return require_published(path, dataset).read_text(encoding="utf-8")


def require_published(path: Path, dataset: str) -> Path:
    """`path`, if it is a file.

    `dataset` names its set and the publisher. Raises DatasetMissing if there is no such file.
    """
    if not path.is_file():
        raise DatasetMissing(f"{path} is missing; it is part of {dataset}: get it as published, and correct --data")
    return path
