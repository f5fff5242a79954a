"""What was asked for at a furnished issuer: a command of each kind that waits, and each ending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.utils import timezone
from tests.databases import connected
from tests.portal.access.banking import Banking
from tests.portal.access.banking import contents as of_banking
from tests.portal.access.buying import Buying
from tests.portal.access.desk import Desk
from tests.portal.access.house import House, Marks
from tests.portal.access.paying import Paying
from tests.portal.access.paying import contents as of_payouts
from tests.portal.access.purchasing import Purchasing
from tests.portal.access.purchasing import contents as of_purchases
from tests.portal.conftest import Portal

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.engine.commands.preparing import Decision, Prepared, Verdict, decide, prepare
from counterfoil.engine.commands.sale_content import PaidIn
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign
from counterfoil.portal.actions import seals
from counterfoil.portal.models import BankChange, Evidence, Person

_WAITS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Asked:
    """Keys of commands. `waiting` is one of each kind by its name; `own` is by the letter of who
    prepared it; `about_client` is about one without a key.
    """

    waiting: Mapping[str, UUID]
    own: Mapping[str, UUID]
    about_client: UUID
    done: UUID
    rejected: UUID


@dataclass(frozen=True, slots=True)
class _Desk:
    connection: Connection
    house: House
    marks: Marks

    def prepared(self, person: Person, content: Content) -> UUID:
        command_id = uuid4()
        prepare(
            self.connection,
            seals(),
            Prepared(
                issuer_id=self.house.issuer.issuer_id,
                command_id=command_id,
                content=content,
                prepared_by=person.actor,
                approvals=content.approvals,
                expires_at=timezone.now() + _WAITS,
                reason=f"wanted by {self.marks.text}",
            ),
        )
        self.connection.commit()
        return command_id

    def decided(self, person: Person, command_id: UUID, content: Content, verdict: Verdict) -> None:
        decide(
            self.connection,
            seals(),
            Decision(
                issuer_id=self.house.issuer.issuer_id,
                command_id=command_id,
                content=asks.encoded(content),
                decided_by=person.actor,
                on_behalf_of=person.actor,
                verdict=verdict,
                reason=f"decided by {self.marks.text}",
            ),
        )
        self.connection.commit()
        carry_out(self.connection, self.house.issuer, seals(), command_id)


def given_asked(  # of what there is at the issuer, by the room it is in
    portal: Portal,
    house: House,
    marks: Marks,
    people: Mapping[str, Person],
    desk: Desk,
    buying: Buying,
    purchasing: Purchasing,
    paying: Paying,
    banking: Banking,
) -> Asked:
    with connected(portal.url) as connection:
        room = _Desk(connection, house, marks)
        waiting = {
            content.kind: room.prepared(people["O"], content)
            for content in (
                *_of_money(house, marks),
                *_of_stock(house),
                *_of_programmes(house, marks),
                *_of_vouchers(house, marks),
                *_of_merchants(house, marks, desk),
                *_of_clients(house, marks),
                *_of_settings(),
                *_of_organisations(house, marks, buying),
                *of_purchases(house, marks, purchasing),
                *of_payouts(house, paying),
                *of_banking(house, banking),
            )
        }
        own = {
            letter: room.prepared(people[letter], _deposit(house, marks, f"own {letter}"))
            for letter in "AOPF"
        }
        about_client = room.prepared(
            people["A"], asks.ChangeClient(client_id=house.keyless_id, scopes=("status",))
        )
        content = _deposit(house, marks, "done")
        done = room.prepared(people["F"], content)
        room.decided(people["P"], done, content, Verdict.APPROVE)
        content = _deposit(house, marks, "rejected")
        rejected = room.prepared(people["F"], content)
        room.decided(people["P"], rejected, content, Verdict.REJECT)
    issuer_id = house.issuer.issuer_id
    Evidence.objects.create(issuer_id=issuer_id, command_id=done, upload_id=desk.upload)
    Evidence.objects.create(
        issuer_id=issuer_id, command_id=waiting["deposit"], upload_id=desk.upload
    )
    BankChange.objects.create(
        command_id=waiting["rebank_acceptor"],
        issuer_id=issuer_id,
        acceptor_id=house.acceptor_id,
        addresses=[f"told@{marks.text}.org"],
    )
    return Asked(waiting, own, about_client, done, rejected)


def _deposit(house: House, marks: Marks, what: str) -> asks.Deposit:
    return asks.Deposit(
        funding_account_id=house.funding_account_id,
        amount_minor=4711,
        currency="KES",
        reference=f"slip {marks.text} {what}",
    )


def _of_money(house: House, marks: Marks) -> list[Content]:
    return [
        _deposit(house, marks, "waiting"),
        asks.Withdraw(
            funding_account_id=house.funding_account_id,
            amount_minor=100,
            currency="KES",
            reference=f"out {marks.text}",
        ),
        asks.OpenFundingAccount(
            fsp=f"bank {marks.text}",
            account=f"{marks.text}/new",
            currency="KES",
            name=marks.name("New account"),
        ),
    ]


def _of_stock(house: House) -> list[Content]:
    return [
        asks.ProvisionStock(
            group=house.group, group_version=2, amount_minor=1000, currency="KES", count=2
        ),
        asks.TurnProvision(provision_id=house.provision_id, paused=True),
    ]


def _of_programmes(house: House, marks: Marks) -> list[Content]:
    return [
        asks.OpenProgramme(
            code=f"SPRING-{marks.code}",
            name=marks.name("Spring"),
            funding_account_id=house.funding_account_id,
        ),
        asks.ChangeProgramme(
            code=house.programme, expected_version=1, name=marks.name("Winter again")
        ),
        asks.StepProgramme(code=house.programme, expected_status="open", to_status="sales_closed"),
    ]


def _of_vouchers(house: House, marks: Marks) -> list[Content]:
    design = GroupDesign(
        code=f"SEED-{marks.code}",
        name=marks.name("Seed"),
        currency="KES",
        denominations=(1000,),
        valid_for_days=9,
        description=f"seed {marks.text}",
    )
    return [
        asks.PublishGroup(design=design, expected_version=0),
        asks.PauseGroup(code=house.group),
        asks.TurnGroup(code=house.group, status="closed"),
        asks.ChangeVoucher(serial=house.serial, action="suspend"),
        asks.ChangeVouchers(action="cancel", serials=(house.serial,)),
    ]


def _of_merchants(house: House, marks: Marks, desk: Desk) -> list[Content]:
    shop = house.acceptor_id
    market = AcceptorDesign(
        name=marks.name("Market"), kind="merchant", account=f"Market-{marks.text}"
    )
    return [
        asks.RegisterAcceptor(design=market, profile=str(desk.profile)),
        asks.CreateAcceptorGroup(code=f"SEEDS-{marks.code}", name=marks.name("Seeds")),
        asks.SuspendAcceptor(acceptor_id=shop),
        asks.TurnAcceptor(acceptor_id=shop, status="closed"),
        asks.RegroupAcceptor(acceptor_id=shop, expected_version=1, groups=(house.groups,)),
        asks.RebankAcceptor(
            acceptor_id=shop,
            expected_version=1,
            scheme="account",
            fsp=f"Bank {marks.text}",
            account=f"THIRD-{marks.text}",
        ),
        asks.HoldPayouts(acceptor_id=shop),
        asks.ReleasePayouts(acceptor_id=shop),
    ]


def _of_clients(house: House, marks: Marks) -> list[Content]:
    return [
        asks.CreateClient(name=f"Till {marks.text}", scopes=("redeem",)),
        asks.ChangeClient(client_id=house.client_id, scopes=("redeem",)),
        asks.RevokeClient(client_id=house.client_id),
        asks.SetClientKey(client_id=house.keyless_id, key_digest=bytes(32)),
        asks.ReplaceClientKey(client_id=house.client_id),
    ]


def _of_settings() -> list[Content]:
    bands = (asks.ApprovalBand(currency="KES", amount_minor_from=100_000, approvals=2),)
    return [
        asks.RotateKey(purpose="hash"),
        asks.ChangeSettings(retention_days=900),
        asks.ChangeApprovals(of_kind="deposit", bands=bands),
    ]


def _of_organisations(house: House, marks: Marks, buying: Buying) -> list[Content]:
    number, account, day = house.organisation_id, house.funding_account_id, date(2026, 3, 2)
    return [
        asks.RegisterOrganisation(
            name=marks.name("School"), commission_points=200, profile=str(buying.profile)
        ),
        asks.ChangeOrganisation(
            organisation_id=number,
            expected_version=1,
            name=marks.name("Buyer again"),
            commission_points=300,
        ),
        asks.SuspendOrganisation(organisation_id=number),
        asks.TurnOrganisation(organisation_id=number, status="closed"),
        asks.ReceivePayment(
            organisation_id=number,
            funding_account_id=account,
            currency="KES",
            paid=PaidIn(amount_minor=700, bank_reference=f"in {marks.text}", value_date=day),
        ),
        asks.RefundOrganisation(
            organisation_id=number,
            funding_account_id=account,
            amount_minor=300,
            currency="KES",
            bank_reference=f"back {marks.text}",
            value_date=day,
        ),
    ]
