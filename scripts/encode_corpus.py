"""Encodes the bundled corpus and writes its vectors into the package.

    python scripts/encode_corpus.py

To be run when the corpus, the splitter or the encoder has changed: tests/ingest/test_shipped_vectors.py then fails.
"""

from rag.embedding.bundled import BundledEncoder
from rag.ingest.shipped_vectors import VECTORS_FILE, write_vectors
from rag.ingest.workers import encode_new_articles
from rag.package_data import bundled_folder
from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.ingest import LoadedArticle


def main() -> None:
    """Encodes every article of the corpus; no shipped vector is used for that."""
    encoder = BundledEncoder()
    loaded = load_articles([bundled_folder("corpus") / "articles"], Settings())
    articles = [item.article for item in loaded if isinstance(item, LoadedArticle)]
    passages = [stored for encoded in encode_new_articles(articles, encoder) for stored in encoded]
    write_vectors(VECTORS_FILE, encoder.fingerprint, passages)
    print(f"{len(articles)} articles, {len(passages)} passages, {VECTORS_FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
