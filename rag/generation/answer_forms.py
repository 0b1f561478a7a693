"""The form of a language model's answer, by the kind of the question.

The instructions are in prompts/forms.toml. A question of fact has none.
"""

import tomllib
from functools import cache

from rag.package_data import bundled_folder
from rag.types.understanding import Kind


def with_form(question: str, kind: Kind) -> str:
    """The question, with the instruction for answers of its kind below it."""
    instruction = _forms().get(kind)
    return f"{question}\n\n{instruction}" if instruction else question


@cache
def _forms() -> dict[str, str]:
    text = (bundled_folder("prompts") / "forms.toml").read_text(encoding="utf-8")
    return {kind: str(instruction) for kind, instruction in tomllib.loads(text).items()}
