"""A check is fast for an issuer that the planner's statistics do not know yet."""

import time
from typing import Final

from tests.given import SYSTEM, ask, given_group, given_issuer, redemption

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect_as_owner
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate
from counterfoil.keys.provider import LocalKeyProvider

VOUCHERS: Final = 300
SECONDS_MAX: Final = 5.0  # it was 14 s when each voucher was looked up among all operations


def test_a_new_issuer_is_checked_as_fast_as_an_old_one(
    database: str, connection: Connection, provider: LocalKeyProvider
) -> None:
    given_life(connection, given_issuer(connection, provider, code="OLD"))
    owner = connect_as_owner(database)
    owner.execute("ANALYZE")
    owner.commit()
    owner.close()
    new = given_issuer(connection, provider, code="NEW")
    given_life(connection, new)
    began = time.monotonic()
    assert check(connection, new.issuer_id) == []
    assert time.monotonic() - began < SECONDS_MAX


def given_life(connection: Connection, issuer: Issuer) -> None:
    given_group(connection, issuer, denominations=())
    wish = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="FOOD-AID")
    drawn = ask(connection, issuer, *[wish] * VOUCHERS)
    ask(connection, issuer, *(Activate(caller=SYSTEM, serial=each.serial or 0) for each in drawn))
    redeemed = ask(connection, issuer, *(redemption(each.number or "") for each in drawn))
    assert {each.outcome for each in redeemed} == {Outcome.DONE}
