"""An attack is sent, and what it left behind is looked at before it is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from tests.portal.access.visiting import Written, body_of, taken_back, visit


@dataclass(frozen=True, slots=True)
class Met:
    """What an attack met: the answer's status, where it led, what it said."""

    status: int
    where: str
    page: str


def attack(
    browser: Client,
    path: str,
    sent: Mapping[str, object] | None = None,
    *,
    method: str = "POST",
) -> Met:
    """Sends it and fails where anything was written, or a mail would have gone."""
    with taken_back():
        written, waiting = Written(), len(connection.run_on_commit)
        answer = visit(browser, method, path, sent)
        met = Met(
            answer.status_code,
            answer.headers.get("Location", ""),
            body_of(answer).decode(errors="replace"),
        )
        assert written.tables() == set(), (path, met.status)
        assert len(connection.run_on_commit) == waiting, path
    return met
