"""Loggers of other libraries: quiet while a source is read, and as they were afterwards."""

import importlib
import logging
import threading

import pytest

from rag.errors import ReadError
from rag.readers.log_levels import log_level
from rag.readers.pages.html import article_from_html
from rag.readers.pdf import article_from_pdf

NAMES = ("trafilatura", "htmldate", "readability", "pypdf")


def test_a_logger_has_its_level_back_when_the_reading_ends() -> None:
    logger = logging.getLogger("tests.quiet")
    logger.setLevel(logging.INFO)
    with log_level(logging.CRITICAL, "tests.quiet"):
        assert logger.level == logging.CRITICAL
    assert logger.level == logging.INFO


def test_the_level_comes_back_when_the_reading_fails() -> None:
    logger = logging.getLogger("tests.failing")
    with pytest.raises(ValueError, match="broken"), log_level(logging.CRITICAL, "tests.failing"):
        raise ValueError("broken")
    assert logger.level == logging.NOTSET


def test_of_two_readings_at_once_the_last_one_puts_the_level_back() -> None:
    logger = logging.getLogger("tests.shared")
    begun, may_end = threading.Event(), threading.Event()

    def read_slowly() -> None:
        with log_level(logging.ERROR, "tests.shared"):
            begun.set()
            may_end.wait(60)

    with log_level(logging.ERROR, "tests.shared"):
        reading = threading.Thread(target=read_slowly)
        reading.start()
        begun.wait(60)
    assert logger.level == logging.ERROR
    may_end.set()
    reading.join(60)
    assert logger.level == logging.NOTSET


def test_reading_a_page_and_a_pdf_changes_no_logger() -> None:
    for library in ("trafilatura", "pypdf"):  # some set a level of their own when they are imported
        importlib.import_module(library)
    before = {name: logging.getLogger(name).level for name in NAMES}
    for read, data in ((article_from_html, b"<html><p>Too short.</p></html>"), (article_from_pdf, b"%PDF-1.7 broken")):
        with pytest.raises(ReadError):
            read(data, "a source", "a-source")
    assert {name: logging.getLogger(name).level for name in NAMES} == before
