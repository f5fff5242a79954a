"""An issuer that has one of everything, and very many of what there can be many of.

What there is of each comes from the tests of who may see what: they know every address.
"""

from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from tests.portal.access.furnished import Furnished, given_furnished
from tests.portal.conftest import Portal

from bench.large_payouts import paid
from bench.large_sales import sold
from bench.server import BENCH, active_numbers, check_done, provisioned
from counterfoil.engine.acceptors import (
    AcceptorChange,
    AcceptorDesign,
    change_acceptor,
    create_acceptors,
)
from counterfoil.engine.apply import apply
from counterfoil.engine.catalogue import DailyLimits
from counterfoil.engine.commands.content import Deposit
from counterfoil.engine.commands.preparing import Prepared, prepare
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Redeem
from counterfoil.engine.programmes import ProgrammeDesign, change_programme, open_programme
from counterfoil.keys.seals import Seals
from counterfoil.money import Money
from counterfoil.portal.models import Mail, MerchantProfile, Person, Role
from counterfoil.portal.models.trail import TrailEntry

OPERATIONS: Final = 200_000
_OPERATIONS_EACH: Final = 3  # drawn, activated, redeemed
_MERCHANTS: Final = 5000
_IN_REVIEW: Final = 1000
_PROVISIONS: Final = 100
_DEPOSITS: Final = 500
_PROGRAMMES: Final = 60
_PEOPLE: Final = 300
_COMMANDS: Final = 2000
_COMMANDS_WAITING: Final = 150
_TRAIL: Final = 20_000
_BATCH: Final = 500


