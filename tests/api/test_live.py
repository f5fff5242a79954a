"""Redemptions arrive live, at those they concern and at nobody else, as long as a ticket lasts."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import SEALS, Server, running_server
from tests.given import (
    SHOP,
    SYSTEM,
    ask,
    finish,
    given_active,
    given_group,
    given_issuer,
    given_stock,
    redemption,
)

from counterfoil.api import live
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Draw, Outcome, Redeem
from counterfoil.engine.organisations import create_organisation
from counterfoil.engine.sales.paying import Receipt, sell
from counterfoil.engine.sales.promising import SaleLine, promise
from counterfoil.engine.sales.reading import allocations_of
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.keys.live_tickets import Audience, AudienceKind, new_ticket
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.seals import Seals
from counterfoil.money import Money

PATH = "/live/redemptions"
SECONDS_MAX = 20.0


class Stream:
    """What a browser would be told."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()

    def event(self) -> tuple[str, Any]:
        """The next one; comments are passed over."""
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        return "", None

    def until_vouchers(self, number: int) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """Sums by currency and all rows, once so many were told of."""
        seen, rows = 0, []
        sums: dict[str, float] = {}
        while seen < number:
            name, told = self.event()
            assert name == "redemptions"
            for total in told["totals"]:
                seen += total["vouchers"]
                sums[total["currency"]] = sums.get(total["currency"], 0) + float(total["amount"])
            rows += told["latest"]
        assert seen == number
        return {currency: f"{amount:.2f}" for currency, amount in sums.items()}, rows


