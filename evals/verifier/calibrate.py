"""Fits the verifier's weights on people's labels and on contrasts made from the bundled corpus, and says by
cross-validation how far they can be trusted.

Run: python -m evals.verifier.calibrate --data DIR [--write]. DIR holds wice/dev.jsonl and qags/xsum.jsonl; --write puts
the weights into rag/models/verifier.json. Needs the extra `evals` (scikit-learn).
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.metrics.agreement import agreement, balance
from evals.verifier.contrasts import contrasts
from evals.verifier.labelled import Labelled, load
from rag.encoder import BundledEncoder
from rag.readers import Reading, read
from rag.settings import bundled, load_settings
from rag.verifier import WEIGHTS, Features, Verifier

Matrix = NDArray[np.float64]
FOLDS = 5
SEED = 7
# Of 0.003 to 1 (stronger to weaker pull towards 0), the best calibrated on both sets of labels in cross-validation.
INVERSE_PULL = 0.01


@dataclass(frozen=True, slots=True)
class Fitted:
    """support = 1 / (1 + exp(-(weights @ features + bias))); `weights` has one entry a field of Features."""

    weights: Matrix
    bias: float

    def __call__(self, rows: Matrix) -> Matrix:
        supports: Matrix = 1 / (1 + np.exp(-(rows @ self.weights + self.bias)))
        return supports


def features(labelled: Sequence[Labelled], verifier: Verifier) -> tuple[Matrix, Matrix]:
    """(pairs, features) and (pairs,) labels of 0 and 1."""
    rows = [astuple(verifier.features([(one.statement, one.evidence)])[0]) for one in labelled]
    return np.array(rows, dtype=np.float64), np.array([one.is_supported for one in labelled], dtype=np.float64)


def fit(sets: Sequence[tuple[Matrix, Matrix]], inverse_pull: float = INVERSE_PULL) -> Fitted:
    """Logistic regression over all sets, each set and each label in it weighing the same."""
    from sklearn.linear_model import LogisticRegression

    rows, labels = np.concatenate([x for x, _ in sets]), np.concatenate([y for _, y in sets])
    share = np.concatenate([balance(y) / len(y) for _, y in sets])
    scale = np.maximum(rows.std(axis=0), 1e-9)
    model = LogisticRegression(C=inverse_pull, max_iter=5_000)
    model.fit(rows / scale, labels, sample_weight=share * len(labels) / share.sum())
    return Fitted(model.coef_[0] / scale, float(model.intercept_[0]))


def cross_validated(
    sets: Sequence[tuple[Matrix, Matrix]], documents: Sequence[Sequence[str]], inverse_pull: float = INVERSE_PULL
) -> list[Matrix]:
    """Each pair's support from weights fitted without any pair of its document."""
    from sklearn.model_selection import GroupKFold

    folds = [
        list(GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(x, groups=list(groups)))
        for (x, _), groups in zip(sets, documents, strict=True)
    ]
    found = [np.zeros(len(y)) for _, y in sets]
    for fold in range(FOLDS):
        train = [(x[split[fold][0]], y[split[fold][0]]) for (x, y), split in zip(sets, folds, strict=True)]
        model = fit(train, inverse_pull)
        for at, ((x, _), split) in enumerate(zip(sets, folds, strict=True)):
            found[at][split[fold][1]] = model(x[split[fold][1]])
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(argv)
    articles = read([bundled("corpus") / "articles"], load_settings())
    labelled = load(given.data)
    labelled["contrasts"] = contrasts(one.article for one in articles if isinstance(one, Reading))
    verifier = Verifier(BundledEncoder())
    sets = [features(one, verifier) for one in labelled.values()]
    documents = [[one.document for one in some] for some in labelled.values()]
    for name, supports, (_, labels) in zip(labelled, cross_validated(sets, documents), sets, strict=True):
        print(f"{name}: {len(labels)} pairs, {labels.mean():.0%} supported: {agreement(supports, labels)}")
    for at, name in enumerate(labelled):
        rest = fit([one for other, one in enumerate(sets) if other != at])
        print(f"{name}, weights fitted on the other two: {agreement(rest(sets[at][0]), sets[at][1])}")
    model = fit(sets)
    weights = {field.name: round(float(one), 4) for field, one in zip(fields(Features), model.weights, strict=True)}
    print(json.dumps(weights))
    if given.write:
        document = {"weights": weights, "bias": round(model.bias, 4)}
        WEIGHTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
