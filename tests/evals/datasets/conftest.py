"""The bundled articles' texts, by id."""

import pytest

from evals.datasets.articles import bundled_articles


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {article.id: article.text for article in bundled_articles()}
