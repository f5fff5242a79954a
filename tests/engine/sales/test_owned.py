"""Vouchers that were sold: whose their value is in the end, and who may stop them."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from msgspec.structs import replace
from tests.engine.sales.given_sales import (
    given_allocation,
    given_organisation,
    given_sold_group,
)
from tests.engine.sales.test_handing_out import hand_out, numbers_of
from tests.given import SYSTEM, ask, balances, change, given_issuer, given_stock, state_of

from counterfoil.engine import bulk_chunks
from counterfoil.engine.bulk import (
    BULK_ACTIONS,
    begin_bulk,
    bulk_refusals,
    finish_bulk,
    running_bulks,
)
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Change, Outcome
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    """A database for all of them; each has an issuer of its own."""
    return shared_connection


@pytest.mark.parametrize(
    ("unused_value", "account"),
    [("buyer", "customer:1"), ("breakage", "breakage:0"), ("issuer", None)],
)
def test_freed_value_goes_where_the_version_bought_says(
    connection: Connection, provider: LocalKeyProvider, unused_value: str, account: str | None
) -> None:
    issuer = given_issuer(connection, provider, f"OWNED-{next(_codes)}")
    given_sold_group(connection, issuer, unused_value=unused_value)
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 4)
    ((out, _outcome, _number),) = numbers_of(
        connection, issuer, hand_out(connection, issuer, buyer, allocation_id=allocation_id)
    )
    before = balances(connection, issuer)
    ask(connection, issuer, change(Action.CANCEL, out), change(Action.CANCEL, out + 1))
    after = balances(connection, issuer)
    assert after["reserved:2"] == before["reserved:2"] - 2_000
    gained = account or "available:0"
    assert after[gained] - before.get(gained, 0) == 2_000
    if account is not None:
        assert after["available:0"] == before["available:0"]
    assert check(connection, issuer.issuer_id) == []


def test_a_replacements_value_is_its_owners_too(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider, f"OWNED-{next(_codes)}")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    allocation_id = given_allocation(connection, issuer, buyer, 4)
    ((lost, _outcome, _number),) = numbers_of(
        connection, issuer, hand_out(connection, issuer, buyer, allocation_id=allocation_id)
    )
    ((fresh, _o, _n),) = numbers_of(
        connection, issuer, hand_out(connection, issuer, buyer, replaces=(lost,))
    )
    assert "customer:1" not in balances(connection, issuer)
    ask(connection, issuer, change(Action.CANCEL, fresh))
    assert balances(connection, issuer)["customer:1"] == 1_000
    assert check(connection, issuer.issuer_id) == []


def test_an_organisation_stops_and_frees_its_own_and_never_what_the_issuer_stopped(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider, f"OWNED-{next(_codes)}")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 10)
    buyer = given_organisation(connection, issuer)
    other = given_organisation(connection, issuer, "Other")
    allocation_id = given_allocation(connection, issuer, buyer, 4)
    handed = hand_out(
        connection, issuer, buyer, allocation_id=allocation_id, vouchers=2, at_once=False
    )
    serials = [serial for serial, _outcome, _number in numbers_of(connection, issuer, handed)]

    def turn(action: Action, organisation_id: int) -> list[tuple[int, str]]:
        begun = begin_bulk(
            connection,
            issuer,
            SYSTEM,
            Selection(serials=serials),
            action=action,
            reason="lost",
            organisation_id=organisation_id,
        )
        for _step in finish_bulk(connection, issuer, begun.bulk_id):
            pass
        return bulk_refusals(connection, issuer, begun.bulk_id)

    assert turn(Action.SUSPEND, other) == [(serial, "serial_unknown") for serial in serials]
    assert turn(Action.ACTIVATE, other) == [(serial, "serial_unknown") for serial in serials]
    assert turn(Action.ACTIVATE, buyer) == []
    assert last_subject(connection, issuer) == f"organisation:{buyer}"
    assert turn(Action.SUSPEND, buyer) == []
    assert turn(Action.UNSUSPEND, buyer) == []
    (answer,) = ask(connection, issuer, change(Action.SUSPEND, serials[0]))
    assert answer.outcome is Outcome.DONE
    assert turn(Action.SUSPEND, buyer) == [(serials[0], "suspended")]
    assert turn(Action.UNSUSPEND, buyer) == [(serials[0], "suspended")]
    assert [state_of(connection, issuer, each) for each in serials] == [
        State.SUSPENDED,
        State.ACTIVE,
    ]
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize("action", list(Action))
def test_an_organisation_may_only_activate_stop_free_and_replace_what_is_its_own(
    connection: Connection, provider: LocalKeyProvider, action: Action
) -> None:
    """However it asks, one by one or by many; refused alike, whether there is such a voucher."""
    issuer = given_issuer(connection, provider, f"OWNED-{next(_codes)}")
    buyer = given_organisation(connection, issuer)
    asked = Change(
        caller=SYSTEM,
        action=action,
        serial=1,
        reason="r",
        extend_until=datetime.now(UTC) + timedelta(days=700),
        organisation_id=buyer,
    )
    is_allowed = action in {Action.ACTIVATE, Action.SUSPEND, Action.UNSUSPEND, Action.REPLACE}
    (answer,) = ask(connection, issuer, asked)
    assert answer.outcome is (Outcome.SERIAL_UNKNOWN if is_allowed else Outcome.SCOPE_MISSING)
    (answer,) = ask(connection, issuer, replace(asked, organisation_id=None))
    assert answer.outcome is Outcome.SERIAL_UNKNOWN, "the issuer may all"
    if is_allowed or action not in BULK_ACTIONS:
        return
    with pytest.raises(ConflictError, match="An organisation cannot"):
        begin_bulk(
            connection,
            issuer,
            SYSTEM,
            Selection(serials=[1]),
            action=action,
            reason="r",
            organisation_id=buyer,
        )
    assert running_bulks(connection, issuer) == []


@pytest.mark.parametrize("word", ["activate", "suspend"])
def test_what_one_organisation_asked_is_not_what_another_or_the_issuer_asks(
    connection: Connection, provider: LocalKeyProvider, word: str
) -> None:
    issuer = given_issuer(connection, provider, f"OWNED-{next(_codes)}")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 4)
    buyer = given_organisation(connection, issuer)
    other = given_organisation(connection, issuer, "Other")
    allocation_id = given_allocation(connection, issuer, buyer, 1)
    handed = hand_out(connection, issuer, buyer, allocation_id=allocation_id, at_once=False)
    ((serial, _outcome, _number),) = numbers_of(connection, issuer, handed)

    def asked(organisation_id: int | None) -> Outcome:
        activation = Activate(
            caller=SYSTEM, reference="once", serial=serial, organisation_id=organisation_id
        )
        suspension = Change(
            caller=SYSTEM,
            reference="once",
            action=Action.SUSPEND,
            serial=serial,
            reason="r",
            organisation_id=organisation_id,
        )
        (answer,) = ask(connection, issuer, activation if word == "activate" else suspension)
        return answer.outcome

    assert [asked(each) for each in (buyer, buyer, other, None)] == [
        Outcome.DONE,
        Outcome.DONE,
        Outcome.REFERENCE_REUSED,
        Outcome.REFERENCE_REUSED,
    ]


def last_subject(connection: Connection, issuer: Issuer) -> str:
    """Of the last operation on a voucher."""
    row = connection.execute(
        "SELECT subject FROM operation WHERE issuer_id = %s AND serial IS NOT NULL"
        " ORDER BY operation_id DESC LIMIT 1",
        (issuer.issuer_id,),
    ).fetchone()
    connection.rollback()
    return "" if row is None else str(row[0])


def test_an_allocation_is_changed_range_by_range_and_nothing_beside_it(
    connection: Connection, provider: LocalKeyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In chunks, with what took the place of lost ones, and gone on with where it stood."""
    issuer = given_issuer(connection, provider, f"OWNED-{next(_codes)}")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, 12)
    buyer = given_organisation(connection, issuer)
    beside = given_allocation(connection, issuer, buyer, 3)
    given_stock(connection, issuer, 4)
    allocation_id = given_allocation(connection, issuer, buyer, 10)
    handed = hand_out(connection, issuer, buyer, allocation_id=allocation_id, vouchers=2)
    (lost, *_), _other = numbers_of(connection, issuer, handed)
    ((fresh, _o, _n),) = numbers_of(
        connection, issuer, hand_out(connection, issuer, buyer, replaces=(lost,))
    )
    monkeypatch.setattr(bulk_chunks, "CHUNK_VOUCHERS", 4)
    monkeypatch.setattr(bulk_chunks, "_STRETCH_VOUCHERS", 6)
    begun = begin_bulk(
        connection,
        issuer,
        SYSTEM,
        Selection(allocation_id=allocation_id),
        action=Action.CANCEL,
        reason="recalled",
    )
    next(finish_bulk(connection, issuer, begun.bulk_id))
    *_chunks, ended = finish_bulk(connection, issuer, begun.bulk_id)
    assert (ended.status, ended.done, ended.refused) == ("finished", 10, 0)
    assert state_of(connection, issuer, fresh) is State.CANCELLED
    catch_up(connection, issuer.issuer_id)
    left = connection.execute(
        "SELECT allocation_id, state, vouchers FROM allocation_count"
        " WHERE issuer_id = %s AND vouchers > 0 ORDER BY 1, 2",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    assert left == [(beside, State.STOCKED, 3), (allocation_id, State.CANCELLED, 11)]
    with pytest.raises(NotFoundError):
        begin_bulk(
            connection,
            issuer,
            SYSTEM,
            Selection(allocation_id=99),
            action=Action.CANCEL,
            reason="x",
        )
    assert check(connection, issuer.issuer_id) == []
