"""An approved run, sent: a chunk of its payouts is one transaction, in which their redemptions
become paid, the money is on its way, and each has a payment that a rail then takes.

    approve_run ─▶ sending ─▶ send_chunk, until none is left ─▶ sent ─▶ ended, with its last payment

What is not any more as it was approved is left out and stays owed: an acceptor that is held by now
or has other bank data, redemptions that another run has paid.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, or_nothing, record, recorded_subject
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.database import Connection, refresh_plans
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller, new_payment_id
from counterfoil.engine.payouts.counting import SYSTEM, waits
from counterfoil.engine.payouts.reading import (
    RETRIED,
    Payout,
    Run,
    payout_of,
    payouts_of,
    run_of,
    subject_of,
)
from counterfoil.engine.payouts.routes import rail_for, routes_of
from counterfoil.errors import ConflictError
from counterfoil.keys.digests import content_hash
from counterfoil.statements import statement
from counterfoil.voucher import Action

CHUNK_PAYOUTS: Final = 500


def approve_run(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    run_id: int,
    digest: bytes,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Let a run be sent as it was previewed. Raises NotFoundError; ConflictError where it is at
    another step, or the digest is of another preview.
    """
    asked = Asked(
        caller=caller,
        action=Action.APPROVE_PAYOUT_RUN,
        content=[run_id, digest, reason],
        reference=reference,
        reason=reason,
    )
    _turn(connection, issuer, asked, run_id, digest, "sending")


