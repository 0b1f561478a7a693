"""The token layout that the reader is trained on, and reads at run time.

`[CLS] heading [SEP] sentences [SEP] [unused0] question [SEP]`; a statement has no marker in front. In the lower layers
the heading, each sentence and the query attend only to themselves: each token has a segment and a position in it. This
module imports only the standard library, so that training and the product can both use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_INPUT_TOKENS = 320
MAX_QUERY_TOKENS = 96
MAX_HEADING_TOKENS = 32
# A sentence that does not fit whole is read if at least this many of its tokens fit.
MIN_SENTENCE_TOKENS = 8
QUESTION_MARKER = "[unused0]"


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """Token ids of one query with one passage.

    `query_start` is the position of the query's first token; the last [SEP] belongs to the query. `sentences` has the
    start and end of each sentence that was read. Sentences that did not fit are missing at the end.
    """

    token_ids: tuple[int, ...]
    query_start: int
    sentences: tuple[tuple[int, int], ...]

    @property
    def segments(self) -> list[int]:
        """The segment of each token.

        0 is the heading and the separators, 1 the query, and from 2 on the sentences.
        """
        segments = [0] * self.query_start + [1] * (len(self.token_ids) - self.query_start)
        for number, (start, end) in enumerate(self.sentences, start=2):
            segments[start:end] = [number] * (end - start)
        return segments

    @property
    def places(self) -> list[int]:
        """The position of each token in its segment.

        [CLS] has position 0, and the first token of a segment has 1.
        """
        places = list(range(self.query_start)) if not self.sentences else list(range(self.sentences[0][0]))
        places += [0] * (self.query_start - len(places))
        places += range(1, len(self.token_ids) - self.query_start + 1)
        for start, end in self.sentences:
            places[start:end] = range(1, end - start + 1)
        return places


def encode_inputs(
    tokenizer: Any, rows: Sequence[tuple[str, str, str, Sequence[str]]], max_tokens: int = MAX_INPUT_TOKENS
) -> list[ReaderInput]:
    """Token ids of each (kind, query, heading, sentences)."""
    texts = list(dict.fromkeys(text for _, query, heading, sentences in rows for text in (query, heading, *sentences)))
    encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
    ids = {text: encoding.ids for text, encoding in zip(texts, encodings, strict=True)}
    first, separator = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    marker = tokenizer.token_to_id(QUESTION_MARKER)
    inputs = []
    for kind, query, heading, sentences in rows:
        query_ids = ([marker] if kind == "question" else []) + ids[query][:MAX_QUERY_TOKENS]
        tokens = [first, *ids[heading][:MAX_HEADING_TOKENS], separator]
        # The separators behind the sentences and behind the query.
        room = max_tokens - len(query_ids) - 2
        spans = []
        for sentence in sentences:
            part = ids[sentence][: room - len(tokens)]
            if len(part) < min(MIN_SENTENCE_TOKENS, len(ids[sentence])) or not part:
                break
            spans.append((len(tokens), len(tokens) + len(part)))
            tokens += part
        tokens.append(separator)
        inputs.append(ReaderInput((*tokens, *query_ids, separator), len(tokens), tuple(spans)))
    return inputs
