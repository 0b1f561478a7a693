"""Paths of the package's data: models, prompts, the bundled corpus."""

from pathlib import Path


def bundled_folder(name: str) -> Path:
    """The folder `name` ("corpus", "prompts") that ships with the package.

    It is inside the package in a wheel, and beside it in a checkout.
    """
    package = Path(__file__).parent
    inside = package / "bundled" / name
    return inside if inside.is_dir() else package.parent / name


def model_file(name: str) -> Path:
    """The path of the bundled model file `name`: weights, tokenizer or model card."""
    return Path(__file__).parent / "models" / name
