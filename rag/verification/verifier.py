"""Scores whether a text supports a statement: a calibrated probability in [0, 1].

A small trained cross-encoder reads the statement with the sentences of the evidence that cover it best; a logistic
regression combines its logit with lexical features (numbers, names, negations). No language model is called, and a pair
always gets the same score. Weights: `models/verifier.json`, fitted by `python -m evals bench verifier --write`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from rag.package_data import model_file
from rag.text.analyzer import terms
from rag.text.lexicon import NEGATION_WORDS
from rag.text.sentences import sentence_spans
from rag.types.answer import Verdict
from rag.verification.cross_encoder import CrossEncoder
from rag.verification.lexical_features import LexicalFeatures, lexical_features
from rag.verification.logistic_model import LogisticModel
from rag.verification.sentence_selection import select_sentences
from rag.verification.word_diff import WordDiff, merge_max, word_diff

WEIGHTS_PATH = model_file("verifier.json")
# The thresholds of the verdicts.
SUPPORTED = 0.5
PARTLY = 0.3
# The score of a statement that is in the evidence word for word.
VERBATIM = 0.98
# The highest score of a sentence that is in the evidence word for word, except for a negation or a number.
ALTERED = 0.05
# A sentence of fewer words is not tested for an altered negation or number.
MIN_ALTERED_WORDS = 4
MAX_STATEMENT_CHARACTERS = 4_000
# Words of evidence that the cross-encoder reads at once; docs/verifier.md has the widths that were tried.
EXCERPT_WORDS = 90
# Evidence of at most this many sentences is read whole. A word that such evidence lacks is a stronger sign, so all
# features have a second weight for it.
SHORT_EVIDENCE_SENTENCES = 6
_TOKEN = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)*%?|[^\W\d_]+(?:'[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class VerifierFeatures:
    """The features of one (statement, evidence) pair.

    `cross_encoder_logit` is the cross-encoder's over the excerpt; `lexical` and `word_diff` come from comparing words.
    """

    cross_encoder_logit: float
    lexical: LexicalFeatures
    word_diff: WordDiff


# The names in the weights file; "read" is the cross-encoder's logit.
_BASE_NAMES = ("read", *(field.name for field in (*fields(LexicalFeatures), *fields(WordDiff))))
FEATURE_NAMES = (*_BASE_NAMES, *(f"short_{name}" for name in _BASE_NAMES))


def feature_vector(features: VerifierFeatures) -> tuple[float, ...]:
    """Arranges the features in the order of FEATURE_NAMES.

    The second half is 0 unless the evidence is short.
    """
    base = (features.cross_encoder_logit, *astuple(features.lexical), *astuple(features.word_diff))
    is_short = features.lexical.length <= math.log1p(SHORT_EVIDENCE_SENTENCES)
    return (*base, *(base if is_short else [0.0] * len(base)))


class Verifier:
    """Scores statements against evidence. Thread-safe.

    The cross-encoder is loaded at the first call.
    """

    def __init__(self, threads: int = 0) -> None:
        """Configures the cross-encoder's threads.

        `threads` is the number of threads inside one run of the cross-encoder, 0 for one per processor.
        """
        self._cross_encoder = CrossEncoder(threads)
        self._model = LogisticModel.load(WEIGHTS_PATH, FEATURE_NAMES)

    def score(self, statement: str, evidence: str | Sequence[str]) -> float:
        """The probability that `evidence` supports `statement`.

        `evidence` is one text or several, of any length. From 0.5 (`SUPPORTED`) the statement counts as supported.
        Raises EncoderError when the model is missing.
        """
        return self.score_batch([(statement, [evidence] if isinstance(evidence, str) else list(evidence))])[0]

    def score_batch(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        """The `score` of each (statement, evidence texts), computed together."""
        scores = [0.0] * len(pairs)
        undecided: list[int] = []
        for position, (statement, evidence) in enumerate(pairs):
            if _is_verbatim(statement, evidence):
                scores[position] = VERBATIM
            elif terms(statement) and any(terms(text) for text in evidence):
                undecided.append(position)
        features = verifier_features([pairs[position] for position in undecided], self._cross_encoder)
        for position, pair_features in zip(undecided, features, strict=True):
            statement, evidence = pairs[position]
            scores[position] = self._model.probability(feature_vector(pair_features))
            if any(_is_altered(sentence, evidence) for sentence in _sentences([statement])):
                scores[position] = min(scores[position], ALTERED)
        return scores


def verifier_features(
    pairs: Sequence[tuple[str, Sequence[str]]], cross_encoder: CrossEncoder
) -> list[VerifierFeatures]:
    """Computes the features of each (statement, evidence texts).

    The evidence has at least one sentence. For a statement of several sentences, the lowest logit and the largest count
    of each difference are taken.
    """
    statements = [statement[:MAX_STATEMENT_CHARACTERS] for statement, _ in pairs]
    evidence = [_sentences(texts) for _, texts in pairs]
    excerpts = [
        pair_with_excerpts(statement, sentences) for statement, sentences in zip(statements, evidence, strict=True)
    ]
    inputs = [(sentence, " ".join(excerpt)) for pair_excerpts in excerpts for sentence, excerpt in pair_excerpts]
    logits = iter(cross_encoder.logits(inputs))
    return [
        VerifierFeatures(
            min(next(logits) for _ in pair_excerpts),
            lexical_features(statement, sentences),
            merge_max([word_diff(sentence, excerpt) for sentence, excerpt in pair_excerpts]),
        )
        for statement, sentences, pair_excerpts in zip(statements, evidence, excerpts, strict=True)
    ]


def pair_with_excerpts(statement: str, sentences: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Pairs each sentence of the statement with its excerpt of the evidence.

    An excerpt holds the sentences of the evidence with which the sentence is compared. Text without a sentence boundary
    counts as one sentence, so there is at least one pair.
    """
    return [
        (part, [sentences[position] for position in select_sentences(part, sentences, EXCERPT_WORDS)])
        for part in _sentences([statement]) or [statement]
    ]


