"""Files are taken, deposits recorded and lines looked at by several at once: each counts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

from tests.gateway.bank_days import (
    exceptions,
    given_banked,
    given_batch,
    line,
    lines_of,
    matched,
    notified,
    statuses,
    take,
)
from tests.given import SYSTEM

from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.payouts.outcomes import News, Told, hear
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

FILES: Final = 6
CREDITS_EACH: Final = 3


def test_several_who_take_record_hear_and_look_count_everything_once(
    shared_connection: Connection, shared_database: str, provider: LocalKeyProvider
) -> None:
    issuer = given_banked(shared_connection, provider)
    sent = given_batch(shared_connection, issuer, *range(1000, 1000 + FILES))
    names = [[f"IN-{file}-{each}" for each in range(CREDITS_EACH)] for file in range(FILES)]
    files = [
        notified(
            issuer,
            line(f"OUT-{file}", -sent.amounts[file], of=sent.payments[file]),
            *(line(name, 70) for name in names[file]),
        )
        for file in range(FILES)
    ]

    def takes(connection: Connection, mine: Issuer) -> None:
        for content in files:
            take(connection, mine, content)

    def records(connection: Connection, mine: Issuer) -> None:
        for name in (name for of_file in names for name in of_file):
            deposit(connection, mine, SYSTEM, Money(70, "KES"), reference=name.lower())

    def hears(connection: Connection, mine: Issuer) -> None:
        for payment_id in reversed(sent.payments):
            hear(connection, mine, SYSTEM, [News(payment_id, Told.COMPLETED)])

    def looks(connection: Connection, mine: Issuer) -> None:
        for _time in range(4 * FILES):
            look_again(connection, mine)

    doing = (takes, records, hears, looks, looks)
    together = Barrier(len(doing))

    def work(does: Callable[[Connection, Issuer], None]) -> None:
        with connected(shared_database) as own:
            mine = open_issuer(own, issuer.code, provider)
            together.wait(10)
            does(own, mine)

    with ThreadPoolExecutor(len(doing)) as pool:
        list(pool.map(work, doing))
    look_again(shared_connection, issuer)
    assert set(lines_of(shared_connection, issuer).values()) == {"attached"}
    assert len(matched(shared_connection, issuer)) == FILES * (1 + CREDITS_EACH)
    assert statuses(shared_connection, issuer, sent) == ["completed"] * FILES
    assert exceptions(shared_connection, issuer) == []
    assert check(shared_connection, issuer.issuer_id) == []
