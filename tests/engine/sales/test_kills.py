"""The process killed before every single exchange with the database, from the promise to the last
number handed out: whoever goes on afterwards finishes it once.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import pytest
from tests.engine.sales.given_sales import (
    given_organisation,
    given_sold_group,
    in_days,
    line,
)
from tests.engine.sales.test_handing_out import PUBLIC, numbers_of
from tests.given import SYSTEM, balances, given_issuer, given_stock

from counterfoil.engine import handing_out
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connect
from counterfoil.engine.handing_out import HandoverAsked, begin_handover, finish_handover
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.engine.sales import cutting, steps
from counterfoil.engine.sales.paying import Receipt, sell
from counterfoil.engine.sales.promising import promise
from counterfoil.engine.sales.reading import allocations_of, sale_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.engine.waiting import LoopConnection
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]

QUANTITY: Final = 7
COST_MINOR: Final = 7_070  # with one percent of commission
LARGE: Final = 50_000


def live(connection: Connection, issuer: Issuer, sale_id: UUID, buyer: int) -> None:
    """A purchase of more than is in stock, and all of it handed out. Begun again, it goes on."""
    promise(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        organisation_id=buyer,
        funding_account_id=1,
        lines=[line(QUANTITY)],
        held_until=HELD_UNTIL,
        reference=f"promise {sale_id}",
    )
    finish_sale(connection, issuer, sale_id)
    sell(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        total=Money(COST_MINOR, "KES"),
        receipt=Receipt(money=Money(COST_MINOR, "KES"), bank_reference=f"FT {sale_id}"),
        when_short="provision",
        takes_part=False,
        reference=f"sell {sale_id}",
    )
    finish_sale(connection, issuer, sale_id)
    for provision_id in running_provisions(connection, issuer):
        for _chunk in finish_provision(connection, issuer, provision_id):
            pass
    finish_sale(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    connection.rollback()
    wanted = HandoverAsked(
        organisation_id=buyer,
        allocation_id=allocation.allocation_id,
        vouchers=QUANTITY,
        recipient_key=PUBLIC,
    )
    begin_handover(connection, issuer, SYSTEM, sale_id, wanted, reference=f"handover {sale_id}")
    for _part in finish_handover(connection, issuer, sale_id):
        pass


HELD_UNTIL: Final = in_days(7)


def killed_at(
    exchange: int,
    url: str,
    provider: LocalKeyProvider,
    work: Callable[[Connection, Issuer], None],
    code: str = "AID",
) -> bool:
    """Whether a process that did the work was killed before that exchange with the database."""
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        return os.WIFSIGNALED(status)
    try:
        connection = connect(url)
        issuer = open_issuer(connection, code, provider)
        left = exchange
        wait = LoopConnection.wait

        def doomed(self: LoopConnection, *arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            return wait(self, *arguments, **named)  # type: ignore[arg-type]

        LoopConnection.wait = doomed  # type: ignore[method-assign, assignment]
        work(connection, issuer)
    except BaseException:  # noqa: BLE001  # the parent tells
        os._exit(1)
    os._exit(0)


def test_killed_between_every_two_steps_a_purchase_is_finished_once(
    connection: Connection,
    database: str,
    provider: LocalKeyProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (cutting, steps):
        monkeypatch.setattr(module, "CUT_VOUCHERS", 3)
    monkeypatch.setattr(handing_out, "_CHUNK_VOUCHERS", 3)
    issuer = given_issuer(connection, provider)
    given_sold_group(connection, issuer)
    buyer = given_organisation(connection, issuer, commission_points=100)
    exchange, was_killed = 0, True
    while was_killed:
        exchange += 1
        given_stock(connection, issuer, 4)
        before = balances(connection, issuer)
        sale_id = uuid4()
        was_killed = killed_at(
            exchange,
            database,
            provider,
            partial(live, sale_id=sale_id, buyer=buyer),
        )
        live(connection, issuer, sale_id, buyer)
        (allocation,) = allocations_of(connection, issuer, sale_id)
        assert sale_of(connection, issuer, sale_id).status == "allocated"
        assert (allocation.sold, allocation.held) == (QUANTITY, 0), exchange
        handed = numbers_of(connection, issuer, sale_id)
        assert [outcome for _serial, outcome, _number in handed] == ["done"] * QUANTITY
        after = balances(connection, issuer)
        assert after["funding:0"] - before["funding:0"] == -COST_MINOR
        assert after.get("fees:0", 0) - before.get("fees:0", 0) == 70
        assert "customer:1" not in after
        assert check(connection, issuer.issuer_id) == []
    assert exchange > 60  # so many exchanges it has, and each was the last one once


def test_an_allocation_of_fifty_thousand_killed_again_and_again(
    connection: Connection, database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_issuer(connection, provider, funds="1000000.00")
    given_sold_group(connection, issuer)
    given_stock(connection, issuer, LARGE + 1)
    buyer = given_organisation(connection, issuer, commission_points=100)
    sale_id = uuid4()
    cost = Money(LARGE * 1_010, "KES")
    promise(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        organisation_id=buyer,
        funding_account_id=1,
        lines=[line(LARGE)],
        held_until=HELD_UNTIL,
    )
    finish_sale(connection, issuer, sale_id)
    sell(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        total=cost,
        receipt=Receipt(money=cost, bank_reference="FT LARGE"),
        when_short="part",
        takes_part=False,
    )
    generator, kills = random.Random(7), 0  # noqa: S311  # the same kills each time
    while sale_of(connection, issuer, sale_id).status != "allocated":
        connection.rollback()
        exchange = generator.randint(4, 20)
        kills += killed_at(
            exchange,
            database,
            provider,
            lambda connection, issuer: finish_sale(connection, issuer, sale_id),
        )
        time.sleep(0.05)
    assert kills >= 4
    (allocation,) = allocations_of(connection, issuer, sale_id)
    assert (allocation.sold, allocation.charged_minor) == (LARGE, LARGE * 10)
    ranges = connection.execute(
        "SELECT sum(vouchers), max(serial_last) - min(serial_first) + 1, count(*)"
        " FROM allocation_range WHERE issuer_id = %s AND status = 'sold'",
        (issuer.issuer_id,),
    ).fetchone()
    connection.rollback()
    assert ranges == (LARGE, LARGE, 5)
    assert balances(connection, issuer)["fees:0"] == LARGE * 10
    assert check(connection, issuer.issuer_id) == []
