"""Voucher groups: each version published once, and none over one that was not seen; opened, paused
and closed, with what that means for stock and for what is out.
"""

from dataclasses import replace
from itertools import count, product
from typing import Final

import pytest
from tests.given import (
    SYSTEM,
    ask,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
)

from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group, turn_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import groups_page
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.errors import ConflictError, NotFoundError, ReferenceReusedError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.standing import GROUP_STEPS, may_become

PICTURE: Final = "0123456789abcdef" * 4
DESIGN: Final = GroupDesign(
    code="SEEDS",
    name="Seeds",
    currency="KES",
    denominations=(1000,),
    valid_for_days=30,
    picture=PICTURE,
    restock_level=200,
    unused_value="buyer",
)
_codes = count(1)


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(shared_connection, provider, code=f"GROUPS{next(_codes)}")


def publish(
    connection: Connection,
    issuer: Issuer,
    design: GroupDesign = DESIGN,
    *,
    expected_version: int | None = None,
    reference: str | None = None,
) -> GroupVersion:
    return create_group(
        connection,
        issuer,
        SYSTEM,
        design,
        expected_version=expected_version,
        reference=reference,
    )


def turn(connection: Connection, issuer: Issuer, status: str, code: str = "SEEDS") -> str:
    return turn_group(connection, issuer, SYSTEM, code, status, reason="because").status


