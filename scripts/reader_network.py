"""The reader's network: a BERT of six layers over passage and query, two heads.

In the lower layers the heading, each sentence and the query attend only to themselves, as in the encoder that the
weights come from. In the upper layers all tokens attend to each other. A sentence's score is the cosine of its mean
state to the query's mean state, plus the output of a head. The passage's score is computed from the query's states and
all sentences. Each score has a value for questions and one for statements.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

LAYERS, HEADS, WIDTH = 6, 12, 384
# Untrained, the sentence with the highest cosine answers 88% of 70 questions of SQuAD 2.0 with three such lower layers,
# and 79% with six. Without any, it is 41% after training on 3,800 examples (docs/reader.md).
LAYERS_APART = 3
INNER = 1536
TOKENS, PLACES, KINDS = 30_522, 512, 2
NORM_EPSILON = 1e-12
# Dropout is only in the heads: every example is read once or twice, and dropout everywhere costs a fifth of a step.
DROPOUT = 0.1
# The number of token features of which a sentence has the maximum, and the width of each head's hidden layer.
TOKEN_FEATURES = 64
HIDDEN = 128
# The columns of a head's output.
QUESTION_COLUMN, STATEMENT_COLUMN = 0, 1
QUERY_SEGMENT = 1
MAX_EXPONENT = 20.0
NO_SENTENCE = -1e4
# The parts of the network that no initial weights have.
HEADS_OF_TASKS = frozenset(
    {
        "token_features", "sentence_hidden", "sentence_out", "passage_hidden", "passage_out", "passage_direct",
        "best_sentence", "cosine_scale",
    }
)  # fmt: skip


class Layer(nn.Module):
    """One layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.attended = nn.Linear(WIDTH, WIDTH)
        self.attended_norm = nn.LayerNorm(WIDTH, NORM_EPSILON)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, NORM_EPSILON)

    def forward(self, states: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """States (texts, tokens, 384) from states and the attention bias.

        The bias has the shape (texts, 1, 1, tokens).
        """
        texts, tokens, _ = states.shape
        joined = self.qkv(states).view(texts, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(joined[0], joined[1], joined[2], attn_mask=bias)
        attended = attended.transpose(1, 2).reshape(texts, tokens, WIDTH)
        states = self.attended_norm(states + self.attended(attended))
        return self.outer_norm(states + self.outer(functional.gelu(self.inner(states))))


class Reader(nn.Module):
    """Scores the sentences of a passage and the passage, for one query each."""

    def __init__(self, frozen_layers: int = 0) -> None:
        """Freezes the lowest `frozen_layers` layers and the word embeddings."""
        super().__init__()
        self.frozen_layers = frozen_layers
        # Whether the layers compute in bfloat16, which is twice as fast on processors that have it; the heads never do.
        self.in_bfloat16 = False
        self.words = nn.Embedding(TOKENS, WIDTH)
        self.places = nn.Embedding(PLACES, WIDTH)
        self.kinds = nn.Embedding(KINDS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, NORM_EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(DROPOUT)
        self.token_features = nn.Linear(WIDTH, TOKEN_FEATURES)
        self.sentence_hidden = nn.Linear(4 * WIDTH + TOKEN_FEATURES, HIDDEN)
        self.sentence_out = nn.Linear(HIDDEN, 2)
        self.passage_hidden = nn.Linear(3 * WIDTH + HIDDEN, HIDDEN)
        self.passage_out = nn.Linear(HIDDEN, 2)
        # Directly from the query's states, as in the verifier's head, and from the best sentence's score.
        self.passage_direct = nn.Linear(3 * WIDTH, 2)
        self.best_sentence = nn.Parameter(torch.tensor([0.5, 0.0]))
        self.cosine_scale = nn.Parameter(torch.tensor([10.0, 10.0]))
        # Before training only the cosine counts; 0.5 is a reasonable threshold for it.
        nn.init.zeros_(self.sentence_out.weight)
        nn.init.constant_(self.sentence_out.bias, -5.0)

    def forward(
        self, ids: torch.Tensor, segments: torch.Tensor, places: torch.Tensor, sentences: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of sentences, (texts, sentences, 2), and passages, (texts, 2).

        `ids`, `segments` and `places` are (texts, tokens), the segment of padding is -1; `sentences`, (texts,
        sentences, tokens), is 1 where a token belongs to a sentence.
        """
        states = self.states(ids, segments, places)
        query = (segments == QUERY_SEGMENT).unsqueeze(-1).to(states.dtype)
        query_mean = (states * query).sum(1) / query.sum(1).clamp(min=1)
        query_max = states.masked_fill(query == 0, NO_SENTENCE).amax(1)
        seen = torch.cat([states[:, 0], query_mean, query_max], dim=1)

        lengths = sentences.sum(2, keepdim=True)
        sentence_mean = torch.matmul(sentences, states) / lengths.clamp(min=1)
        features = self.token_features(states).clamp(-MAX_EXPONENT, MAX_EXPONENT)
        # The log of the sum of exponentials is a soft maximum with a gradient for every token.
        largest = torch.log(torch.matmul(sentences, features.exp()) + 1e-9)
        count = sentences.shape[1]
        repeated = query_mean.unsqueeze(1).expand(-1, count, -1)
        first = states[:, :1].expand(-1, count, -1)
        joined = torch.cat([sentence_mean, sentence_mean * repeated, repeated, first, largest], dim=2)
        hidden = functional.gelu(self.sentence_hidden(self.drop(joined)))
        cosine = functional.cosine_similarity(sentence_mean, query_mean.unsqueeze(1), dim=2, eps=1e-6)
        sentence_logits = self.sentence_out(self.drop(hidden)) + self.cosine_scale * cosine.unsqueeze(2)
        missing = lengths == 0
        sentence_logits = sentence_logits.masked_fill(missing, NO_SENTENCE)

        best_hidden = hidden.masked_fill(missing, 0.0).amax(1)
        best_logit = torch.logsumexp(sentence_logits, dim=1).clamp(-MAX_EXPONENT, MAX_EXPONENT)
        passage = functional.gelu(self.passage_hidden(self.drop(torch.cat([seen, best_hidden], dim=1))))
        passage_logits = self.passage_out(self.drop(passage)) + self.passage_direct(self.drop(seen))
        return sentence_logits, passage_logits + self.best_sentence * best_logit

    def states(self, ids: torch.Tensor, segments: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """The last layer's states, (texts, tokens, 384)."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.in_bfloat16):
            return self._body(ids, segments, places).float()

    def _body(self, ids: torch.Tensor, segments: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        kind = self.words.weight.dtype
        is_other = segments[:, None, :, None] != segments[:, None, None, :]
        apart = is_other.to(kind) * NO_SENTENCE
        together = (segments == -1)[:, None, None, :].to(kind) * NO_SENTENCE
        frozen = self.frozen_layers
        is_query = (segments == QUERY_SEGMENT).long()
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            states = self.norm(self.words(ids) + self.places(places) + self.kinds(is_query))
            for number, layer in enumerate(self.layers[:frozen]):
                states = layer(states, apart if number < LAYERS_APART else together)
        for number, layer in enumerate(self.layers[frozen:], start=frozen):
            states = layer(states, apart if number < LAYERS_APART else together)
        return states


def load_start(path: Path) -> dict[str, torch.Tensor]:
    """Loads the weights of a bundled model, by the names of `Reader`.

    The encoder's file has the BERT alone. The verifier's has its head too, which becomes `passage_direct` for
    statements. The reader's has everything.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(path)).graph.initializer}

    def matrix(name: str) -> np.ndarray:
        return stored[f"{name}.int8"].astype(np.float32) * stored[f"{name}.scale"]

    places = stored["places"]
    weights: dict[str, np.ndarray] = {"words.weight": matrix("words")}
    # Without an input of types, the position embeddings include the first type's values already.
    weights["places.weight"] = places
    weights["kinds.weight"] = stored.get("kinds", np.zeros((KINDS, WIDTH), dtype=np.float32))
    for part in ("weight", "bias"):
        weights[f"norm.{part}"] = stored[f"embeddings.LayerNorm.{part}"]
    for number in range(LAYERS):
        old, new = f"encoder.layer.{number}.", f"layers.{number}."
        weights[f"{new}qkv.weight"] = matrix(f"{old}qkv").T
        weights[f"{new}qkv.bias"] = stored[f"{old}qkv.bias"]
        weights[f"{new}attended.weight"] = matrix(f"{old}attention.output.matrix").T
        weights[f"{new}attended.bias"] = stored[f"{old}attention.output.dense.bias"]
        weights[f"{new}inner.weight"] = matrix(f"{old}inner").T
        weights[f"{new}inner.bias"] = stored[f"{old}intermediate.dense.bias"]
        weights[f"{new}outer.weight"] = matrix(f"{old}output.matrix").T
        weights[f"{new}outer.bias"] = stored[f"{old}output.dense.bias"]
        for part in ("weight", "bias"):
            weights[f"{new}attended_norm.{part}"] = stored[f"{old}attention.output.LayerNorm.{part}"]
            weights[f"{new}outer_norm.{part}"] = stored[f"{old}output.LayerNorm.{part}"]
    if "head" in stored:
        head = stored["head"].reshape(-1)
        bias = float(stored["head.bias"].reshape(-1)[0])
        direct = np.zeros((2, 3 * WIDTH), dtype=np.float32)
        direct[STATEMENT_COLUMN] = head
        weights["passage_direct.weight"] = direct
        weights["passage_direct.bias"] = np.array([0.0, bias], dtype=np.float32)
    for name in (
        "token_features",
        "sentence_hidden",
        "sentence_out",
        "passage_hidden",
        "passage_out",
        "passage_direct",
    ):
        if f"{name}.matrix.int8" in stored:
            weights[f"{name}.weight"] = matrix(f"{name}.matrix").T
            weights[f"{name}.bias"] = stored[f"{name}.bias"]
    weights |= {name: stored[name] for name in ("best_sentence", "cosine_scale") if name in stored}
    return {name: torch.tensor(np.ascontiguousarray(value)) for name, value in weights.items()}
