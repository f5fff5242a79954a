"""What tests of the engine's side of banks are given: a file as the gateway tells it."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from counterfoil.engine.banking.told import ToldEntry, ToldFile, ToldReport

TODAY: Final = datetime.now(UTC).date() - timedelta(days=10)


def entry(reference: str, minor: int, *, of: UUID | None = None) -> ToldEntry:
    """Below zero money leaves."""
    return ToldEntry(
        bank_reference=reference,
        amount_minor=abs(minor),
        is_credit=minor > 0,
        booked_on=TODAY,
        value_on=TODAY,
        payment_id=of,
        batch_id=None,
        return_reason=None,
        return_because=None,
        payer_name="",
        payer_reference="",
        note="",
    )


def statement(account: str, opening: int, entries: list[ToldEntry]) -> ToldFile:
    booked = sum(e.amount_minor if e.is_credit else -e.amount_minor for e in entries)
    report = ToldReport(
        account=account,
        report_id=secrets.token_hex(8),
        currency="KES",
        number=None,
        opening_minor=opening,
        closing_minor=opening + booked,
        closed_on=TODAY,
        entries=tuple(entries),
    )
    return ToldFile(
        digest=secrets.token_bytes(32),
        rail="bank",
        kind="statement",
        message_id=secrets.token_hex(8),
        answers_to=None,
        refused=None,
        refused_because=None,
        is_repeat=False,
        payments=(),
        reports=(report,),
    )


def as_news(told: ToldFile) -> ToldFile:
    """The same lines in a notification."""
    (report,) = told.reports
    lines = replace(report, opening_minor=None, closing_minor=None, closed_on=None)
    return replace(
        told,
        digest=secrets.token_bytes(32),
        message_id=secrets.token_hex(8),
        kind="notification",
        reports=(lines,),
    )
