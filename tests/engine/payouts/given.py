"""What tests of payouts are given: merchants with redemptions, and runs at every step."""

from typing import Final
from uuid import UUID

from tests.given import SYSTEM, ask, preactivate

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Outcome, Redeem
from counterfoil.engine.payouts.counting import begin_run, count_run
from counterfoil.engine.payouts.reading import Payout, Run, payouts_of, run_of
from counterfoil.engine.payouts.sending import approve_run, send_chunk
from counterfoil.money import decimal_text

WIDE: Final = 1  # the terms of the first funding account
_READ_PAYMENTS: Final = (
    "SELECT payment_id, status FROM payment WHERE issuer_id = %s AND run_id = %s"
    " AND acceptor_id = %s ORDER BY created_at, payment_id"
)


def given_shops(connection: Connection, issuer: Issuer, *names: str) -> list[int]:
    """Merchants, each with the account `ACC-` and its name."""
    return create_acceptors(
        connection,
        issuer,
        SYSTEM,
        [AcceptorDesign(name=name, kind="merchant", account=f"ACC-{name}") for name in names],
    )


def given_redeemed(
    connection: Connection,
    issuer: Issuer,
    acceptor_id: int,
    *amounts_minor: int,
    group: str = "FOOD-AID",
) -> list[int]:
    """Vouchers of these amounts, redeemed there; their serials."""
    acceptor = issuer.catalogue.acceptors_by_id[acceptor_id]
    vouchers = [
        preactivate(connection, issuer, group=group, amount=decimal_text(amount, "KES"))
        for amount in amounts_minor
    ]
    ask(
        connection,
        issuer,
        *(Activate(caller=SYSTEM, serial=voucher.serial or 0) for voucher in vouchers),
    )
    answers = apply(
        connection,
        issuer,
        [
            Redeem(
                caller=SYSTEM,
                number=voucher.number or "",
                acceptor_name=acceptor.name,
                acceptor_account=acceptor.account,
            )
            for voucher in vouchers
        ],
    )
    assert {answer.outcome for answer in answers} == {Outcome.DONE}
    return [answer.serial or 0 for answer in answers]


def given_preview(connection: Connection, issuer: Issuer, terms_id: int = WIDE) -> Run:
    run_id = begin_run(connection, issuer, SYSTEM, terms_id)
    assert count_run(connection, issuer, run_id)
    return read_run(connection, issuer, run_id)


def given_sent(connection: Connection, issuer: Issuer, terms_id: int = WIDE) -> Run:
    """Counted, approved and sent; its payments wait for a rail."""
    run = given_preview(connection, issuer, terms_id)
    approve_run(connection, issuer, SYSTEM, run.run_id, run.digest or b"")
    while send_chunk(connection, issuer, run.run_id):
        pass
    return read_run(connection, issuer, run.run_id)


def read_run(connection: Connection, issuer: Issuer, run_id: int) -> Run:
    run = run_of(connection, issuer, run_id)
    connection.rollback()
    return run


def read_payouts(connection: Connection, issuer: Issuer, run_id: int) -> list[Payout]:
    payouts = payouts_of(connection, issuer, run_id)
    connection.rollback()
    return payouts


def read_payments(
    connection: Connection, issuer: Issuer, run_id: int, acceptor_id: int
) -> list[tuple[UUID, str]]:
    """The id and the status of each try, in their order."""
    rows = connection.execute(_READ_PAYMENTS, (issuer.issuer_id, run_id, acceptor_id)).fetchall()
    connection.rollback()
    return [(payment_id, status) for payment_id, status in rows]
