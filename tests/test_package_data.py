"""The files that ship with the package are where the package looks for them."""

import pytest

from rag.package_data import bundled_folder, model_file


@pytest.mark.parametrize(
    "name",
    ["all-MiniLM-L6-v2.onnx", "verifier.onnx", "reader.onnx", "tokenizer.json", "verifier.json", "checking.json",
     "intents.npz", "corpus-vectors.npz"],
)  # fmt: skip
def test_every_model_file_is_there(name: str) -> None:
    assert model_file(name).stat().st_size > 100


def test_the_bundled_folders_hold_articles_and_prompts() -> None:
    assert len(list((bundled_folder("corpus") / "articles").glob("*.md"))) > 50
    assert (bundled_folder("prompts") / "understand.md").is_file()
