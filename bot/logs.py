"""Logs: one line of key=value an event; references and ids only, never names, addresses, texts."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def set_up_logs(*, quiet: bool = False) -> None:
    """Send structured lines to standard error; `quiet` leaves out all but errors."""
    level = logging.ERROR if quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_it_failed,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Bolt and the SDK log payloads at lower levels, and payloads hold people's words.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    # They call each ended line an error, ours at a stop too. What fails for good we say ourselves.
    # (Not by their level: websocket-client sets its own again whenever it connects.)
    for name in ("websocket", "slack_sdk"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False


def where_it_failed(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """In the place of a traceback: the error's type and the lines it passed.

    An error's own text, and what was in its variables, may be a customer's words.
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["passed"] = " > ".join(
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in frames
        )
    return event
