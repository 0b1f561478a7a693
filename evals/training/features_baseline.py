"""The verifier without its cross-encoder: support by the plain features alone.

It is not used in answers. `python -m evals judge-check` prints it beside the verifier, to show the value of the trained
part.
"""

from collections.abc import Sequence
from pathlib import Path

from rag.text.sentences import sentence_spans
from rag.verification.lexical_features import lexical_features
from rag.verification.logistic_model import LogisticModel
from rag.verification.verifier import FEATURE_NAMES, VerifierFeatures, feature_vector, pair_with_excerpts
from rag.verification.word_diff import merge_max, word_diff

# Fitted together with the verifier's own: python -m evals bench verifier --data DIR --write.
WEIGHTS = Path(__file__).with_name("features_baseline.json")
# Positions of the plain features among the verifier's; the cross-encoder's are named "read" and "short_read".
PLAIN_COLUMNS = [position for position, name in enumerate(FEATURE_NAMES) if not name.endswith("read")]
PLAIN_NAMES = [FEATURE_NAMES[position] for position in PLAIN_COLUMNS]


class FeaturesBaseline:
    """Scores statements against evidence by the plain features alone."""

    def __init__(self) -> None:
        self._model = LogisticModel.load(WEIGHTS, PLAIN_NAMES)

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """Scores how far the texts of `evidence` support the statement.

        In [0, 1], 0 if they have no sentence.
        """
        sentences = [" ".join(text[start:end].split()) for text in evidence for start, end in sentence_spans(text)]
        if not sentences:
            return 0.0
        difference = merge_max(
            [word_diff(part, selected) for part, selected in pair_with_excerpts(statement, sentences)]
        )
        row = feature_vector(VerifierFeatures(0.0, lexical_features(statement, sentences), difference))
        return self._model.probability([row[column] for column in PLAIN_COLUMNS])
