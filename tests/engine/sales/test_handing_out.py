"""Numbers for people: drawn from what was bought, sealed for one pair of eyes, each once."""

from itertools import count
from uuid import UUID, uuid4

import pytest
from tests.engine.sales.given_sales import (
    given_allocation,
    given_organisation,
    given_sold_group,
)
from tests.given import SYSTEM, ask, given_issuer, given_stock, preactivate, redemption, state_of

from counterfoil.engine import handing_out
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.handing_out import (
    HandoverAsked,
    begin_handover,
    box_of,
    finish_handover,
    forget_handover,
    numbers_in,
    running_handovers,
    stale_handovers,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome
from counterfoil.errors import ConflictError, KeyProviderError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.sealed_box import new_box_key, open_box
from counterfoil.voucher import State

PRIVATE, PUBLIC = new_box_key()


_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    """A database for all of them; each has an issuer of its own."""
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = given_issuer(connection, provider, f"HANDING-OUT-{next(_codes)}")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 50)
    return issuer


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_out, "_CHUNK_VOUCHERS", 4)


def hand_out(
    connection: Connection,
    issuer: Issuer,
    organisation_id: int | None,
    *,
    allocation_id: int | None = None,
    replaces: tuple[int, ...] | None = None,
    vouchers: int = 1,
    at_once: bool = True,
) -> UUID:
    handover_id = uuid4()
    wanted = HandoverAsked(
        organisation_id=organisation_id,
        allocation_id=allocation_id,
        replaces=replaces,
        vouchers=vouchers,
        at_once=at_once,
        recipient_key=PUBLIC,
    )
    begin_handover(connection, issuer, SYSTEM, handover_id, wanted)
    for _step in finish_handover(connection, issuer, handover_id):
        pass
    return handover_id


def numbers_of(
    connection: Connection, issuer: Issuer, handover_id: UUID
) -> list[tuple[int, str, str]]:
    """Serial, outcome and number of each position."""
    parts = connection.execute(
        "SELECT first_position, serials, outcomes, sealed FROM handover_part"
        " WHERE issuer_id = %s AND handover_id = %s ORDER BY first_position",
        (issuer.issuer_id, handover_id),
    ).fetchall()
    connection.rollback()
    found = []
    for first, serials, outcomes, sealed in parts:
        opened = open_box(
            PRIVATE, bytes(sealed), bound_to=box_of(issuer.issuer_id, handover_id, first)
        )
        found += list(zip(serials, outcomes, numbers_in(opened), strict=True))
    return found


@pytest.mark.usefixtures("small_chunks")
def test_what_is_handed_out_can_be_redeemed(connection: Connection, issuer: Issuer) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 10)
    handover_id = hand_out(connection, issuer, buyer, allocation_id=allocation_id, vouchers=10)
    found = numbers_of(connection, issuer, handover_id)
    assert [outcome for _serial, outcome, _number in found] == ["done"] * 10
    assert len({number for _serial, _outcome, number in found}) == 10
    answers = ask(connection, issuer, *(redemption(number) for _s, _o, number in found))
    assert {answer.outcome for answer in answers} == {Outcome.DONE}
    assert [answer.serial for answer in answers] == [serial for serial, _o, _n in found]
    assert running_handovers(connection, issuer) == []
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.usefixtures("small_chunks")
def test_beyond_what_was_bought_nothing_is_drawn(connection: Connection, issuer: Issuer) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 6)
    handover_id = hand_out(connection, issuer, buyer, allocation_id=allocation_id, vouchers=9)
    found = numbers_of(connection, issuer, handover_id)
    assert [outcome for _serial, outcome, _number in found] == ["done"] * 6 + ["out_of_stock"] * 3
    assert [number for _serial, _outcome, number in found[6:]] == ["", "", ""]
    assert preactivate(connection, issuer).outcome is Outcome.DONE
    assert check(connection, issuer.issuer_id) == []


def test_cards_may_wait_to_be_activated(connection: Connection, issuer: Issuer) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 2)
    handover_id = hand_out(connection, issuer, buyer, allocation_id=allocation_id, at_once=False)
    ((serial, _outcome, number),) = numbers_of(connection, issuer, handover_id)
    assert state_of(connection, issuer, serial) is State.PREACTIVATED
    (answer,) = ask(connection, issuer, redemption(number))
    assert answer.outcome is Outcome.NOT_ACTIVE


