"""What tests of programmes share: stock begun, one voucher of each state, a closing worked off."""

from collections.abc import Callable

import pytest
from tests.any_voucher import given_voucher
from tests.given import SYSTEM, given_stock

from counterfoil.engine.bulk import finish_bulk, running_bulks
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.programme_report import ProgrammeReport, programme_report
from counterfoil.engine.provision import Provision, begin_provision
from counterfoil.money import Money
from counterfoil.voucher import State

IN_EVERY_STATE = (
    State.PREACTIVATED,
    State.ACTIVE,
    State.SUSPENDED,
    State.BLOCKED,
    State.REDEEMED,
    State.CANCELLED,
    State.EXPIRED,
    State.PURGED,
)


def provide(connection: Connection, issuer: Issuer, count: int, group: str = "COAT") -> Provision:
    return begin_provision(
        connection, issuer, SYSTEM, group_code=group, money=Money(1000, "KES"), count=count
    )


def everything(connection: Connection) -> object:
    """All that a refused change of the catalogue or of money could have moved."""
    row = connection.execute(
        "SELECT (SELECT md5(string_agg(h::text, ',')) FROM log_head h),"
        " (SELECT md5(string_agg(p::text, ',' ORDER BY programme_id)) FROM programme p),"
        " (SELECT md5(string_agg(g::text, ',' ORDER BY group_id)) FROM voucher_group g),"
        " (SELECT md5(string_agg(a::text, ',' ORDER BY kind, owner_id)) FROM account a),"
        " (SELECT count(*) FROM programme_step), (SELECT count(*) FROM bulk),"
        " (SELECT count(*) FROM funding_account), (SELECT count(*) FROM provision)"
    ).fetchone()
    connection.rollback()
    return row


def refused(
    connection: Connection, match: str, work: Callable[[], object], kind: type[Exception]
) -> None:
    before = everything(connection)
    with pytest.raises(kind, match=match):
        work()
    assert everything(connection) == before


def work_off(connection: Connection, issuer: Issuer) -> None:
    for bulk_id in running_bulks(connection, issuer):
        for _chunk in finish_bulk(connection, issuer, bulk_id):
            pass


def report(connection: Connection, issuer: Issuer) -> ProgrammeReport:
    found = programme_report(connection, issuer.issuer_id, "WINTER")
    connection.rollback()
    return found


def given_one_of_each(connection: Connection, issuer: Issuer) -> None:
    """Ten vouchers of 10.00: two in stock, and one in each other state."""
    given_stock(connection, issuer, 10, group="COAT")
    for state in IN_EVERY_STATE:
        prior = State.REDEEMED if state is State.PURGED else State.ACTIVE
        given_voucher(connection, issuer, state, group="COAT", prior=prior)
