"""Programmes and funding accounts: opened, changed and stepped, each once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from tests.given import (
    SYSTEM,
    given_group,
    given_issuer,
    given_programme,
    given_step,
)
from tests.programmes import everything, refused

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit, withdraw
from counterfoil.engine.issuer import Issuer, open_issuer
from counterfoil.engine.programme_steps import step_programme
from counterfoil.engine.programmes import (
    ProgrammeDesign,
    change_programme,
    open_funding_account,
    open_programme,
)
from counterfoil.errors import ConflictError, NotFoundError, ReferenceReusedError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action

WINTER = ProgrammeDesign(
    name="Winter",
    description="Blankets",
    budget_minor=50_000,
    starts_on=date(2026, 11, 1),
    sales_close_on=date(2027, 1, 31),
    redemption_close_on=date(2027, 2, 28),
    claims_close_on=date(2027, 3, 31),
)


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(connection, provider)


def test_an_issuer_begins_with_one_programme(connection: Connection, issuer: Issuer) -> None:
    (first,) = issuer.catalogue.programmes.values()
    assert (first.code, first.name, first.status) == ("PROGRAMME-1", "Programme 1", "open")
    assert (first.currency, first.funding_account_id, first.budget_minor) == ("KES", 1, None)
    assert issuer.catalogue.groups["GENERAL-PURPOSE"].current.programme_id == 1
    assert check(connection) == []


def test_a_programme_is_opened_as_it_was_designed(
    connection: Connection, issuer: Issuer, provider: LocalKeyProvider
) -> None:
    opened = open_programme(
        connection, issuer, SYSTEM, WINTER, code="WINTER", funding_account_id=1, reason="cold"
    )
    elsewhere = open_issuer(connection, issuer.code, provider).catalogue.programmes["WINTER"]
    assert opened == elsewhere
    assert (opened.programme_id, opened.code, opened.currency) == (2, "WINTER", "KES")
    assert (opened.description, opened.budget_minor) == ("Blankets", 50_000)
    assert (opened.starts_on, opened.claims_close_on) == (date(2026, 11, 1), date(2027, 3, 31))
    row = connection.execute(
        "SELECT action, actor, subject, reason FROM operation ORDER BY operation_id DESC LIMIT 1"
    ).fetchone()
    assert row == (Action.OPEN_PROGRAMME, "test", "programme:WINTER", "cold")
    assert connection.execute("SELECT status, actor, reason FROM programme_step").fetchall() == [
        ("open", "test", "cold")
    ]
    assert check(connection) == []


def test_the_same_reference_opens_one_programme(connection: Connection, issuer: Issuer) -> None:
    def opened(code: str, design: ProgrammeDesign) -> object:
        return open_programme(
            connection, issuer, SYSTEM, design, code=code, funding_account_id=1, reference="r"
        )

    first = opened("WINTER", WINTER)
    before = everything(connection)
    assert opened("WINTER", WINTER) == first
    assert everything(connection) == before
    refused(connection, "another change", lambda: opened("SUMMER", WINTER), ReferenceReusedError)
    other = replace(WINTER, budget_minor=1)
    refused(connection, "another change", lambda: opened("WINTER", other), ReferenceReusedError)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"name": " "}, "needs a name"),
        ({"budget_minor": 0}, "above zero"),
        ({"budget_minor": 10**18}, "above zero"),
        ({"starts_on": date(2027, 2, 1)}, "follow each other"),
        ({"redemption_close_on": None, "claims_close_on": date(2027, 1, 1)}, "follow each other"),
    ],
)
def test_an_impossible_design_is_refused(
    connection: Connection, issuer: Issuer, changes: dict[str, object], match: str
) -> None:
    design = replace(WINTER, **changes)  # type: ignore[arg-type]

    def opened() -> object:
        return open_programme(
            connection, issuer, SYSTEM, design, code="WINTER", funding_account_id=1
        )

    refused(connection, match, opened, ConflictError)


def test_a_programme_needs_a_code_and_an_account_of_its_issuer(
    connection: Connection, issuer: Issuer
) -> None:
    def opened(code: str, funding_account_id: int = 1) -> Callable[[], object]:
        return lambda: open_programme(
            connection, issuer, SYSTEM, WINTER, code=code, funding_account_id=funding_account_id
        )

    refused(connection, "already", opened("PROGRAMME-1"), ConflictError)
    refused(connection, "no funding account 7", opened("WINTER", 7), NotFoundError)
    refused(connection, "programme_code", opened("winter"), ConflictError)


def test_funding_accounts_are_opened_once(connection: Connection, issuer: Issuer) -> None:
    def opened(account: str, currency: str = "KES") -> int:
        return open_funding_account(
            connection,
            issuer,
            SYSTEM,
            fsp="sandbox",
            account=account,
            currency=currency,
            name="Second",
            reference="r",
        )

    assert opened("AID-2") == 2
    assert opened("AID-2") == 2
    account = issuer.catalogue.funding_accounts[2]
    assert (account.currency, account.account, account.name) == ("KES", "AID-2", "Second")
    refused(connection, "another change", lambda: opened("AID-3"), ReferenceReusedError)

    def again(account: str = "AID-2", currency: str = "KES") -> Callable[[], object]:
        return lambda: open_funding_account(
            connection, issuer, SYSTEM, fsp="sandbox", account=account, currency=currency
        )

    refused(connection, "already", again(), ConflictError)
    refused(connection, "provider and its number", again(" "), ConflictError)
    refused(connection, "not a currency", again("AID-9", "ZZZ"), ConflictError)
    assert check(connection) == []


def test_money_comes_to_the_account_that_is_named(connection: Connection, issuer: Issuer) -> None:
    second = open_funding_account(
        connection, issuer, SYSTEM, fsp="sandbox", account="AID-2", currency="KES"
    )
    euros = open_funding_account(
        connection, issuer, SYSTEM, fsp="sandbox", account="AID-EUR", currency="EUR"
    )
    kes = Money(700, "KES")
    assert deposit(connection, issuer, SYSTEM, kes, reference="d", funding_account_id=second)
    assert not deposit(connection, issuer, SYSTEM, kes, reference="d", funding_account_id=second)
    assert withdraw(
        connection, issuer, SYSTEM, Money(200, "KES"), reference="w", funding_account_id=second
    )
    rows = connection.execute(
        "SELECT funding_account_id, credit_minor - debit_minor FROM account WHERE kind = 2"
        " ORDER BY 1"
    ).fetchall()
    assert rows == [(1, 10_000_000), (2, 500)]

    def moved(reference: str, account: int | None, minor: int = 700) -> Callable[[], object]:
        return lambda: deposit(
            connection,
            issuer,
            SYSTEM,
            Money(minor, "KES"),
            reference=reference,
            funding_account_id=account,
        )

    refused(connection, "is in EUR", moved("x", euros), ConflictError)
    refused(connection, "no funding account 9", moved("x", 9), NotFoundError)
    refused(connection, "another funding account", moved("d", None), ConflictError)
    refused(connection, "another amount", moved("d", second, 701), ConflictError)

    def withdrawn() -> object:
        money = Money(501, "KES")
        return withdraw(connection, issuer, SYSTEM, money, reference="y", funding_account_id=second)

    refused(connection, "more than is available", withdrawn, ConflictError)
    assert check(connection) == []


def test_a_programme_is_changed_by_who_saw_it_as_it_is(
    connection: Connection, issuer: Issuer
) -> None:
    winter = given_programme(connection, issuer)
    design = replace(WINTER, name="Long winter")

    def changed(version: int, reference: str | None = None) -> object:
        return change_programme(
            connection,
            issuer,
            SYSTEM,
            "WINTER",
            design,
            expected_version=version,
            reason="colder",
            reference=reference,
        )

    after = changed(winter.version, "r")
    assert after == issuer.catalogue.programmes["WINTER"]
    assert issuer.catalogue.programmes["WINTER"].name == "Long winter"
    before = everything(connection)
    assert changed(winter.version, "r") == after
    assert everything(connection) == before
    refused(connection, "changed meanwhile", lambda: changed(winter.version), ConflictError)
    design = replace(design, name="Other")
    refused(
        connection, "another change", lambda: changed(winter.version, "r"), ReferenceReusedError
    )
    assert check(connection) == []


def test_steps_come_one_after_the_other_and_never_back(
    connection: Connection, issuer: Issuer
) -> None:
    given_programme(connection, issuer)

    def step(to_status: str, expected: str, reason: str = "r") -> Callable[[], object]:
        return lambda: step_programme(
            connection,
            issuer,
            SYSTEM,
            "WINTER",
            to_status,
            expected_status=expected,
            reason=reason,
        )

    for before, after in pairwise(ProgrammeStatus):
        for other in ProgrammeStatus:
            if other is not after:
                refused(connection, "next step", step(other, before), ConflictError)
        refused(connection, "not closed any more", step(after, "closed"), ConflictError)
        refused(connection, "Say why", step(after, before, " "), ConflictError)
        refused(connection, "A programme is one of", step("ended", before), ConflictError)
        step(after, before)()
        assert issuer.catalogue.programmes["WINTER"].status is after
    refused(connection, "no step after", step("open", "closed"), ConflictError)
    rows = connection.execute("SELECT status, actor, reason FROM programme_step ORDER BY at")
    assert [(status, actor) for status, actor, _reason in rows] == [
        (status, "test") for status in ProgrammeStatus
    ]


def test_the_same_reference_steps_once(connection: Connection, issuer: Issuer) -> None:
    given_programme(connection, issuer)

    def step(code: str) -> object:
        return step_programme(
            connection,
            issuer,
            SYSTEM,
            code,
            "sales_closed",
            expected_status="open",
            reason="r",
            reference="once",
        )

    after = step("WINTER")
    before = everything(connection)
    assert step("WINTER") == after
    assert everything(connection) == before
    refused(connection, "another change", lambda: step("PROGRAMME-1"), ReferenceReusedError)
    refused(
        connection,
        "no programme NONE",
        lambda: step_programme(
            connection,
            issuer,
            SYSTEM,
            "NONE",
            "closed",
            expected_status="claims_closed",
            reason="r",
        ),
        NotFoundError,
    )


def test_a_group_without_a_programme_is_in_the_oldest_that_sells(
    connection: Connection, issuer: Issuer
) -> None:
    given_programme(connection, issuer)
    given_group(connection, issuer, "FIRST")
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED, "PROGRAMME-1")
    given_group(connection, issuer, "SECOND")
    in_programme = {
        code: group.current.programme_id for code, group in issuer.catalogue.groups.items()
    }
    assert in_programme == {"GENERAL-PURPOSE": 1, "FIRST": 1, "SECOND": 2}
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)
    refused(
        connection,
        "has closed its sales",
        lambda: given_group(connection, issuer, "THIRD"),
        ConflictError,
    )
