"""An issuer whose merchants have accounts at the bank, and both ledgers side by side."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
from tests.given import SYSTEM, ask, given_client, given_group, given_issuer

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import parse_amount
from counterfoil.voucher import State

BB: Final = "Social-Benefits"
AMOUNT: Final = "10.00"
AMOUNT_MINOR: Final = 1000
DEFERRED: Final = "FOOD-AID"
INSTANT: Final = "CASH-AID"
SHOP_GROUP: Final = "GROCERS"
REDEMPTION: Final = "/vouchers/voucher_redemption"

_BATCH: Final = 250
_SCOPES: Final = ("activate", "admin", "preactivate", "redeem", "status")
_FUNDS: Final = "10000000.00"


@dataclass(frozen=True, slots=True)
class Active:
    serial: int
    number: str


@dataclass(frozen=True, slots=True)
class Programme:
    """`funding` and `shop` are accounts at the bank as well as here."""

    issuer: Issuer
    key: str
    funding: str
    shop: str

    def redemption(self, number: str, *, shop: str | None = None) -> dict[str, object]:
        return {
            "voucher_number": number,
            "Gov_Stack_BB": BB,
            "merchant_name": shop or self.shop,
            "merchant_bank_details": shop or self.shop,
            "merchant_voucher_group": SHOP_GROUP,
            "override": False,
        }


def given_programme(
    connection: Connection, provider: KeyProvider, teller: httpx.Client, code: str
) -> Programme:
    """Funded here and at the bank alike; both groups create their vouchers on demand."""
    issuer = given_issuer(connection, provider, code=code, funds=_FUNDS)
    given_group(connection, issuer, DEFERRED, denominations=())
    given_group(connection, issuer, INSTANT, denominations=(), settlement="instant")
    _caller, key = given_client(connection, issuer, BB, _SCOPES)
    (funding,) = issuer.catalogue.funding_accounts.values()
    open_account(teller, funding.account, kind="funding", balance=_FUNDS)
    programme = Programme(issuer, key, funding.account, f"{code}-SHOP")
    given_shop(connection, programme, teller, programme.shop)
    return programme


def given_shop(
    connection: Connection,
    programme: Programme,
    teller: httpx.Client,
    name: str,
    *,
    behaviour: str | None = None,
) -> None:
    design = AcceptorDesign(name=name, kind="merchant", account=name, groups=(SHOP_GROUP,))
    create_acceptors(connection, programme.issuer, SYSTEM, [design])
    open_account(teller, name, behaviour=behaviour)


def open_account(
    teller: httpx.Client,
    name: str,
    *,
    kind: str = "merchant",
    balance: str = "0",
    behaviour: str | None = None,
) -> None:
    body = {"currency": "KES", "name": name, "kind": kind, "balance": balance}
    if behaviour is not None:
        body["behaviour"] = behaviour
    teller.put(f"/accounts/{name}", json=body).raise_for_status()


def given_actives(
    connection: Connection, issuer: Issuer, count: int, *, group: str
) -> list[Active]:
    drawn: list[Active] = []
    while len(drawn) < count:
        asked = min(_BATCH, count - len(drawn))
        wish = Preactivate(caller=SYSTEM, amount=AMOUNT, currency="KES", group=group)
        answers = ask(connection, issuer, *[wish] * asked)
        drawn += [Active(each.serial or 0, each.number or "") for each in answers]
        activated = ask(
            connection,
            issuer,
            *(Activate(caller=SYSTEM, serial=each.serial) for each in drawn[-asked:]),
        )
        assert {each.outcome for each in activated} == {Outcome.DONE}
    return drawn


def states(connection: Connection, issuer: Issuer) -> Counter[State]:
    rows = connection.execute(
        "SELECT state, count(*) FROM voucher WHERE issuer_id = %s GROUP BY state",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return Counter({State(state): vouchers for state, vouchers in rows})


# ------------------------------------------------------------------ the bank


@dataclass(frozen=True, slots=True)
class BankBooks:
    """What the bank says of one funding account: how it stands, and whom it paid for what."""

    agrees: bool
    paid_out_minor: int
    paid_minor: dict[str, int]
    narratives: list[str]


def bank_books(teller: httpx.Client, funding: str) -> BankBooks:
    totals = list(_pages(teller, "/summary", "accounts"))
    completed = [
        each
        for each in _pages(teller, "/transfers", "transfers")
        if each["from"] == funding and each["status"] == "completed"
    ]
    paid: Counter[str] = Counter()
    for each in completed:
        paid[each["to"]] += _minor(each["amount"])
    (own,) = (each for each in totals if each["account"] == funding)
    return BankBooks(
        agrees=all(each["balance"] == each["legs"] for each in totals),
        paid_out_minor=_minor(own["debits"]) - _minor(own["givebacks"]),
        paid_minor=dict(paid),
        narratives=[each["narrative"] for each in completed],
    )


def _pages(teller: httpx.Client, path: str, name: str) -> Iterator[dict[str, Any]]:
    after: str | int | None = None
    while True:
        answer = teller.get(path, params={"limit": 1000} | ({"after": after} if after else {}))
        page = answer.raise_for_status().json()
        yield from page[name]
        after = page["next"]
        if after is None:
            return


def _minor(text: str) -> int:
    return parse_amount(text, "KES").amount_minor
