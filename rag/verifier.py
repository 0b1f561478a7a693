"""interim"""

from rag.answer import Verdict


class Verifier:
    def __init__(self, encoder):
        self.e = encoder

    def support(self, s, evidence):
        return 1.0 if s in (evidence if isinstance(evidence, str) else " ".join(evidence)) else 0.5

    def supports(self, pairs):
        return [self.support(s, e) for s, e in pairs]


def verdict(x: float) -> Verdict:
    return "supported"
