"""Where the server's log goes and how its lines look: text or JSON."""

import logging
import sys

from rag.server.monitoring.access_log import log as access_log
from rag.server.monitoring.access_log import request_id
from rag.settings import Settings

_TEXT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"


def configure_logging(settings: Settings) -> None:
    """Sends the process's log to standard error in the form of the settings.

    For a process of our own. Without settings for it, Python's own behaviour stays: warnings, as bare lines.
    """
    access_log.setLevel(logging.INFO if settings.access_log else logging.WARNING)
    if not settings.access_log and settings.log_format == "text":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_add_request_id)
    handler.setFormatter(_json_formatter() if settings.log_format == "json" else logging.Formatter(_TEXT))
    root = logging.getLogger()
    root.handlers = [handler]
    # uvicorn's own handler would print its lines in its own form.
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


def _json_formatter() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        "{asctime}{levelname}{name}{message}{request_id}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
    )


def _add_request_id(record: logging.LogRecord) -> bool:
    """Gives a record the id of the request in which it was written."""
    if not hasattr(record, "request_id"):
        record.request_id = request_id.get()
    return True
