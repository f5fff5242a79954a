"""What a worker tells people of without being asked: how commands ended, what waits for approval,
of which vouchers few are left. Any number of workers may: each thing is told once.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from counterfoil.engine.commands.content import SuspendOrganisation, TurnOrganisation
from counterfoil.portal.models.notifications import CommandToTell, Notification
from counterfoil.portal.names import organisation_name
from counterfoil.portal.notifications.parameters import Parameters
from counterfoil.portal.notifications.telling import notify
from counterfoil.portal.purchases.reading import command_content
from counterfoil.portal.purchases.refunded import note_refund
from counterfoil.portal.queries import rows

_ROWS_MAX: Final = 200
_KEPT: Final = timedelta(days=365)
_NOT_DONE: Final = frozenset({"refused", "rejected", "expired"})
_PERSON: Final = "person:"
_REFUND: Final = "refund_organisation"
_STANDINGS: Final = frozenset({"suspend_organisation", "turn_organisation"})
_CODED: Final = frozenset({"group", "programme", "acceptor-group"})


def remember_command(issuer_id: int, command_id: UUID) -> None:
    """So that its end is told; in the transaction in which it is prepared."""
    CommandToTell.objects.bulk_create(
        [CommandToTell(issuer_id=issuer_id, command_id=command_id)], ignore_conflicts=True
    )


def tell_of_waiting(
    issuer_id: int,
    command_id: UUID,
    *,
    kind: str,
    about: str,
    currency: str | None,
    amount_minor: int | None,
    by: str,
) -> None:
    """`about` is what the command is about, as in the trail."""
    notify(
        "approval_waiting",
        issuer_id=issuer_id,
        subject=f"command:{command_id}",
        parameters=Parameters(
            command=kind, name=_code(about), currency=currency or "", amount_minor=amount_minor
        ),
        by=by,
    )


def tell_ends() -> None:
    """Those who asked, and those who need not look at it any more."""
    while _told_ends() == _ROWS_MAX:
        pass


def tell_systems_requests() -> None:
    """Approvers hear of what calling systems ask for, too: the API knows no people."""
    for issuer_id in issuers():
        for command_id, kind, about, currency, amount_minor, by in rows(
            __package__, "commands_not_told", {"issuer_id": issuer_id, "rows_max": _ROWS_MAX}
        ):
            remember_command(issuer_id, command_id)
            tell_of_waiting(
                issuer_id,
                command_id,
                kind=kind,
                about=about,
                currency=currency,
                amount_minor=amount_minor,
                by=by,
            )


def tell_low_stocks() -> None:
    for issuer_id in issuers():
        _tell_low_stock(issuer_id)


def forget_old_notifications() -> None:
    Notification.objects.filter(at__lt=timezone.now() - _KEPT).delete()


@transaction.atomic
def _told_ends() -> int:
    found = rows(__package__, "commands_ended", {"rows_max": _ROWS_MAX})
    for _id, issuer_id, command_id, kind, about, status, approvals, *money, by in found:
        subject = f"command:{command_id}"
        Notification.objects.filter(
            issuer_id=issuer_id, subject=subject, kind="approval_waiting", read_at=None
        ).update(read_at=timezone.now())
        if (kind, status) == (_REFUND, "done"):
            note_refund(issuer_id, command_id)
            _tell_of_refund(issuer_id, command_id, about, money)
        if kind in _STANDINGS and status == "done":
            _tell_of_standing(issuer_id, command_id)
        told = _kind_told(status, approvals)
        if told and by.startswith(_PERSON):
            notify(
                told,
                issuer_id=issuer_id,
                subject=subject,
                person_id=int(by.removeprefix(_PERSON)),
                parameters=Parameters(
                    command=kind,
                    name=_code(about),
                    status=status,
                    currency=money[0] or "",
                    amount_minor=money[1],
                ),
            )
    CommandToTell.objects.filter(pk__in=[row[0] for row in found]).delete()
    return len(found)


def _tell_of_refund(issuer_id: int, command_id: UUID, about: str, money: Sequence[Any]) -> None:
    """The organisation that gets it; `about` is `organisation:7`."""
    notify(
        "refund_paid",
        issuer_id=issuer_id,
        subject=about,
        key=str(command_id),
        organisation_id=int(about.partition(":")[2]),
        parameters=Parameters(currency=money[0] or "", amount_minor=money[1]),
    )


def _tell_of_standing(issuer_id: int, command_id: UUID) -> None:
    """The people of an organisation: that it may no longer buy, or may again."""
    turned = command_content(issuer_id, command_id)
    match turned:
        case SuspendOrganisation():
            kind = "organisation_suspended"
        case TurnOrganisation(status="approved"):
            kind = "organisation_reinstated"
        case TurnOrganisation(status="closed"):
            kind = "organisation_closed"
        case _:
            return
    notify(
        kind,
        issuer_id=issuer_id,
        subject=turned.subject,
        key=str(command_id),
        organisation_id=turned.organisation_id,
        parameters=Parameters(name=organisation_name(issuer_id, turned.organisation_id)),
    )


def _code(about: str) -> str:
    """Of what people know by its code. All else has names that may be somebody's."""
    kind, _colon, code = about.partition(":")
    return code.partition(":")[0] if kind in _CODED else ""


def _kind_told(status: str, approvals: int) -> str:
    """Empty for what whoever asked has seen: what they took back, and what was done at once."""
    if status in _NOT_DONE:
        return "command_refused"
    return "command_done" if status == "done" and approvals > 0 else ""


@transaction.atomic
def _tell_low_stock(issuer_id: int) -> None:
    for time_id, code, name, free in rows(__package__, "stock_fallen", {"issuer_id": issuer_id}):
        notify(
            "stock_low",
            issuer_id=issuer_id,
            subject=f"group:{code}",
            key=str(time_id),
            parameters=Parameters(name=name, count=free),
        )


def issuers() -> Iterator[int]:
    after = 0
    while found := rows(__package__, "issuers", {"after": after, "rows_max": _ROWS_MAX}):
        for (issuer_id,) in found:
            yield issuer_id
        after = found[-1][0]