@contextmanager
def watching(
    server: Server, audience: Audience, *, ticket: str | None = None, seconds: int = 60
) -> Iterator[Stream]:
    ticket = ticket or new_ticket(SEALS, audience, seconds=seconds)
    with (
        httpx.Client(base_url=server.base_url, trust_env=False, timeout=SECONDS_MAX) as client,
        client.stream(
            "GET",
            PATH,
            params={"of": audience.name},
            headers={"Cookie": f"{audience.cookie}={ticket}"},
        ) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


def whole(issuer: Issuer) -> Audience:
    return Audience(issuer.issuer_id, AudienceKind.ISSUER)


def given_redeemed(connection: Connection, issuer: Issuer, number: int = 1) -> list[int]:
    """Their serials."""
    vouchers = [given_active(connection, issuer) for _each in range(number)]
    answers = ask(connection, issuer, *(redemption(each.number or "") for each in vouchers))
    assert {each.outcome for each in answers} == {Outcome.DONE}
    return [each.serial or 0 for each in vouchers]


def given_sold(connection: Connection, issuer: Issuer, name: str) -> tuple[int, str]:
    """An organisation, and the number of an active voucher that it bought."""
    organisation_id = create_organisation(connection, issuer, SYSTEM, name=name)
    sale_id = uuid4()
    promise(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        organisation_id=organisation_id,
        funding_account_id=1,
        lines=[SaleLine(group="FOOD-AID", group_version=1, amount_minor=1000, quantity=2)],
        held_until=datetime.now(UTC) + timedelta(days=1),
    )
    finish_sale(connection, issuer, sale_id)
    receipt = Receipt(money=Money(2000, "KES"), bank_reference=str(sale_id))
    sell(
        connection,
        issuer,
        SYSTEM,
        sale_id,
        total=receipt.money,
        receipt=receipt,
        when_short="part",
        takes_part=False,
    )
    finish_sale(connection, issuer, sale_id)
    (allocation,) = allocations_of(connection, issuer, sale_id)
    connection.commit()
    draw = Draw(
        caller=SYSTEM,
        reference=str(sale_id),
        allocation_id=allocation.allocation_id,
        at_once=True,
    )
    (answer,) = ask(connection, issuer, draw)
    return organisation_id, answer.number or ""


def test_a_redemption_arrives(books: Connection, issuer: Issuer, server: Server) -> None:
    given_redeemed(books, issuer)  # before anybody looked
    with watching(server, whole(issuer)) as stream:
        (serial,) = given_redeemed(books, issuer)
        name, told = stream.event()
    assert name == "redemptions"
    assert told["totals"] == [{"currency": "KES", "vouchers": 1, "amount": "10.00"}]
    (row,) = told["latest"]
    assert row.pop("id") > 0
    assert told["until"] > 1
    assert datetime.fromisoformat(row.pop("at")).tzinfo is not None
    assert row == {
        "serial": str(serial),
        "group": "FOOD-AID",
        "name": "Food-Aid",
        "amount": "10.00",
        "currency": "KES",
        "acceptor": SHOP.name,
        "acceptor_id": 1,
    }


def test_what_is_paid_at_once_arrives_when_it_is_settled(
    books: Connection, issuer: Issuer, server: Server
) -> None:
    given_group(books, issuer, "CASH", denominations=(), settlement="instant")
    voucher = given_active(books, issuer, group="CASH")
    with watching(server, Audience(issuer.issuer_id, AudienceKind.ACCEPTOR, 1)) as stream:
        (asked,) = ask(books, issuer, redemption(voucher.number or ""))
        ask(books, issuer, finish(asked, completed=False))
        (asked,) = ask(books, issuer, redemption(voucher.number or ""))
        ask(books, issuer, finish(asked, completed=True))
        _sums, rows = stream.until_vouchers(1)
    assert [(row["serial"], row["acceptor"]) for row in rows] == [(str(voucher.serial), SHOP.name)]


@pytest.mark.prove
def test_each_sees_its_own(
    books: Connection, issuer: Issuer, server: Server, provider: LocalKeyProvider
) -> None:
    other_issuer = given_issuer(books, provider, code="ELSEWHERE")
    given_group(books, other_issuer)
    given_stock(books, other_issuer, 5)
    create_acceptors(
        books, issuer, SYSTEM, [AcceptorDesign(name="Second", kind="agent", account="A2")]
    )
    ours, number = given_sold(books, issuer, "Ours")
    theirs, _number = given_sold(books, issuer, "Theirs")
    of = issuer.issuer_id
    with (
        watching(server, whole(issuer)) as all_of_it,
        watching(server, whole(other_issuer)) as elsewhere,
        watching(server, Audience(of, AudienceKind.ORGANISATION, ours)) as mine,
        watching(server, Audience(of, AudienceKind.ORGANISATION, theirs), seconds=8) as theirs_only,
        watching(server, Audience(of, AudienceKind.ACCEPTOR, 1)) as first,
        watching(server, Audience(of, AudienceKind.ACCEPTOR, 2)) as second,
    ):
        taken = Redeem(caller=SYSTEM, number=number, acceptor_name="Second", acceptor_account="A2")
        (answer,) = ask(books, issuer, taken)
        assert answer.outcome is Outcome.DONE, answer
        (abroad,) = given_redeemed(books, other_issuer)
        sold = str(answer.serial)
        assert [row["serial"] for row in all_of_it.until_vouchers(1)[1]] == [sold]
        assert [row["serial"] for row in mine.until_vouchers(1)[1]] == [sold]
        assert [row["serial"] for row in second.until_vouchers(1)[1]] == [sold]
        assert [row["serial"] for row in elsewhere.until_vouchers(1)[1]] == [str(abroad)]
        (last,) = given_redeemed(books, issuer)  # nobody's, at the first shop
        assert [row["serial"] for row in first.until_vouchers(1)[1]] == [str(last)]
        assert theirs_only.event() == ("end", {})


def test_a_crowd_is_one_event_with_the_latest(
    books: Connection, issuer: Issuer, server: Server
) -> None:
    vouchers = [given_active(books, issuer) for _each in range(60)]
    with watching(server, whole(issuer)) as stream:
        ask(books, issuer, *(redemption(each.number or "") for each in vouchers))
        name, told = stream.event()
    assert name == "redemptions"
    assert told["totals"] == [{"currency": "KES", "vouchers": 60, "amount": "600.00"}]
    newest = [str(each.serial) for each in reversed(vouchers[-20:])]
    assert [row["serial"] for row in told["latest"]] == newest


def test_events_come_no_faster_than_twice_a_second(
    books: Connection, issuer: Issuer, server: Server
) -> None:
    vouchers = [given_active(books, issuer) for _each in range(30)]
    with watching(server, whole(issuer), seconds=60) as stream:
        began = time.monotonic()
        for each in vouchers:
            ask(books, issuer, redemption(each.number or ""))
            time.sleep(0.05)
        seen = events = 0
        while seen < len(vouchers):
            _name, told = stream.event()
            seen += told["totals"][0]["vouchers"]
            events += 1
    assert events <= 2 * (time.monotonic() - began) + 1
    assert events >= 2


def test_a_stream_ends_with_its_ticket(issuer: Issuer, server: Server) -> None:
    began = time.monotonic()
    with watching(server, whole(issuer), seconds=2) as stream:
        assert stream.event() == ("end", {})
        assert stream.event() == ("", None)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "x",
        "AAAA",
        "another audience",
        "another secret",
        "of yesterday",
    ],
)
def test_nobody_comes_in_without_a_ticket_for_it(
    issuer: Issuer, server: Server, ticket: str
) -> None:
    audience = whole(issuer)
    tickets = {
        "another audience": new_ticket(SEALS, Audience(issuer.issuer_id, AudienceKind.ACCEPTOR, 1)),
        "another secret": new_ticket(Seals.of_secret("guessed"), audience),
        "of yesterday": new_ticket(SEALS, audience, seconds=-86_400),
    }
    with server.client() as client:
        answer = client.get(
            PATH,
            params={"of": audience.name},
            headers={"Cookie": f"{audience.cookie}={tickets.get(ticket, ticket)}"},
        )
    assert answer.status_code == 401
    assert answer.json()["code"] == "ticket_missing"


