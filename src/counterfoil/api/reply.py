"""What goes back: one message, without a framework in between."""

from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.types import Send

JSON: Final = b"application/json"
Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Reply:
    """`outcome` is for logs and metrics only."""

    status: int
    body: bytes
    outcome: str
    content_type: bytes = JSON
    headers: tuple[Header, ...] = ()


def json_reply(
    status: int, answer: msgspec.Struct, outcome: str, headers: tuple[Header, ...] = ()
) -> Reply:
    return Reply(status, msgspec.json.encode(answer), outcome, JSON, headers)


def reply_headers(reply: Reply) -> list[Header]:
    return [
        (b"content-type", reply.content_type),
        (b"content-length", b"%d" % len(reply.body)),
        (b"cache-control", b"no-store"),
        *reply.headers,
    ]


async def send_reply(send: Send, reply: Reply) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": reply_headers(reply),
        }
    )
    await send({"type": "http.response.body", "body": reply.body})
