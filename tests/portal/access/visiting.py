"""Asking the portal as somebody, and taking back whatever came of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Final

from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client

NOT_KEPT: Final = frozenset({"cache", "django_session", "usersessions_usersession"})
_WRITTEN: Final = (
    "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
    " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
)


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def visit(
    browser: Client,
    method: str,
    path: str,
    data: Mapping[str, object] | None = None,
    **headers: str,
) -> HttpResponseBase:
    """The browser forgets what it was told; a fault is an answer (500), as in a server."""
    before = SimpleCookie({name: cookie.value for name, cookie in browser.cookies.items()})
    browser.raise_request_exception = False
    if method == "POST":
        answer = browser.post(path, dict(data or {}), headers=headers)
    elif method in {"GET", "HEAD"}:
        answer = getattr(browser, method.lower())(path, dict(data or {}), headers=headers)
    else:
        answer = browser.generic(method, path, headers=headers)
    browser.cookies = before
    assert isinstance(answer, HttpResponseBase)
    return answer


def body_of(answer: HttpResponseBase) -> bytes:
    """All of it, however it is sent; what is read to its end is closed."""
    return b"".join(answer)


class Written:
    """Which tables the transaction has written to since, but for what is of the visit alone."""

    def __init__(self) -> None:
        self._before = _written()

    def tables(self) -> frozenset[str]:
        now = _written()
        return frozenset(t for t in now if now[t] != self._before.get(t, 0)) - NOT_KEPT


def _written() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return dict(cursor.fetchall())
