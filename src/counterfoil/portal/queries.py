"""What the portal reads of the engine: statements in files, run as the portal's role."""

from collections.abc import Mapping
from typing import Any, cast

from django.db import connection
from django.db.backends.utils import CursorWrapper

from counterfoil.engine.database import Connection
from counterfoil.statements import statement


def rows(package: str, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Through Django's cursor, in whatever transaction the request is in."""
    with connection.cursor() as cursor:
        cursor.execute(statement(package, name).decode(), parameters)
        return list(cursor.fetchall())


def engine_connection() -> Connection:
    """For functions of the engine that only execute: Django's connection, in its transaction."""
    return cast("Connection", _DjangoConnection())


class _DjangoConnection:
    def execute(self, query: bytes, parameters: Mapping[str, Any]) -> CursorWrapper:
        cursor = connection.cursor()
        cursor.execute(query.decode(), parameters)
        return cursor
