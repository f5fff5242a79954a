"""Where merchants and agents are paid, and whether they are.

    rebank ─▶ next bank data, payouts wait ─▶ cooling-off over ─▶ switch: it is the bank data now
                                         └──▶ cancel: the old one stays

Until it is switched an acceptor is who it was at the till: the old name and account. While payouts
wait or are held it goes on redeeming; what would be paid at once is owed to it instead.
"""

from typing import Final

from counterfoil.engine.acceptors import (
    AcceptorChange,
    change_acceptor,
    with_bank,
    write_acceptor,
)
from counterfoil.engine.administering import Asked, record
from counterfoil.engine.catalogue import Acceptor, BankData
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.statements import statement
from counterfoil.voucher import Action

SWITCHES_MAX: Final = 500
_SWITCHER: Final = Caller(0, "system:bank-data")


def rebank_acceptor(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    bank: BankData,
    *,
    cooling_off_seconds: int | None = None,
    reason: str,
    reference: str | None = None,
    expected_version: int | None = None,
) -> Acceptor:
    """It is paid there from the end of the cooling-off on: the issuer's own unless it is given.
    At once where that is 0, and where it was never approved, because nobody owes it anything.
    """
    return change_acceptor(
        connection,
        issuer,
        caller,
        acceptor_id,
        AcceptorChange(bank=bank, cooling_off_seconds=cooling_off_seconds),
        reason=reason,
        reference=reference,
        expected_version=expected_version,
    )


def cancel_rebank(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    *,
    reason: str,
    reference: str | None = None,
    expected_version: int | None = None,
) -> Acceptor:
    """What waits to be its bank data is dropped; where nothing waits, nothing happens."""
    return change_acceptor(
        connection,
        issuer,
        caller,
        acceptor_id,
        AcceptorChange(keeps_bank=True),
        reason=reason,
        reference=reference,
        expected_version=expected_version,
    )


def hold_payouts(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    acceptor_id: int,
    *,
    held: bool,
    reason: str,
    reference: str | None = None,
    expected_version: int | None = None,
) -> Acceptor:
    """Hold its payouts, with a reason, or release them."""
    return change_acceptor(
        connection,
        issuer,
        caller,
        acceptor_id,
        AcceptorChange(payouts_held=held),
        reason=reason,
        reference=reference,
        expected_version=expected_version,
    )


def switch_due_accounts(connection: Connection, issuer: Issuer) -> int:
    """Let the bank data count whose cooling-off is over. Returns for how many, SWITCHES_MAX at
    most.
    """
    due = connection.execute(
        statement(__package__, "acceptors_to_switch"),
        {"issuer_id": issuer.issuer_id, "acceptors_max": SWITCHES_MAX},
    ).fetchall()
    if not due:
        connection.rollback()
        return 0
    journal = issuer.begin(connection)
    version = journal.raise_catalogue()
    switched = 0
    for (acceptor_id,) in due:
        before = issuer.catalogue.acceptors_by_id[acceptor_id]
        bank, counts_from = before.next_bank, before.next_from
        if bank is None or counts_from is None or counts_from > journal.head.now:
            continue  # cancelled or changed before the head was ours
        write_acceptor(connection, issuer, with_bank(before, bank), version)
        asked = Asked(caller=_SWITCHER, action=Action.CHANGE_ACCEPTOR, content=[], reference=None)
        subject = f"acceptor:{acceptor_id}:bank-switched"
        record(issuer, journal, asked, subject=subject, acceptor_id=acceptor_id)
        switched += 1
    if not switched:
        connection.rollback()
        return 0
    commit(connection, issuer, journal)
    return switched