def large_issuer(portal: Portal, connection: Connection, vouchers: int, bank: Path) -> Furnished:
    """`vouchers` of which a third of OPERATIONS were drawn, activated and redeemed, and of the
    others as many were sold as large_sales.py says; merchants are paid as large_payouts.py says,
    by files in the folder `bank`.
    """
    of = given_furnished(portal, "Harbour", at=1)
    issuer = of.house.issuer
    merchants = _merchants(connection, of)
    _money(connection, of, vouchers)
    for _each in range(_PROVISIONS):
        provisioned(connection, issuer, vouchers // _PROVISIONS, of.house.group)
    _redeemed(connection, of)
    _designs(connection, issuer, of.house.funding_account_id)
    _commands(connection, issuer)
    _desk(of)
    sold(connection, portal.url, of, vouchers - OPERATIONS // _OPERATIONS_EACH)
    return paid(connection, portal.url, of, bank, merchants)


def _merchants(connection: Connection, of: Furnished) -> list[int]:
    """Their ids, which follow one another."""
    issuer = of.house.issuer
    made: list[int] = []
    for first in range(0, _MERCHANTS, _BATCH):
        designs = [
            AcceptorDesign(
                name=f"Merchant {index:05}",
                kind="merchant",
                account=f"M-{index:05}",
                groups=(of.house.groups,),
            )
            for index in range(first, first + _BATCH)
        ]
        made.extend(create_acceptors(connection, issuer, BENCH, designs))
    MerchantProfile.objects.bulk_create(
        [_profile(of, f"Merchant {key:05}", "approved", acceptor_id=key) for key in made]
        + [_profile(of, f"Applicant {each:05}", "in_review") for each in range(_IN_REVIEW)]
    )
    return made


def _profile(
    of: Furnished, name: str, status: str, *, acceptor_id: int | None = None
) -> MerchantProfile:
    return MerchantProfile(
        issuer_id=of.issuer_id,
        acceptor_id=acceptor_id,
        kind="merchant",
        status=status,
        origin="orchestrator",
        made_by=BENCH.actor,
        changed_by=BENCH.actor,
        name=name,
        registered_name=f"{name} Limited",
    )


def _money(connection: Connection, of: Furnished, vouchers: int) -> None:
    """More than the vouchers need, in the account and in the programme."""
    issuer = of.house.issuer
    for number in range(_DEPOSITS):
        deposit(
            connection,
            issuer,
            BENCH,
            Money(2000 * vouchers // _DEPOSITS, "KES"),
            reference=f"slip {number}",
            funding_account_id=of.house.funding_account_id,
        )
    programme = issuer.catalogue.programmes[of.house.programme]
    design = ProgrammeDesign(name=programme.name, budget_minor=2000 * vouchers)
    change_programme(
        connection,
        issuer,
        BENCH,
        of.house.programme,
        design,
        expected_version=programme.version,
    )


def _redeemed(connection: Connection, of: Furnished) -> None:
    """All at one merchant, whose pages are those that are measured, without its limit of a day."""
    issuer, marks = of.house.issuer, of.marks
    shop = issuer.catalogue.acceptors_by_id[of.house.acceptor_id]
    change = AcceptorChange(daily_limits=DailyLimits())
    change_acceptor(connection, issuer, BENCH, shop.acceptor_id, change)
    numbers = active_numbers(connection, issuer, OPERATIONS // _OPERATIONS_EACH, of.house.group)
    for first in range(0, len(numbers), _BATCH):
        asked = [
            Redeem(
                caller=BENCH,
                number=number,
                acceptor_name=marks.name("Shop"),
                acceptor_account=f"ACC-{marks.text}",
                acceptor_group=of.house.groups,
            )
            for number in numbers[first : first + _BATCH]
        ]
        check_done(apply(connection, issuer, asked))


def _designs(connection: Connection, issuer: Issuer, funding_account_id: int) -> None:
    """Each with a programme of its own, and with a little stock."""
    for number in range(_PROGRAMMES):
        code = f"MORE-{number}"
        design = ProgrammeDesign(name=f"More {number}")
        open_programme(
            connection, issuer, BENCH, design, code=code, funding_account_id=funding_account_id
        )
        group = GroupDesign(
            code=code,
            name=f"More {number}",
            currency="KES",
            denominations=(1000,),
            valid_for_days=90,
            programme=code,
        )
        create_group(connection, issuer, BENCH, group)
        provisioned(connection, issuer, 10, code)


def _commands(connection: Connection, issuer: Issuer) -> None:
    seals = Seals.of_secret(settings.SECRET_KEY)
    expires_at = timezone.now() + timedelta(days=14)
    for number in range(_COMMANDS):
        content = Deposit(
            funding_account_id=1, amount_minor=1000, currency="KES", reference=f"bank {number}"
        )
        asked = Prepared(
            issuer_id=issuer.issuer_id,
            command_id=uuid4(),
            content=content,
            prepared_by=BENCH.actor,
            approvals=1,
            expires_at=expires_at,
        )
        prepare(connection, seals, asked)
    connection.execute(
        "UPDATE command SET status = 'done', finished_at = now() WHERE command_id IN"
        " (SELECT command_id FROM command WHERE issuer_id = %(issuer_id)s AND prepared_by = %(by)s"
        " ORDER BY prepared_at, command_id LIMIT %(done)s)",
        {
            "issuer_id": issuer.issuer_id,
            "by": BENCH.actor,
            "done": _COMMANDS - _COMMANDS_WAITING,
        },
    )
    connection.commit()


def _desk(of: Furnished) -> None:
    for number in range(_PEOPLE):
        person = Person.objects.create_person(f"{number}@example.org", name=f"Person {number}")
        person.roles.create(role=Role.OPERATOR, issuer_id=of.issuer_id)
    Mail.objects.bulk_create(
        Mail(recipient=f"{number}@example.org", subject="told", body="told")
        for number in range(_PEOPLE)
    )
    TrailEntry.objects.bulk_create(
        TrailEntry(
            issuer_id=of.issuer_id,
            actor=BENCH.actor,
            event="command.prepared.deposit",
            subject="funding:1",
            after={"amount_minor": 1000},
        )
        for _index in range(_TRAIL)
    )
