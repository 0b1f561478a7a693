"""Mistakes of our own, planted where the stores meet a caller's code: in callbacks, in names, in conversions.

Each must come out as it was raised, whatever store was working: never as damage, never answered with a rebuild.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

PLANTED_ERRORS = (KeyError("a typo"), ValueError("a bug of ours"), TypeError("an argument of ours"))


def raising(error: Exception) -> Callable[..., NoReturn]:
    """A callback that raises `error`."""

    def callback(*_arguments: Any, **_named: Any) -> NoReturn:
        raise error

    return callback


def raising_iterator(error: Exception, *items: Any) -> Iterator[Any]:
    """Gives `items`, then raises `error`."""
    yield from items
    raise error


class PlantedName(str):
    """A name that raises `error` when it is looked up or compared."""

    error: Exception

    def __new__(cls, error: Exception) -> "PlantedName":
        name = super().__new__(cls, "planted")
        name.error = error
        return name

    def __hash__(self) -> int:
        raise self.error

    def __eq__(self, other: object) -> bool:
        raise self.error


class PlantedValue(str):
    """Text that raises `error` when it is converted into a row."""

    error: Exception

    def __new__(cls, error: Exception) -> "PlantedValue":
        value = super().__new__(cls, "planted")
        value.error = error
        return value

    def __deepcopy__(self, memo: object) -> NoReturn:  # dataclasses.asdict
        raise self.error


class PlantedText(str):
    """Text that raises `error` when it is escaped for a page."""

    error: Exception

    def __new__(cls, error: Exception) -> "PlantedText":
        text = super().__new__(cls, "planted")
        text.error = error
        return text

    def replace(self, *_arguments: Any, **_named: Any) -> NoReturn:
        raise self.error


class FaultyObject:
    """`original`, but for one of its attributes, whose use raises `error`."""

    def __init__(self, original: object, attribute: str, error: Exception) -> None:
        self.original, self.attribute, self.error = original, attribute, error

    def __getattr__(self, name: str) -> Any:
        if name == self.attribute:
            raise self.error
        return getattr(self.original, name)


class PlantedNumber(float):
    """A number that raises `error` when it, or a sum with it, is compared."""

    error: Exception

    def __new__(cls, error: Exception, value: float = 60.0) -> "PlantedNumber":
        number = super().__new__(cls, value)
        number.error = error
        return number

    def __add__(self, other: float) -> "PlantedNumber":
        return PlantedNumber(self.error, float(self) + other)

    __radd__ = __add__

    def _compare(self, other: object) -> NoReturn:
        raise self.error

    __lt__ = __le__ = __gt__ = __ge__ = _compare


class PlantedPath:
    """A path that raises `error` when it is read as one."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __fspath__(self) -> NoReturn:
        raise self.error


class PlantedVector:
    """A vector that raises `error` when it is converted to an array."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __array__(self, *_arguments: Any, **_named: Any) -> np.ndarray:
        raise self._error


class PlantedValues(tuple[str, ...]):
    """Values of a filter that raise `error` when they are read."""

    error: Exception

    def __new__(cls, error: Exception) -> "PlantedValues":
        values = super().__new__(cls, ("planted",))
        values.error = error
        return values

    def __iter__(self) -> Iterator[str]:
        raise self.error


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a library by its path, but for locks and for what SQLite writes when it only reads."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("writer.") and not path.name.endswith(("-shm", "-wal", ".lock"))
    }