def changes(connection: Connection, issuer: Issuer) -> list[str]:
    """What the journal says of the groups beside the one that every issuer has."""
    rows = connection.execute(
        "SELECT subject FROM operation WHERE issuer_id = %s AND action IN (111, 112)"
        " AND subject NOT LIKE 'group:GENERAL%%' ORDER BY operation_id",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [subject for (subject,) in rows]


def test_what_was_designed_is_listed(shared_connection: Connection, issuer: Issuer) -> None:
    publish(shared_connection, issuer)
    (row,) = groups_page(shared_connection, issuer.issuer_id, code="SEEDS")
    assert (row.picture, row.restock_level, row.unused_value) == (PICTURE, 200, "buyer")
    assert row.programme == "PROGRAMME-1"
    plain = replace(DESIGN, picture=None, restock_level=None, unused_value="issuer")
    version = publish(shared_connection, issuer, plain)
    assert (version.version, version.picture, version.restock_level) == (2, None, None)
    kept = issuer.catalogue.group_versions[version.group_id, 1]
    assert (kept.picture, kept.restock_level, kept.unused_value) == (PICTURE, 200, "buyer")


@pytest.mark.parametrize(
    "wrong", [{"picture": "../x"}, {"restock_level": -1}, {"unused_value": "mine"}]
)
def test_design_the_table_refuses_publishes_nothing(
    shared_connection: Connection, issuer: Issuer, wrong: dict[str, object]
) -> None:
    with pytest.raises(ConflictError, match=next(iter(wrong))):
        publish(shared_connection, issuer, replace(DESIGN, **wrong))  # type: ignore[arg-type]
    assert "SEEDS" not in issuer.catalogue.groups
    assert changes(shared_connection, issuer) == []


def test_version_follows_the_one_that_was_seen(
    shared_connection: Connection, issuer: Issuer
) -> None:
    with pytest.raises(ConflictError, match="SEEDS was changed since: it is at version 0"):
        publish(shared_connection, issuer, expected_version=1)
    assert publish(shared_connection, issuer, expected_version=0).version == 1
    with pytest.raises(ConflictError, match="SEEDS was changed since: it is at version 1"):
        publish(shared_connection, issuer, expected_version=0)
    assert publish(shared_connection, issuer, expected_version=1).version == 2
    assert changes(shared_connection, issuer) == ["group:SEEDS:1", "group:SEEDS:2"]


def test_publishing_under_one_reference_publishes_once(
    shared_connection: Connection, issuer: Issuer
) -> None:
    renamed = replace(DESIGN, name="More seeds")
    first, again = (
        publish(shared_connection, issuer, expected_version=0, reference="r1") for _ in range(2)
    )
    assert (first.version, first) == (1, again)
    second = publish(shared_connection, issuer, renamed, reference="r2")
    assert publish(shared_connection, issuer, renamed, reference="r2") == second
    assert publish(shared_connection, issuer, expected_version=0, reference="r1") == first
    with pytest.raises(ReferenceReusedError):
        publish(shared_connection, issuer, renamed, reference="r1")
    assert changes(shared_connection, issuer) == ["group:SEEDS:1", "group:SEEDS:2"]


def test_group_stays_in_its_programme(shared_connection: Connection, issuer: Issuer) -> None:
    publish(shared_connection, issuer, replace(DESIGN, programme="PROGRAMME-1"))
    publish(shared_connection, issuer, replace(DESIGN, code="EUROS", currency="EUR"))
    with pytest.raises(NotFoundError, match="no programme NOWHERE"):
        publish(shared_connection, issuer, replace(DESIGN, programme="NOWHERE"))
    with pytest.raises(ConflictError, match="PROGRAMME-2 is in EUR"):
        publish(shared_connection, issuer, replace(DESIGN, programme="PROGRAMME-2"))
    with pytest.raises(ConflictError, match="SEEDS is in KES"):
        publish(shared_connection, issuer, replace(DESIGN, currency="EUR"))
    assert changes(shared_connection, issuer) == ["group:SEEDS:1", "group:EUROS:1"]


@pytest.mark.parametrize(("before", "after"), list(product(GROUP_STEPS, repeat=2)))
def test_group_takes_exactly_the_steps_there_are(
    shared_connection: Connection, issuer: Issuer, before: str, after: str
) -> None:
    publish(shared_connection, issuer)
    turn(shared_connection, issuer, before)
    if may_become(GROUP_STEPS, before, after):
        assert turn(shared_connection, issuer, after) == after
    else:
        with pytest.raises(ConflictError, match=f"SEEDS is {before}; it cannot be {after}"):
            turn(shared_connection, issuer, after)
    (row,) = groups_page(shared_connection, issuer.issuer_id, code="SEEDS")
    assert row.status == (after if may_become(GROUP_STEPS, before, after) else before)


def test_turning_under_one_reference_turns_once(
    shared_connection: Connection, issuer: Issuer
) -> None:
    publish(shared_connection, issuer)

    def pause() -> str:
        return turn_group(
            shared_connection, issuer, SYSTEM, "SEEDS", "paused", reason="x", reference="r1"
        ).status

    assert [pause(), turn(shared_connection, issuer, "open"), pause()] == ["paused", "open", "open"]
    with pytest.raises(ReferenceReusedError):
        turn_group(shared_connection, issuer, SYSTEM, "SEEDS", "closed", reason="x", reference="r1")
    with pytest.raises(NotFoundError, match="no group ROOTS"):
        turn(shared_connection, issuer, "paused", code="ROOTS")
    assert changes(shared_connection, issuer)[1:] == ["group:SEEDS:paused", "group:SEEDS:open"]


@pytest.mark.parametrize("status", ["paused", "closed"])
@pytest.mark.parametrize("denominations", [(1000,), ()], ids=["stock", "on demand"])
def test_group_that_is_not_open_hands_nothing_out_and_honours_what_is(
    shared_connection: Connection, issuer: Issuer, status: str, denominations: tuple[int, ...]
) -> None:
    connection = shared_connection
    given_group(connection, issuer, "SEEDS", denominations=denominations)
    if denominations:
        given_stock(connection, issuer, 5, group="SEEDS")
    voucher = given_active(connection, issuer, group="SEEDS")
    turn(connection, issuer, status)
    wanted = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="SEEDS")
    drawn, redeemed = ask(connection, issuer, wanted, redemption(voucher.number or ""))
    assert (drawn.outcome, redeemed.outcome) == (Outcome.GROUP_UNKNOWN, Outcome.DONE)
    with pytest.raises(ConflictError, match=f"SEEDS is {status}"):
        given_stock(connection, issuer, 5, group="SEEDS")
    if status == "paused":
        turn(connection, issuer, "open")
        preactivate(connection, issuer, group="SEEDS")
    assert check(connection, issuer.issuer_id) == []


def test_closed_group_gets_no_new_version_and_a_paused_one_stays_paused(
    shared_connection: Connection, issuer: Issuer
) -> None:
    publish(shared_connection, issuer)
    turn(shared_connection, issuer, "paused")
    assert publish(shared_connection, issuer).version == 2
    assert issuer.catalogue.groups["SEEDS"].status == "paused"
    turn(shared_connection, issuer, "closed")
    with pytest.raises(ConflictError, match="SEEDS is closed"):
        publish(shared_connection, issuer)
