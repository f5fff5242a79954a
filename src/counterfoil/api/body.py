"""Reading what callers send, strictly and in one place.

    bytes of a request ─▶ at most 64 KiB ─▶ UTF-8 ─▶ JSON, each key once, no depths ─▶ an object

Errors say what is wrong with the form and never quote what was sent.
"""

import json
import re
from typing import Any, Final

import msgspec
from starlette.types import Receive

BODY_BYTES_MAX: Final = 64 * 1024
DEPTH_MAX: Final = 32
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NEITHER_STORED_NOR_SHOWN: Final = re.compile("[\0\ud800-\udfff]")


class MalformedBodyError(Exception):
    """The body cannot be read; the sentence says why, without quoting it."""


class BodyTooLargeError(Exception):
    """More bytes than a call here can need."""


class CallerGoneError(Exception):
    """The connection closed before the body was complete; nobody waits for an answer."""


async def whole_body(
    receive: Receive, headers: dict[bytes, bytes], *, bytes_max: int = BODY_BYTES_MAX
) -> bytes:
    """Raises BodyTooLargeError, without reading on."""
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit() or len(announced) > len(str(bytes_max)):
        raise BodyTooLargeError
    if int(announced) > bytes_max:
        raise BodyTooLargeError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGoneError
        body += message.get("body", b"")
        if len(body) > bytes_max:
            raise BodyTooLargeError
        if not message.get("more_body", False):
            return bytes(body)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises MalformedBodyError."""
    if not body or body.isspace():
        raise MalformedBodyError("The body is empty; send a JSON object.")
    _check_depth(body)
    plain = _plain_object(body)
    if plain is not None:
        return plain
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise MalformedBodyError("The body is not UTF-8.") from None
    except _RepeatedKeyError:
        raise MalformedBodyError("The body names a key twice.") from None
    except (ValueError, RecursionError):
        raise MalformedBodyError("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise MalformedBodyError("The body must be a JSON object.")
    if b"\\u" in body:
        check_texts(value)
    return value


def _plain_object(body: bytes) -> dict[str, Any] | None:
    """An object with as many keys as there are colons in its text: none of them can be there twice.
    What is not so simple is read again, more slowly, and judged there.
    """
    try:
        value = _PLAIN_DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    is_plain = len(value) == body.count(b":") and b"\\u" not in body
    return value if is_plain else None


class _RepeatedKeyError(ValueError):
    pass


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _not_json(_word: str) -> object:
    raise ValueError  # NaN and the infinities


_PLAIN_DECODER: Final = msgspec.json.Decoder(dict[str, Any])
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_not_json)


def _check_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise MalformedBodyError(f"The body is nested deeper than {DEPTH_MAX} levels.")
        elif byte in b"]}":
            depth -= 1


def check_texts(value: object) -> None:
    """An escape can smuggle in what no text here may hold: NUL and halves of characters."""
    if isinstance(value, str):
        if _NEITHER_STORED_NOR_SHOWN.search(value):
            raise MalformedBodyError("A text holds a character that is not allowed.")
    elif isinstance(value, dict):
        for key, each in value.items():
            check_texts(key)
            check_texts(each)
    elif isinstance(value, list):
        for each in value:
            check_texts(each)
