"""Where the money of the demonstration came from: months of deposits, each with its slip, agreed
to by as many as it needs. Loaded when Django knows its settings.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from counterfoil.cli.demonstration import cast, drawing
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.registering import kept
from counterfoil.cli.demonstration.slips import COLLECTION, WAITS, Slip
from counterfoil.engine.commands.content import Deposit, OpenFundingAccount, Withdraw
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.portal.models import Evidence
from counterfoil.portal.uploads import attach

_PURPOSE: Final = "deposit"  # as the money room keeps its papers
BOTH: Final = ("approver", "approver2")


def open_bursaries(desk: Desk) -> None:
    desk.done(
        "finance",
        "bursary account",
        OpenFundingAccount(
            fsp=cast.FSP,
            account=cast.BURSARY_ACCOUNT,
            currency=cast.CURRENCY,
            name=cast.BURSARY_NAME,
        ),
        "The assembly wants bursaries kept apart from relief.",
    )


def pay_in(desk: Desk, slip: Slip) -> None:
    desk.agreed(_asked(desk, slip), BOTH)


def send_back(desk: Desk) -> None:
    desk.done(
        "finance",
        "returned",
        Withdraw(
            funding_account_id=account_id(desk, cast.FUNDING_ACCOUNT),
            amount_minor=120_000_00,
            currency=cast.CURRENCY,
            reference="RET-2291",
        ),
        "Part of the collection was meant for the hospital, and went there.",
    )


def wait_with_money(desk: Desk) -> None:
    """One that needs one more; one that counted before; one with a slip nobody could read."""
    waiting = _asked(desk, WAITS)
    desk.decide("administrator", waiting, in_place_of="approver2", reason="Seen on the statement.")
    again = desk.ask(
        "finance",
        "the collection once more",
        _deposit(desk, COLLECTION),
        f"{COLLECTION.payer}, as on the statement of the month.",
    )
    desk.decide("approver", again)
    desk.end(again, "refused")
    unread = desk.ask(
        "finance",
        "a slip nobody could read",
        Deposit(
            funding_account_id=account_id(desk, cast.BURSARY_ACCOUNT),
            amount_minor=85_000_00,
            currency=cast.CURRENCY,
            reference="BUR-T3-0061",
        ),
        "Paid in by the parents of Lodwar Boys.",
    )
    desk.decide(
        "approver",
        unread,
        Verdict.REJECT,
        reason="There is no slip with it. Please ask the bank for one and send it again.",
    )
    desk.end(unread, "rejected")


def account_id(desk: Desk, account: str) -> int:
    (found,) = (
        each.funding_account_id
        for each in desk.issuer.catalogue.funding_accounts.values()
        if each.account == account
    )
    return found


def _asked(desk: Desk, slip: Slip) -> UUID:
    """The command and its slip, together."""
    name = f"deposit {slip.reference}"
    command_id = known_as(name)
    if desk.row(command_id) is not None:
        return command_id
    lines = [
        f"To {cast.ISSUER_NAME}, account {slip.account}",
        f"From {slip.payer}",
        f"Amount {slip.money}",
        f"Reference {slip.reference}",
        f"Value date {desk.today - timedelta(days=slip.days):%d %B %Y}",
    ]
    with transaction.atomic():
        who = desk.office("finance").person
        advice = drawing.pdf("Credit advice", lines)
        name_of_file = f"credit advice {slip.reference.replace('/', '-')}.pdf"
        upload = kept(desk, name_of_file, advice, _PURPOSE, who)
        attach(upload)
        Evidence.objects.create(issuer_id=desk.issuer_id, command_id=command_id, upload=upload)
        asked = _deposit(desk, slip, evidence=bytes(upload.digest).hex())
        return desk.ask("finance", name, asked, slip.payer)


def _deposit(desk: Desk, slip: Slip, *, evidence: str | None = None) -> Deposit:
    return Deposit(
        funding_account_id=account_id(desk, slip.account),
        amount_minor=slip.amount_minor,
        currency=cast.CURRENCY,
        reference=slip.reference,
        value_date=desk.today - timedelta(days=slip.days),
        evidence=evidence,
    )
