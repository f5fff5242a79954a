"""Logs are JSON lines, ours and those of the libraries alike."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_QUIET: Final[Mapping[str, int]] = {
    "httpx": logging.WARNING,  # its lines carry addresses of accounts
    "procrastinate": logging.WARNING,  # a line per job, and a job is logged by who does it
    "psycopg.pool": logging.ERROR,  # what it warns of is told once, by who waits for it
}
# Addresses that let in whoever has them stand in Django's warnings.
_LINKS: Final = re.compile(r"(/portal/(?:apply/[^/\s]+|welcome/[^/\s]+|account/forgotten)/)[^/\s]+")


def configure(level: str, path: Path | None = None) -> BinaryIO:
    """To standard error, or to the end of the file at `path`; returns where lines go."""
    number = logging.getLevelNamesMapping()[level.upper()]
    binary = sys.stderr.buffer if path is None else path.open("ab")
    stream = TextIOWrapper(binary, encoding="utf-8", line_buffering=True)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            _without_texts,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, without_links, _without_texts],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name, lowest in _QUIET.items():
        logging.getLogger(name).setLevel(max(lowest, number))
    return binary


def without_links(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """One-time links of the portal, cut off before what is secret in them."""
    event["event"] = _LINKS.sub(r"\1…", str(event["event"]))
    return event


def _without_texts(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Of an exception its class and its places; its text may hold what was in a row."""
    given = event.pop("exc_info", None)
    if given:
        error = given if isinstance(given, BaseException) else sys.exc_info()[1]
        if isinstance(given, tuple):
            error = given[1]
        event["cause"] = type(error).__name__
        event["places"] = [
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in traceback.extract_tb(None if error is None else error.__traceback__)
        ]
    return event
