"""What people moved of a funding account: deposits, withdrawals and provisions, each with who
prepared it, who approved it and the paper that shows it.

The journal is the truth; a command is found for what was asked by one, in the portal or not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from counterfoil.engine.commands import content as asks
from counterfoil.engine.journal import OWN_REFERENCE
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.listing import Wanted, span
from counterfoil.portal.models import Evidence, Upload
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.money.ledger import FundingAccount
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows
from counterfoil.voucher import Action

KINDS: Final = {
    "deposits": Action.DEPOSIT,
    "withdrawals": Action.WITHDRAW,
    "provisions": Action.PROVISION,
}
_COMMAND: Final = "command:"
_WAITED_AT_MOST: Final = timedelta(days=15)  # a command waits less


@dataclass(frozen=True, slots=True)
class Movement:
    """`of` is the amount of one voucher of a provision."""

    operation_id: int
    at: datetime
    action: Action
    money: Money
    reference: str
    reason: str
    provision_id: int | None
    group_name: str | None
    vouchers: int | None
    of: Money | None
    key: Key
    by: str
    approved_by: Sequence[str] = ()
    command_id: UUID | None = None
    evidence: Upload | None = None
    value_date: date | None = None

    @property
    def is_deposit(self) -> bool:
        return self.action is Action.DEPOSIT

    @property
    def is_provision(self) -> bool:
        return self.action is Action.PROVISION


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command of a movement."""

    command_id: UUID
    approved_by: Sequence[str]
    value_date: date | None


def movements(account: FundingAccount, office: Office, wanted: Wanted) -> list[Movement]:
    """A page of them. At most four queries."""
    found = rows(
        __package__,
        "movements",
        {
            **wanted.parameters,
            **span(wanted.filters),
            "issuer_id": office.issuer_id,
            "funding_account_id": account.funding_account_id,
            "action": KINDS.get(wanted.filters["kind"] or ""),
        },
    )
    if not found:
        return []
    asked = _asked_for(office, account, found)
    papers = {
        each.command_id: each.upload
        for each in Evidence.objects.filter(
            issuer_id=office.issuer_id, command_id__in={each.command_id for each in asked.values()}
        ).select_related("upload")
    }
    names = names_of(
        {row[4] for row in found} | {who for each in asked.values() for who in each.approved_by}
    )
    return [
        _movement(account, row, _place(wanted.sort, row), asked.get(row[0]), papers, names)
        for row in found
    ]


def _place(sort: str, row: tuple) -> Key:  # type: ignore[type-arg]
    operation_id, _at, _action, amount_minor, *_more = row
    number = {"oldest": operation_id, "amount": -amount_minor}.get(sort, -operation_id)
    return number, operation_id


def _movement(
    account: FundingAccount,
    row: tuple,  # type: ignore[type-arg]
    key: Key,
    asked: _Asked | None,
    papers: dict[UUID, Upload],
    names: dict[str, str],
) -> Movement:
    operation_id, at, action, amount_minor, actor, reference, reason, *provision = row
    provision_id, group_name, vouchers, voucher_minor = provision
    of = None if voucher_minor is None else Money(voucher_minor, account.currency)
    return Movement(
        operation_id,
        at,
        Action(action),
        Money(amount_minor, account.currency),
        "" if reference.startswith((OWN_REFERENCE, _COMMAND)) else reference,
        reason,
        provision_id,
        group_name,
        vouchers,
        of,
        key,
        names[actor],
        [names[who] for who in asked.approved_by] if asked else (),
        asked.command_id if asked else None,
        papers.get(asked.command_id) if asked else None,
        asked.value_date if asked else None,
    )


def _asked_for(
    office: Office,
    account: FundingAccount,
    found: Sequence[tuple],  # type: ignore[type-arg]
) -> dict[int, _Asked]:
    """By operation: a provision names its command, a deposit is its command's reference."""
    named = {row[0]: _command_named(row[5]) for row in found}
    spans = _spans(row[1] for row in found)
    commands = rows(
        __package__,
        "movement_commands",
        {
            "issuer_id": office.issuer_id,
            "command_ids": list(named.values()),
            "subject": account.subject,
            "since": [since for since, _until in spans],
            "until": [until for _since, until in spans],
        },
    )
    contents = {command_id: asks.decoded(bytes(content)) for command_id, content, _who in commands}
    by_id = {
        command_id: _Asked(command_id, who, _value_date(contents[command_id]))
        for command_id, _content, who in commands
    }
    by_reference = {
        key: by_id[command_id]
        for command_id, asked in contents.items()
        if (key := _key(asked)) is not None
    }
    found_for = {
        row[0]: by_id.get(named[row[0]]) or by_reference.get((row[2], row[5], row[3]))
        for row in found
    }
    return {operation_id: asked for operation_id, asked in found_for.items() if asked is not None}


def _spans(moments: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """When the commands of what was done then were prepared; what overlaps is one."""
    spans: list[tuple[datetime, datetime]] = []
    for until in sorted(moments):
        since = until - _WAITED_AT_MOST
        if spans and since <= spans[-1][1]:
            since = spans.pop()[0]
        spans.append((since, until))
    return spans


def _key(asked: asks.Asked) -> tuple[int, str, int] | None:
    """As the journal has what it asks for: action, reference, amount."""
    if isinstance(asked, asks.Deposit):
        return Action.DEPOSIT, asked.reference, asked.amount_minor
    if isinstance(asked, asks.Withdraw):
        return Action.WITHDRAW, asked.reference, asked.amount_minor
    return None


def _value_date(asked: asks.Asked) -> date | None:
    return asked.value_date if isinstance(asked, asks.Deposit) else None


def _command_named(reference: str) -> UUID:
    """The nil one, which no command has, where it names none."""
    try:
        return UUID(reference.removeprefix(_COMMAND))
    except ValueError:
        return UUID(int=0)
