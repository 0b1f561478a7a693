"""Hooks of mkdocs: pages from outside docs/ are part of the site, and links lead to where a page is in it.

In the repository a page links to files beside it and above it, such as ../CHANGELOG.md. In the site a file outside
docs/ is a page under project/ if PROJECT_PAGES names it; a link to any other file becomes its name.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
# File of the repository → its page in the site.
PROJECT_PAGES = {
    "CHANGELOG.md": "project/CHANGELOG.md",
    "CONTRIBUTING.md": "project/CONTRIBUTING.md",
    "SECURITY.md": "project/SECURITY.md",
    "corpus/README.md": "project/corpus.md",
    "prompts/README.md": "project/prompts.md",
    "evals/suites/README.md": "project/suites.md",
}
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^()\s]+)\)")


def on_files(files: Any, *, config: Any) -> Any:
    """Adds the pages from outside docs/."""
    for source, page in PROJECT_PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Rewrites the links of a page from places in the repository to places in the site."""
    sources = {site: source for source, site in PROJECT_PAGES.items()}
    site_path = page.file.src_uri
    folder = posixpath.dirname(sources.get(site_path, f"docs/{site_path}"))

    def rewritten(match: re.Match[str]) -> str:
        target, _, anchor = match["target"].partition("#")
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        place = site_place(posixpath.normpath(posixpath.join(folder, target)))
        if place is None:
            return match["text"]
        relative = posixpath.relpath(place, posixpath.dirname(site_path) or ".")
        return f"{match['image']}[{match['text']}]({relative}{'#' + anchor if anchor else ''})"

    return _LINK.sub(rewritten, markdown)


def site_place(path: str) -> str | None:
    """Where a file of the repository is in the site; None if it is not part of it."""
    if path in PROJECT_PAGES:
        return PROJECT_PAGES[path]
    if path == "README.md":
        return "README.md"
    return path.removeprefix("docs/") if path.startswith("docs/") and (ROOT / path).is_file() else None
