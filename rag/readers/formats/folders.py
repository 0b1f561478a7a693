"""Which files of a folder or an archive are read, and in which order.

Hidden files are not read, nor the folder that a browser saves beside a page. Exports come first, so that the texts that
they name are known to belong to them.
"""

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from rag.readers.formats.table import READABLE_SUFFIXES

# Formats whose entries name files beside them.
_EXPORT_SUFFIXES = (".ris", ".bib", ".json")
# Browsers name the folder after the page, in the language of the browser.
_SAVED_PAGE_FOLDER = re.compile(
    r"(?P<page>.+)[_-](?:files|Dateien|fichiers|archivos|arquivos|file|bestanden|filer|pliki|ficheiros)"
)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is left out."""
    return name == "__MACOSX" or (name.startswith(".") and name != "..")


def is_saved_page_folder(name: str, names_beside: Collection[str]) -> bool:
    """Whether a browser saved the folder `name` beside a page.

    Such a folder holds pictures, scripts and frames.
    """
    match = _SAVED_PAGE_FOLDER.fullmatch(name)
    return match is not None and any(f"{match['page']}{suffix}" in names_beside for suffix in (".html", ".htm"))


def reading_order(name: str) -> tuple[bool, str]:
    """The key by which the files and folders of one folder are sorted."""
    return not may_name_files(name), name


def may_name_files(name: str) -> bool:
    """Whether a file of this name may be an export that names other files."""
    return PurePosixPath(name).suffix.lower() in _EXPORT_SUFFIXES


def readable_members(names: list[str]) -> list[str]:
    """The members of an archive that are read, in order."""
    all_names = set(names)
    members = [
        name
        for name in names
        if PurePosixPath(name).suffix.lower() in READABLE_SUFFIXES
        and not any(is_hidden(part) for part in PurePosixPath(name).parts)
        and not _is_in_saved_page_folder(name, all_names)
    ]
    return sorted(
        members, key=lambda name: (PurePosixPath(name).parent.parts, *reading_order(PurePosixPath(name).name))
    )


def _is_in_saved_page_folder(name: str, all_names: set[str]) -> bool:
    for folder in PurePosixPath(name).parents:
        match = _SAVED_PAGE_FOLDER.fullmatch(folder.name)
        if match and any(str(folder.with_name(match["page"] + suffix)) in all_names for suffix in (".html", ".htm")):
            return True
    return False
