"""Arrays on their way to PostgreSQL in its binary form, packed in one go.

psycopg adapts lists element by element, which costs more than the statement they are for
once a batch holds hundreds of rows. These lists of one type are packed by `struct` instead.
"""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_HEADER: Final = struct.Struct("!iIIii")  # dimensions, has nulls, element oid, length, lower bound
_POSTGRES_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_INFINITY: Final = 2**63 - 1


class Int8s(list[int]):
    """bigint[]"""


class Int4s(list[int]):
    """int[]"""


class Int2s(list[int]):
    """smallint[]"""


class Blobs(list[bytes]):
    """bytea[]"""


class Uuids(list[bytes]):
    """uuid[], each as its 16 bytes."""


class Texts(list[str]):
    """text[]"""


class Times(list[datetime | None]):
    """timestamptz[], None sent as infinity: read it with `nullif(x, 'infinity')`."""


class _IntegersDumper(Dumper):
    format = Format.BINARY
    element_oid: int
    pattern: str
    width: int

    def dump(self, obj: list[int]) -> Buffer:
        count = len(obj)
        if not count:
            return _HEADER.pack(0, 0, self.element_oid, 0, 0)[:12]
        flat = [self.width] * (2 * count)
        flat[1::2] = obj
        body = struct.pack("!" + self.pattern * count, *flat)
        return _HEADER.pack(1, 0, self.element_oid, count, 1) + body


class _Int8sDumper(_IntegersDumper):
    oid, element_oid, pattern, width = 1016, 20, "iq", 8


class _Int4sDumper(_IntegersDumper):
    oid, element_oid, pattern, width = 1007, 23, "ii", 4


class _Int2sDumper(_IntegersDumper):
    oid, element_oid, pattern, width = 1005, 21, "ih", 2


class _TimesDumper(_IntegersDumper):
    oid, element_oid, pattern, width = 1185, 1184, "iq", 8

    def dump(self, obj: list[datetime | None]) -> Buffer:  # type: ignore[override]
        return super().dump(
            [_INFINITY if at is None else (at - _POSTGRES_EPOCH) // _MICROSECOND for at in obj]
        )


class _BlobsDumper(Dumper):
    format = Format.BINARY
    oid = 1001
    element_oid = 17

    def dump(self, obj: list[bytes]) -> Buffer:
        if not obj:
            return _HEADER.pack(0, 0, self.element_oid, 0, 0)[:12]
        parts = [b""] * (2 * len(obj))
        parts[0::2] = [len(item).to_bytes(4, "big") for item in obj]
        parts[1::2] = obj
        return _HEADER.pack(1, 0, self.element_oid, len(obj), 1) + b"".join(parts)


class _UuidsDumper(_BlobsDumper):
    oid = 2951
    element_oid = 2950


class _TextsDumper(_BlobsDumper):
    oid = 1009
    element_oid = 25

    def dump(self, obj: list[str]) -> Buffer:  # type: ignore[override]
        return super().dump([item.encode() for item in obj])


_DUMPER_CLASSES: Final[Mapping[type, type[Dumper]]] = {
    Int8s: _Int8sDumper,
    Int4s: _Int4sDumper,
    Int2s: _Int2sDumper,
    Times: _TimesDumper,
    Blobs: _BlobsDumper,
    Uuids: _UuidsDumper,
    Texts: _TextsDumper,
}
DUMPERS: Final[Mapping[type, Dumper]] = {
    kind: dumper(kind) for kind, dumper in _DUMPER_CLASSES.items()
}


def register() -> None:
    """Teach psycopg these lists; done once when `engine.database` is imported."""
    for kind, dumper in _DUMPER_CLASSES.items():
        psycopg.adapters.register_dumper(kind, dumper)
