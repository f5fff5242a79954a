"""A refund that replaces: another voucher in the same transaction, its number for one reader."""

import secrets
import threading
from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid4

import pytest
from tests.engine.payouts.given import given_redeemed
from tests.engine.sales.test_kills import killed_at
from tests.given import (
    SYSTEM,
    ask,
    balances,
    given_active,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    redemption,
    state_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.funds import withdraw
from counterfoil.engine.handing_out import box_of, numbers_in
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.operation import Outcome
from counterfoil.engine.payouts.refunding import Replacement, refund_redemption
from counterfoil.errors import ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.sealed_box import new_box_key, open_box
from counterfoil.money import Money
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import State

ASHA: Final = 1  # tests.given.SHOP
PRIVATE, PUBLIC = new_box_key()
_REFUND: Final = "SELECT replaced_by FROM redemption_refund WHERE issuer_id = %s AND serial = %s"
_PARTS: Final = (
    "SELECT p.serials, p.sealed, h.status, h.handed, h.replaces FROM handover_part AS p"
    " INNER JOIN handover AS h USING (issuer_id, handover_id)"
    " WHERE p.issuer_id = %s AND p.handover_id = %s"
)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Iterator[Issuer]:
    issuer = given_issuer(connection, provider, f"R{secrets.token_hex(4).upper()}")
    yield issuer
    assert check(connection, issuer.issuer_id) == []


def _refund(connection: Connection, issuer: Issuer, serial: int, **named: str) -> UUID:
    handover_id = uuid4()
    replacement = Replacement(handover_id=handover_id, recipient_key=PUBLIC)
    refund_redemption(
        connection,
        issuer,
        SYSTEM,
        serial,
        reason="the wrong voucher",
        replacement=replacement,
        reference=named.get("reference"),
    )
    return handover_id


def _replaced_by(connection: Connection, issuer: Issuer, serial: int) -> list[int | None]:
    rows = connection.execute(_REFUND, (issuer.issuer_id, serial)).fetchall()
    connection.rollback()
    return [replaced_by for (replaced_by,) in rows]


def _handed(connection: Connection, issuer: Issuer, handover_id: UUID) -> tuple[int, str]:
    """The new serial and its number, as who has the key reads them."""
    ((serials, sealed, *how),) = connection.execute(_PARTS, (issuer.issuer_id, handover_id))
    connection.rollback()
    assert how[:2] == ["finished", 1]
    opened = open_box(PRIVATE, bytes(sealed), bound_to=box_of(issuer.issuer_id, handover_id, 1))
    (number,) = numbers_in(opened)
    return serials[0], number


@pytest.mark.parametrize("denominations", [(), (1000,)])
def test_another_voucher_comes_in_its_place_and_can_be_redeemed(
    connection: Connection, issuer: Issuer, denominations: tuple[int, ...]
) -> None:
    """Made on demand, with what the refund gave back; or drawn from stock."""
    given_group(connection, issuer, denominations=denominations)
    if denominations:
        given_stock(connection, issuer, 2)
    (wrong,) = given_redeemed(connection, issuer, ASHA, 1000)
    left = balances(connection, issuer)["available:0"]
    withdraw(connection, issuer, SYSTEM, Money(left, "KES"), reference="all of it")
    handover_id = _refund(connection, issuer, wrong)
    serial, number = _handed(connection, issuer, handover_id)
    assert _replaced_by(connection, issuer, wrong) == [serial]
    assert (state_of(connection, issuer, wrong), state_of(connection, issuer, serial)) == (
        State.REDEEMED,
        State.ACTIVE,
    )
    after = balances(connection, issuer)
    assert after.get("available:0", 0) == (1000 if denominations else 0)
    reserved = sum(amount for name, amount in after.items() if name.startswith("reserved:"))
    assert (reserved, after.get("payable:1")) == (1000, None)
    (answer,) = ask(connection, issuer, redemption(number))
    assert (answer.outcome, answer.serial) == (Outcome.DONE, serial)


def test_asked_again_it_is_the_same_refund(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, denominations=())
    (wrong,) = given_redeemed(connection, issuer, ASHA, 1000)
    replacement = Replacement(handover_id=uuid4(), recipient_key=PUBLIC)
    for _time in range(2):
        refund_redemption(
            connection,
            issuer,
            SYSTEM,
            wrong,
            reason="wrong",
            replacement=replacement,
            reference="R1",
        )
    before = balances(connection, issuer)
    with pytest.raises(ConflictError, match="refunded already"):
        _refund(connection, issuer, wrong)
    assert balances(connection, issuer) == before
    assert len(_replaced_by(connection, issuer, wrong)) == 1


def test_what_cannot_be_replaced_is_not_refunded(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 1)
    (wrong,) = given_redeemed(connection, issuer, ASHA, 1000)
    given_programme(connection, issuer, budget_minor=1000)
    given_group(connection, issuer, "SMALL", denominations=(), programme="WINTER")
    (full,) = given_redeemed(connection, issuer, ASHA, 1000, group="SMALL")
    given_group(connection, issuer, "OTHER", denominations=())
    unredeemed = given_active(connection, issuer, group="OTHER").serial or 0
    (other,) = given_redeemed(connection, issuer, ASHA, 1000, group="OTHER")
    before = balances(connection, issuer)
    with pytest.raises(ConflictError, match="in stock"):
        _refund(connection, issuer, wrong)
    with pytest.raises(ConflictError, match="budget of its programme"):
        _refund(connection, issuer, full)
    with pytest.raises(ConflictError, match="not redeemed"):
        _refund(connection, issuer, unredeemed)
    with pytest.raises(ConflictError, match="no public key"):
        refund_redemption(
            connection,
            issuer,
            SYSTEM,
            other,
            reason="wrong",
            replacement=Replacement(handover_id=uuid4(), recipient_key=b"short"),
        )
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)
    with pytest.raises(ConflictError, match="hands out nothing more"):
        _refund(connection, issuer, full)
    assert balances(connection, issuer) == before
    assert _replaced_by(connection, issuer, wrong) == []
    refund_redemption(connection, issuer, SYSTEM, wrong, reason="without another")


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_killed_between_every_two_steps_it_is_replaced_once(
    connection: Connection, issuer: Issuer, shared_database: str, provider: LocalKeyProvider
) -> None:
    """Asked again by its reference, the refund and the other voucher are both there once."""
    given_group(connection, issuer)
    given_stock(connection, issuer, 60)
    exchange, was_killed = 0, True
    while was_killed:
        exchange += 1
        (wrong,) = given_redeemed(connection, issuer, ASHA, 1000)
        handover_id = uuid4()

        def refund(connection: Connection, issuer: Issuer) -> None:
            refund_redemption(
                connection,
                issuer,
                SYSTEM,
                wrong,  # noqa: B023  # used before the next one
                reason="wrong",
                replacement=Replacement(handover_id=handover_id, recipient_key=PUBLIC),  # noqa: B023  # the same
                reference=f"refund {wrong}",  # noqa: B023  # the same
            )

        was_killed = killed_at(exchange, shared_database, provider, refund, code=issuer.code)
        refund(connection, issuer)
        serial, _number = _handed(connection, issuer, handover_id)
        assert _replaced_by(connection, issuer, wrong) == [serial], exchange
        assert "payable:1" not in balances(connection, issuer)
        assert check(connection, issuer.issuer_id) == []
    assert exchange > 10


def test_two_at_once_replace_it_once(
    connection: Connection, issuer: Issuer, shared_database: str, provider: LocalKeyProvider
) -> None:
    given_group(connection, issuer)
    given_stock(connection, issuer, 5)
    wrong, other = given_redeemed(connection, issuer, ASHA, 1000, 1000)
    outcomes: list[str] = []

    def work(serial: int) -> None:
        with connect(shared_database) as mine:
            own = open_issuer(mine, issuer.code, provider)
            try:
                _refund(mine, own, serial)
            except ConflictError as error:
                outcomes.append(str(error))
            else:
                outcomes.append("done")

    threads = [threading.Thread(target=work, args=(serial,)) for serial in (wrong, wrong, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["That redemption is refunded already.", "done", "done"]
    (first,), (second,) = (_replaced_by(connection, issuer, serial) for serial in (wrong, other))
    assert first != second
