"""Follow-up questions, found and rewritten as standalone questions by rule."""

from rag.answering.intent.follow_up.rewriting import fold_turns, is_follow_up, standalone_question
from rag.answering.intent.frames.small_talk import looks_like_small_talk

__all__ = ["fold_turns", "is_follow_up", "looks_like_small_talk", "standalone_question"]