@pytest.mark.parametrize("of", ["", "1", "1.issuer", "1.nobody.0", "-1.issuer.0", "1.issuer.x"])
def test_an_audience_that_is_none(server: Server, of: str) -> None:
    with server.client() as client:
        assert client.get(PATH, params={"of": of}).status_code == 401


def test_more_streams_than_a_process_takes(
    books: Connection,
    issuer: Issuer,
    api_database: str,
    provider: LocalKeyProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live.Live.__init__, "__kwdefaults__", {"streams_max": 1})
    audience = whole(issuer)
    headers = {"Cookie": f"{audience.cookie}={new_ticket(SEALS, audience)}"}
    with running_server(api_database, provider) as small, small.client() as client:
        with watching(small, audience):
            answer = client.get(PATH, params={"of": audience.name}, headers=headers)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "30"
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            with client.stream("GET", PATH, params={"of": audience.name}, headers=headers) as again:
                if again.status_code == 200:
                    break
            assert time.monotonic() < deadline
        with watching(small, audience) as stream:
            given_redeemed(books, issuer)
            assert stream.event()[0] == "redemptions"


def test_a_server_stops_although_somebody_watches(
    issuer: Issuer, api_database: str, provider: LocalKeyProvider
) -> None:
    with running_server(api_database, provider) as stopping:
        audience = whole(issuer)
        client = httpx.Client(base_url=stopping.base_url, trust_env=False, timeout=SECONDS_MAX)
        headers = {"Cookie": f"{audience.cookie}={new_ticket(SEALS, audience)}"}
        request = client.build_request("GET", PATH, params={"of": audience.name}, headers=headers)
        answer = client.send(request, stream=True)
        assert answer.status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 5
    answer.close()
    client.close()
