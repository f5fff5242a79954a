"""A known history, day by day: what was sold, handed out and redeemed, where, and of whom."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from html import unescape
from typing import Final

import msgspec
import pytest
from tests.databases import connected
from tests.engine.figures.given import drawn, given_organisation, given_sale, it_is
from tests.given import (
    SHOP,
    SYSTEM,
    ask,
    change,
    given_active,
    given_group,
    given_programme,
    given_stock,
    redemption,
)
from tests.portal.conftest import Portal
from tests.portal.given import given_office

from counterfoil.engine.acceptors import create_acceptors
from counterfoil.engine.database import Connection
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Outcome
from counterfoil.portal import periods
from counterfoil.voucher import Action

TODAY: Final = date(2040, 5, 21)
ASHA, BARAKA = SHOP.name, "Baraka Stores"
RELIEF, OTHERS = "Relief Now", "Others Ltd"


@dataclass(frozen=True, slots=True)
class History:
    """Vouchers are of 10.00 KES. In the thirty days that end on TODAY: sold 5 (fees 1.00), handed
    out 4, redeemed 3 (2 at Asha, today and on 1 May; 1 at Baraka, on 2 May), and one of those sold
    was cancelled, its value back with the issuer. In the thirty before: sold 4, redeemed 2 at Asha.
    All is of the programme of everybody, but one that was handed out and redeemed on 2 May.
    """

    issuer: Issuer
    relief: int
    others: int
    school: str  # the programme of that one
    asha: int = 1
    baraka: int = 2


def day_is(connection: Connection, issuer: Issuer, day: date, hour: int = 9) -> None:
    it_is(connection, issuer, datetime.combine(day, time(hour), UTC))


def redeemed(connection: Connection, issuer: Issuer, voucher: Answer, name: str = ASHA) -> Answer:
    wish = redemption(voucher.number or "")
    if name == BARAKA:
        wish = msgspec.structs.replace(wish, acceptor_name=BARAKA, acceptor_account="ACC-2")
    (answer,) = ask(connection, issuer, wish)
    assert answer.outcome is Outcome.DONE, answer
    return answer


def given_history(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr(periods, "today", lambda: TODAY)
    issuer = given_office(portal)
    with connected(portal.url) as connection:
        given_group(connection, issuer)
        given_programme(connection, issuer, "SCHOOL")
        given_group(connection, issuer, "LUNCH", programme="SCHOOL")
        create_acceptors(connection, issuer, SYSTEM, [replace(SHOP, name=BARAKA, account="ACC-2")])
        day_is(connection, issuer, date(2040, 4, 1))
        given_stock(connection, issuer, 40)
        given_stock(connection, issuer, 5, group="LUNCH")
        relief = given_organisation(connection, issuer, RELIEF)
        others = given_organisation(connection, issuer, OTHERS)
        given_sale(connection, issuer, others, quantity=4)
        for _each in range(2):
            redeemed(connection, issuer, given_active(connection, issuer))
        day_is(connection, issuer, date(2040, 5, 1))
        bought = given_sale(connection, issuer, relief, quantity=5)
        redeemed(connection, issuer, drawn(connection, issuer, bought))
        day_is(connection, issuer, date(2040, 5, 2))
        redeemed(connection, issuer, given_active(connection, issuer, group="LUNCH"), BARAKA)
        lost = drawn(connection, issuer, bought)
        ask(connection, issuer, change(Action.CANCEL, lost.serial or 0))
        day_is(connection, issuer, TODAY)
        redeemed(connection, issuer, drawn(connection, issuer, bought))
        catch_up(connection, issuer.issuer_id)
    return History(issuer, relief, others, "SCHOOL")


def strips(page: str) -> dict[str, list[str]]:
    """What stands in the strips of figures, by what it is called."""
    return {
        _plain(name): [_plain(each) for each in re.findall(r"<dd[^>]*>(.*?)</dd>", said, re.DOTALL)]
        for name, said in re.findall(r"<div><dt>(.*?)</dt>(.*?)</div>", page, re.DOTALL)
    }


def table_of(page: str, title: str) -> list[list[str]]:
    """The numbers of a chart, as its table says them; rows of noughts are left out."""
    found = re.search(rf'<caption class="hidden">{title}</caption>(.*?)</table>', page, re.DOTALL)
    assert found is not None, title
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', found[1], re.DOTALL)
    read = [[_plain(label), *re.findall(r'data-value="([^"]*)"', cells)] for label, cells in rows]
    return [row for row in read if not set(row[1:]) <= {"0", "0.00"}]


def _plain(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", "", text)).split())
