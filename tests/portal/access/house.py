"""What the engine has of a furnished issuer: one of everything, each text and each code marked."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from tests.databases import connected
from tests.given import ask
from tests.portal.conftest import Portal

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.bank_data import rebank_acceptor
from counterfoil.engine.bulk import begin_bulk, finish_bulk
from counterfoil.engine.bulk_selection import Selection
from counterfoil.engine.catalogue import BankData
from counterfoil.engine.clients import create_client
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.operation import Activate, Caller, Change, Outcome, Preactivate, Redeem
from counterfoil.engine.organisations import create_organisation
from counterfoil.engine.programme_steps import step_programme
from counterfoil.engine.programmes import ProgrammeDesign, open_funding_account, open_programme
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.engine.sales.paying import Receipt, receive
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.money import Money
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action

ONE: Final = Money(1000, "KES")
_FIRST_SERIAL: Final = 1_000_000_000_000_001  # of every issuer
FUNDS: Final = Money(471_133, "KES")


@dataclass(frozen=True, slots=True)
class Marks:
    """`text` is in every text, in small letters; `code` in every code; `word` in every name too,
    to be looked for. `at` is the first id of what counts from 1 at each issuer: those of one
    issuer are not those of another.
    """

    text: str
    code: str
    word: str
    at: int

    def name(self, what: str) -> str:
        return f"{what} {self.word} {self.text}"

    def seen_in(self, body: bytes) -> bool:
        """Whether anything there is of this issuer."""
        found = body.lower()
        return any(mark.lower().encode() in found for mark in (self.text, self.code, self.word))


@dataclass(frozen=True, slots=True)
class House:
    """Keys of what there is, by what the addresses call it."""

    issuer: Issuer
    acceptor_id: int
    draft_acceptor_id: int
    funding_account_id: int
    programme: str
    closed: str
    group: str
    groups: str
    provision_id: int
    bulk_id: int
    client_id: int
    keyless_id: int
    serial: int
    redeemed: int
    last_serial: int
    organisation_id: int


def given_house(portal: Portal, marks: Marks) -> House:
    caller = Caller(0, f"cli:{marks.text}")
    with connected(portal.url) as connection:
        issuer = create_issuer(
            connection,
            portal.provider,
            caller,
            code=marks.code,
            name=marks.name("Aid"),
            currency="KES",
        )
        acceptors = _acceptors(connection, issuer, caller, marks)
        account = _funds(connection, issuer, caller, marks)
        programme, group = _designs(connection, issuer, caller, marks, account)
        provision_id = _stock(connection, issuer, caller, group, count=12)
        for _more in range(marks.at):
            provision_id = _stock(connection, issuer, caller, group, count=3)
        serial, redeemed, bulk_id = _vouchers(connection, issuer, caller, marks, group)
        clients = _clients(connection, issuer, caller, marks)
        organisation_id = _organisations(connection, issuer, caller, marks, account)
    return House(
        issuer=issuer,
        acceptor_id=acceptors[0],
        draft_acceptor_id=acceptors[1],
        funding_account_id=account,
        programme=programme,
        closed=_closed(portal, issuer, caller, marks, account),
        group=group,
        groups=f"FOOD-{marks.code}",
        provision_id=provision_id,
        bulk_id=bulk_id,
        client_id=clients[0],
        keyless_id=clients[1],
        serial=serial,
        redeemed=redeemed,
        last_serial=_FIRST_SERIAL + 12 + 3 * marks.at - 1,
        organisation_id=organisation_id,
    )


def _acceptors(
    connection: Connection, issuer: Issuer, caller: Caller, marks: Marks
) -> tuple[int, int]:
    groups = (f"FOOD-{marks.code}",)
    others = [
        AcceptorDesign(
            name=marks.name(f"Other {number}"), kind="agent", account=f"{marks.text}-{number}"
        )
        for number in range(marks.at)
    ]
    *_others, shop, draft = create_acceptors(
        connection,
        issuer,
        caller,
        [
            *others,
            AcceptorDesign(
                name=marks.name("Shop"),
                kind="merchant",
                account=f"ACC-{marks.text}",
                fsp=f"Bank {marks.text}",
                groups=groups,
                daily_count_max=400,
            ),
            AcceptorDesign(
                name=marks.name("Draft"),
                kind="merchant",
                account=f"DRAFT-{marks.text}",
                status="draft",
            ),
        ],
        reference=f"acceptors {marks.text}",
        reason=f"they came by file {marks.text}",
    )
    rebank_acceptor(
        connection,
        issuer,
        caller,
        shop,
        BankData("account", f"Bank {marks.text}", f"NEXT-{marks.text}"),
        reason=f"another bank {marks.text}",
    )
    return shop, draft


def _funds(connection: Connection, issuer: Issuer, caller: Caller, marks: Marks) -> int:
    account = 0
    for number in range(marks.at):
        account = open_funding_account(
            connection,
            issuer,
            caller,
            fsp=f"bank {marks.text}",
            account=f"{marks.text}/{number}",
            currency="KES",
            name=marks.name("Account"),
        )
        deposit(
            connection,
            issuer,
            caller,
            FUNDS,
            reference=f"slip {marks.text} {number}",
            funding_account_id=account,
        )
    return account


def _designs(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    marks: Marks,
    account: int,
) -> tuple[str, str]:
    programme, group = f"PROG-{marks.code}", f"MEAL-{marks.code}"
    open_programme(
        connection,
        issuer,
        caller,
        ProgrammeDesign(
            name=marks.name("Winter"),
            description=f"for the winter {marks.text}",
            budget_minor=400_000,
            starts_on=date(2026, 1, 1),
        ),
        code=programme,
        funding_account_id=account,
        reason=f"asked by {marks.text}",
    )
    for version in range(2):
        create_group(
            connection,
            issuer,
            caller,
            GroupDesign(
                code=group,
                name=marks.name("Meals"),
                currency="KES",
                denominations=(ONE.amount_minor,),
                valid_for_days=90,
                accepts="groups",
                accepts_names=(f"FOOD-{marks.code}",),
                description=f"version {version} {marks.text}",
                programme=programme,
                restock_level=100,
            ),
            reason=f"published by {marks.text}",
        )
    return programme, group


def _closed(portal: Portal, issuer: Issuer, caller: Caller, marks: Marks, account: int) -> str:
    """A programme that is over, without vouchers."""
    code = f"PAST-{marks.code}"
    with connected(portal.url) as connection:
        design = ProgrammeDesign(name=marks.name("Autumn"))
        open_programme(connection, issuer, caller, design, code=code, funding_account_id=account)
        for before, after in pairwise(ProgrammeStatus):
            step_programme(
                connection,
                issuer,
                caller,
                code,
                after,
                expected_status=before,
                reason=f"over {marks.text}",
            )
    return code


def _stock(
    connection: Connection, issuer: Issuer, caller: Caller, group: str, *, count: int
) -> int:
    provision = begin_provision(
        connection, issuer, caller, group_code=group, money=ONE, count=count
    )
    for _step in finish_provision(connection, issuer, provision.provision_id):
        pass
    return provision.provision_id


def _vouchers(
    connection: Connection, issuer: Issuer, caller: Caller, marks: Marks, group: str
) -> tuple[int, int, int]:
    """One that is active, one that was redeemed, and a change of many with a refusal."""
    drawn = [
        ask(
            connection,
            issuer,
            Preactivate(
                caller=caller,
                reference=f"order {marks.text} {number}",
                amount="10.00",
                currency="KES",
                group=group,
                comment=f"for {marks.text}",
            ),
        )[0]
        for number in range(4)
    ]
    serials = [answer.serial or 0 for answer in drawn]
    for serial in serials:
        ask(connection, issuer, Activate(caller=caller, serial=serial))
    spent = drawn[1]
    (answer,) = ask(
        connection,
        issuer,
        Redeem(
            caller=caller,
            reference=f"till {marks.text}",
            number=spent.number or "",
            acceptor_name=marks.name("Shop"),
            acceptor_account=f"ACC-{marks.text}",
            acceptor_group=f"FOOD-{marks.code}",
        ),
    )
    assert answer.outcome is Outcome.DONE, answer
    why = Change(caller=caller, action=Action.SUSPEND, serial=serials[2], reason=f"no {marks.text}")
    ask(connection, issuer, why)
    bulk_id = 0
    for number in range(2 * marks.at):  # organisations change some of theirs in bulk as well
        bulk = begin_bulk(
            connection,
            issuer,
            caller,
            Selection(serials=serials[1:4]),
            action=Action.BLOCK,
            reason=f"lost {marks.text} {number}",
        )
        for _step in finish_bulk(connection, issuer, bulk.bulk_id):
            pass
        bulk_id = bulk.bulk_id
    return serials[0], serials[1], bulk_id


def _clients(
    connection: Connection, issuer: Issuer, caller: Caller, marks: Marks
) -> tuple[int, int]:
    client_id = 0
    for number in range(marks.at):
        client = create_client(
            connection,
            issuer,
            caller,
            name=f"POS {marks.text} {number}",
            scopes=["redeem", "status"],
            key_digest=api_key_digest(new_api_key()),
        )
        client_id = client.client_id
    keyless = create_client(connection, issuer, caller, name=f"New {marks.text}", scopes=["status"])
    return client_id, keyless.client_id


def _organisations(
    connection: Connection, issuer: Issuer, caller: Caller, marks: Marks, account: int
) -> int:
    """The last of them has paid something in."""
    organisation_id = 0
    for number in range(marks.at):
        organisation_id = create_organisation(
            connection,
            issuer,
            caller,
            name=marks.name(f"Buyer {number}"),
            commission_points=150,
            reason=f"registered by {marks.text}",
        )
    receive(
        connection,
        issuer,
        caller,
        organisation_id,
        receipt=Receipt(money=Money(81_300, "KES"), bank_reference=f"paid {marks.text}"),
        funding_account_id=account,
        reason=f"paid by {marks.text}",
    )
    return organisation_id