def verdict_for(support: float) -> Verdict:
    """The verdict for a score.

    It is "supported" from 0.5, "partly" from 0.3, else "unsupported".
    """
    return "supported" if support >= SUPPORTED else "partly" if support >= PARTLY else "unsupported"


def _sentences(texts: Sequence[str]) -> list[str]:
    return [" ".join(text[start:end].split()) for text in texts for start, end in sentence_spans(text)]


def _is_verbatim(statement: str, evidence: Sequence[str]) -> bool:
    """Whether one of the texts has the statement's words, in their order."""
    words = _plain_words(statement)
    return bool(words.strip()) and any(words in _plain_words(text) for text in evidence)


def _is_altered(sentence: str, evidence: Sequence[str]) -> bool:
    """Whether a text has the sentence with only a negation or a number changed.

    All other words are the same, in the same order.
    """
    words = _without_negations(sentence)
    if len(words.split()) < MIN_ALTERED_WORDS or _is_verbatim(sentence, evidence):
        return False
    if any(words in _without_negations(text) for text in evidence):
        return True
    sentence_without_numbers, *evidence_without_numbers = (
        re.sub(r"\d+(?:[.,]\d+)*", "0", text) for text in (sentence, *evidence)
    )
    return _is_verbatim(sentence_without_numbers, evidence_without_numbers)


def _without_negations(text: str) -> str:
    expanded = re.sub(r"n[’']t\b", " not", text).replace("cannot", "can not")
    return f" {' '.join(word for word in _plain_words(expanded).split() if word not in NEGATION_WORDS)} "


def _plain_words(text: str) -> str:
    """Returns the words and numbers of a text, separated by blanks.

    Quotation marks, dashes and line breaks are dropped; signs are kept.
    """
    return f" {' '.join(_TOKEN.findall(text.casefold().replace('’', chr(39))))} "
