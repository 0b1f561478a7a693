"""The verifier's cross-encoder in torch, with the published BERT's names of weights."""

import torch
from minilm_graph import HEADS, LAYERS, WIDTH
from torch import nn

VOCABULARY, POSITIONS, SEGMENTS = 30_522, 512, 2
EPSILON = 1e-12
DROPOUT = 0.1


class CrossEncoderModel(nn.Module):
    """A BERT that reads evidence and statement together.

    A linear head gives the logit of support. The head gets the first token, and the mean and the maximum of the
    statement's tokens: one wrong detail makes a statement wrong, and the maximum lets a single token count.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = _Body()
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(3 * WIDTH, 1)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (pairs,), of token ids, types and mask, (pairs, tokens).

        A type is 1 for the statement's tokens.
        """
        states = self.body(ids, types, mask).float()
        is_statement = (types * mask).unsqueeze(-1).float()
        mean = (states * is_statement).sum(1) / is_statement.sum(1).clamp(min=1)
        maximum = states.masked_fill(is_statement == 0, -1e4).amax(1)
        return self.head(self.drop(torch.cat([states[:, 0], mean, maximum], dim=1))).squeeze(1)


class _Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embeddings = _Embeddings()
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(_Layer() for _ in range(LAYERS))})

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.embeddings(ids, types)
        seen = mask[:, None, None, :].bool()
        for layer in self.encoder["layer"]:
            states = layer(states, seen)
        return states


class _Embeddings(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(VOCABULARY, WIDTH)
        self.position_embeddings = nn.Embedding(POSITIONS, WIDTH)
        self.token_type_embeddings = nn.Embedding(SEGMENTS, WIDTH)
        self.LayerNorm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        places = self.position_embeddings.weight[: ids.shape[1]]
        return self.drop(self.LayerNorm(self.word_embeddings(ids) + places + self.token_type_embeddings(types)))


class _Output(nn.Module):
    """A dense layer whose result is added to what came in before, and normalised."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, WIDTH)
        self.LayerNorm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, values: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        return self.LayerNorm(self.drop(self.dense(values)) + before)


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self = nn.ModuleDict({part: nn.Linear(WIDTH, WIDTH) for part in ("query", "key", "value")})
        self.output = _Output(WIDTH)

    def forward(self, states: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        texts, tokens, _ = states.shape
        query, key, value = (
            self.self[part](states).view(texts, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        dropout = DROPOUT if self.training else 0.0
        attended = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=seen, dropout_p=dropout)
        return self.output(attended.transpose(1, 2).reshape(texts, tokens, WIDTH), states)


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = _Attention()
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(WIDTH, 4 * WIDTH)})
        self.output = _Output(4 * WIDTH)

    def forward(self, states: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        states = self.attention(states, seen)
        return self.output(nn.functional.gelu(self.intermediate["dense"](states)), states)