def drop_run(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    run_id: int,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """What it would have paid stays owed. Raises NotFoundError; ConflictError where it is being
    sent already.
    """
    asked = Asked(
        caller=caller,
        action=Action.DROP_PAYOUT_RUN,
        content=[run_id, reason],
        reference=reference,
        reason=reason,
    )
    _turn(connection, issuer, asked, run_id, None, "dropped")


def _turn(  # which run, asked how, shown by which digest, to which step
    connection: Connection,
    issuer: Issuer,
    asked: Asked,
    run_id: int,
    digest: bytes | None,
    status: str,
) -> None:
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        run = run_of(connection, issuer, run_id)
        if run.status != "previewed":
            raise ConflictError(f"The run is {run.status} already.")
        if digest is not None and digest != run.digest:
            raise ConflictError("The run was counted anew since; look at it again.")
        connection.execute(
            statement(__package__, "turn_run"),
            {
                "issuer_id": issuer.issuer_id,
                "run_id": run_id,
                "status": status,
                "now": journal.head.now,
            },
        )
        record(issuer, journal, asked, subject=f"payout-run:{run_id}")
        commit(connection, issuer, journal)


def send_chunk(connection: Connection, issuer: Issuer, run_id: int) -> bool:
    """Send the next payouts of a run; whether there are more of them."""
    refresh_plans(connection)
    journal = issuer.begin(connection)
    with or_nothing(connection):
        run = run_of(connection, issuer, run_id)
        if run.status != "sending":
            connection.rollback()
            return False
        chunk = payouts_of(
            connection,
            issuer,
            run_id,
            after_acceptor=run.sent_to,
            payouts_max=CHUNK_PAYOUTS,
        )
        listed = [payout for payout in chunk if payout.status == "listed"]
        left_out = _left_out(connection, issuer, run, listed)
        sent = [payout for payout in listed if payout.acceptor_id not in left_out]
        _leave_out(connection, issuer, run, left_out)
        if sent:
            _send(connection, issuer, journal, run, sent)
        is_last = len(chunk) < CHUNK_PAYOUTS
        connection.execute(
            statement(__package__, "note_sent"),
            {
                "issuer_id": issuer.issuer_id,
                "run_id": run_id,
                "sent": len(sent),
                "left_out": len(left_out),
                "left_out_minor": sum(
                    payout.net_minor for payout in listed if payout.acceptor_id in left_out
                ),
                "sent_to": run.sent_to if not chunk else chunk[-1].acceptor_id,
                "is_last": is_last,
                "now": journal.head.now,
            },
        )
        commit(connection, issuer, journal)
    return not is_last


def _left_out(
    connection: Connection, issuer: Issuer, run: Run, listed: Sequence[Payout]
) -> dict[int, str]:
    """Whose payout is not as it was approved any more, and why."""
    reasons: dict[int, str] = {}
    for payout in listed:
        acceptor = issuer.catalogue.acceptors_by_id[payout.acceptor_id]
        reason = waits(acceptor)
        if reason is None and acceptor.bank != BankData(payout.scheme, payout.fsp, payout.account):
            reason = "bank_data"
        if reason is not None:
            reasons[payout.acceptor_id] = reason
    changed = connection.execute(
        statement(__package__, "changed_since"),
        {
            "issuer_id": issuer.issuer_id,
            "run_id": run.run_id,
            "acceptor_ids": [payout.acceptor_id for payout in listed],
        },
    )
    for (acceptor_id,) in changed:
        reasons.setdefault(acceptor_id, "changed")
    return reasons


def _leave_out(connection: Connection, issuer: Issuer, run: Run, left_out: dict[int, str]) -> None:
    if not left_out:
        return
    connection.execute(
        statement(__package__, "leave_out"),
        {
            "issuer_id": issuer.issuer_id,
            "run_id": run.run_id,
            "acceptor_ids": list(left_out),
            "reasons": list(left_out.values()),
        },
    )


def _send(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    run: Run,
    payouts: Sequence[Payout],
) -> None:
    whose: dict[str, object] = {
        "issuer_id": issuer.issuer_id,
        "run_id": run.run_id,
        "acceptor_ids": [payout.acceptor_id for payout in payouts],
    }
    for name in ("pay_lines", "pay_refunds", "pay_earnings"):
        connection.execute(statement(__package__, name), whose)
    operation_ids = [
        _record(issuer, journal, run, payout, _unasked(run, payout), keeps=True)
        for payout in payouts
    ]
    _insert_payments(connection, issuer, journal, run, payouts, operation_ids)


def _unasked(run: Run, payout: Payout) -> Asked:
    """It was asked for with the whole run."""
    return Asked(
        caller=SYSTEM,
        action=Action.PAY_OUT,
        content=[run.run_id, payout.acceptor_id],
        reference=None,
    )


def retry_payout(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    run_id: int,
    acceptor_id: int,
    *,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """Send one payout again, to where its acceptor is paid now, under a new id: the last payment of
    it failed or came back.

    Raises NotFoundError; ConflictError where it did not, or the acceptor's payouts wait.
    """
    asked = Asked(
        caller=caller,
        action=Action.PAY_OUT,
        content=[run_id, acceptor_id, reason],
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        run = run_of(connection, issuer, run_id)
        payout = _retried(connection, issuer, run, acceptor_id)
        operation_id = _record(issuer, journal, run, payout, asked, keeps=False)
        _insert_payments(connection, issuer, journal, run, [payout], [operation_id])
        connection.execute(
            statement(__package__, "note_retried"),
            {"issuer_id": issuer.issuer_id, "run_id": run_id},
        )
        commit(connection, issuer, journal)


def _retried(connection: Connection, issuer: Issuer, run: Run, acceptor_id: int) -> Payout:
    """The payout, with where its acceptor is paid now, and by which rail."""
    payout = payout_of(connection, issuer, run.run_id, acceptor_id)
    if payout.status not in RETRIED:
        raise ConflictError(f"That payout is {payout.status}; it is not sent again.")
    acceptor = issuer.catalogue.acceptors_by_id[acceptor_id]
    if waits(acceptor) is not None:
        raise ConflictError(f"The payouts of {acceptor.name} wait.")
    rail = rail_for(
        routes_of(connection, issuer.issuer_id),
        scheme=acceptor.scheme,
        currency=run.currency,
        programme_id=run.programme_id,
    )
    if rail is None:
        raise ConflictError(f"No rail pays {acceptor.name}.")
    return replace(
        payout, scheme=acceptor.scheme, fsp=acceptor.fsp, account=acceptor.account, rail=rail
    )


def _record(
    issuer: Issuer, journal: Journal, run: Run, payout: Payout, asked: Asked, *, keeps: bool
) -> int:
    """What is kept of it is kept once, when it is sent for the first time."""
    operation_id = journal.record(
        Action.PAY_OUT,
        asked.caller,
        reference=asked.reference,
        content_hash=content_hash(issuer.keys, asked.content),
        acceptor_id=payout.acceptor_id,
        amount_minor=payout.net_minor,
        subject=subject_of(run.run_id, payout.acceptor_id),
        reason=asked.reason,
    )
    payable = Account(AccountKind.PAYABLE, run.funding_account_id, payout.acceptor_id)
    kept_minor = payout.commission_minor + payout.fee_minor
    if keeps and kept_minor:
        fees = Account(AccountKind.FEES, run.funding_account_id)
        journal.post(operation_id, Posting(payable, fees, kept_minor))
    in_transit = Account(AccountKind.IN_TRANSIT, run.funding_account_id)
    journal.post(operation_id, Posting(payable, in_transit, payout.net_minor))
    journal.add_leaf(
        Action.PAY_OUT,
        amount_minor=payout.net_minor,
        currency=run.currency,
        actor=asked.caller.actor,
        acceptor=str(payout.acceptor_id),
        reference=asked.reference,
    )
    return operation_id


def _insert_payments(  # whose, in which run, which of them, by which operations
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    run: Run,
    payouts: Sequence[Payout],
    operation_ids: Sequence[int],
) -> None:
    """Written before anything is sent; each is due at once."""
    debit = issuer.catalogue.funding_accounts[run.funding_account_id]
    connection.execute(
        statement(__package__, "insert_payout_payments"),
        {
            "issuer_id": issuer.issuer_id,
            "run_id": run.run_id,
            "funding_account_id": run.funding_account_id,
            "debit_account": debit.account,
            "now": journal.head.now,
            "payment_ids": [new_payment_id(issuer.issuer_id) for _payout in payouts],
            "operation_ids": list(operation_ids),
            "acceptor_ids": [payout.acceptor_id for payout in payouts],
            "amounts": [payout.net_minor for payout in payouts],
            "schemes": [payout.scheme for payout in payouts],
            "fsps": [payout.fsp for payout in payouts],
            "accounts": [payout.account for payout in payouts],
            "rails": [payout.rail for payout in payouts],
        },
    )