def test_who_lost_one_gets_another_and_it_stays_the_organisations(
    connection: Connection, issuer: Issuer
) -> None:
    buyer, other = (
        given_organisation(connection, issuer),
        given_organisation(connection, issuer, "Other"),
    )
    allocation_id = given_allocation(connection, issuer, buyer, 2)
    first = hand_out(connection, issuer, buyer, allocation_id=allocation_id)
    ((lost, _outcome, old_number),) = numbers_of(connection, issuer, first)

    stolen = hand_out(connection, issuer, other, replaces=(lost,))
    assert numbers_of(connection, issuer, stolen) == [(0, "serial_unknown", "")]

    second = hand_out(connection, issuer, buyer, replaces=(lost,))
    ((fresh, _outcome, new_number),) = numbers_of(connection, issuer, second)
    old, new = ask(connection, issuer, redemption(old_number), redemption(new_number))
    assert (old.outcome, new.outcome) == (Outcome.ALREADY_CANCELLED, Outcome.DONE)

    again = hand_out(connection, issuer, buyer, replaces=(fresh,))
    assert numbers_of(connection, issuer, again) == [(0, "already_redeemed", "")]
    assert check(connection, issuer.issuer_id) == []


def test_the_issuer_replaces_whoevers_voucher_it_is(connection: Connection, issuer: Issuer) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 2)
    ((sold, _outcome, _number),) = numbers_of(
        connection, issuer, hand_out(connection, issuer, buyer, allocation_id=allocation_id)
    )
    nobodys = preactivate(connection, issuer).serial
    assert nobodys is not None
    handover_id = hand_out(connection, issuer, None, replaces=(sold, nobodys), vouchers=2)
    (first, _o, number), (second, _p, other) = numbers_of(connection, issuer, handover_id)
    assert state_of(connection, issuer, first) is State.ACTIVE
    assert state_of(connection, issuer, second) is State.PREACTIVATED
    owners = connection.execute(
        "SELECT serial_first, allocation_id FROM allocation_range"
        " WHERE issuer_id = %s AND status = 'replacement'",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    assert owners == [(first, allocation_id)]
    assert number != other
    with pytest.raises(NotFoundError):
        hand_out(connection, issuer, None, allocation_id=allocation_id)
    assert check(connection, issuer.issuer_id) == []


def test_an_allocation_is_drawn_by_its_organisation_alone(
    connection: Connection, issuer: Issuer
) -> None:
    buyer = given_organisation(connection, issuer)
    other = given_organisation(connection, issuer, "Other")
    allocation_id = given_allocation(connection, issuer, buyer, 2)
    with pytest.raises(NotFoundError):
        hand_out(connection, issuer, other, allocation_id=allocation_id)
    with pytest.raises(NotFoundError):
        hand_out(connection, issuer, buyer, allocation_id=allocation_id + 1)
    with pytest.raises(ConflictError, match="replaced once"):
        hand_out(connection, issuer, buyer, replaces=(1, 1), vouchers=2)


def test_numbers_are_forgotten_and_serials_stay(connection: Connection, issuer: Issuer) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 2)
    handover_id = hand_out(connection, issuer, buyer, allocation_id=allocation_id, vouchers=2)
    assert stale_handovers(connection, issuer) == []
    connection.execute(
        "UPDATE handover SET created_at = created_at - interval '8 days' WHERE issuer_id = %s",
        (issuer.issuer_id,),
    )
    connection.commit()
    assert stale_handovers(connection, issuer) == [handover_id]
    forget_handover(connection, issuer, SYSTEM, handover_id)
    assert stale_handovers(connection, issuer) == []
    row = connection.execute(
        "SELECT cardinality(serials), sealed FROM handover_part WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchone()
    connection.rollback()
    assert row == (2, None)


def test_a_box_opens_for_one_and_where_it_belongs(connection: Connection, issuer: Issuer) -> None:
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 1)
    handover_id = hand_out(connection, issuer, buyer, allocation_id=allocation_id)
    row = connection.execute(
        "SELECT sealed FROM handover_part WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    connection.rollback()
    assert row is not None
    bound_to = box_of(issuer.issuer_id, handover_id, 1)
    other, _public = new_box_key()
    for key, place in ((other, bound_to), (PRIVATE, box_of(issuer.issuer_id, handover_id, 2))):
        with pytest.raises(KeyProviderError):
            open_box(key, bytes(row[0]), bound_to=place)
