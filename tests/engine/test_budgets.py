"""The budget of a programme: what counts against it, and that it holds for provisions, vouchers
created on demand and imports.
"""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from tests.given import (
    SYSTEM,
    ask,
    change,
    given_active,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    redemption,
)
from tests.programmes import provide, refused

from counterfoil.engine.budgets import committed_minor
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.importing_vouchers import import_vouchers
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome, Preactivate
from counterfoil.engine.programmes import (
    ProgrammeDesign,
    change_programme,
)
from counterfoil.engine.provision import finish_provision
from counterfoil.errors import BadRowsError, ConflictError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action

_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    """A database for all of them; each has an issuer of its own."""
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(connection, provider, f"BUDGETS-{next(_codes)}")


def test_a_budget_is_never_exceeded(connection: Connection, issuer: Issuer) -> None:
    given_programme(connection, issuer, budget_minor=10_000)
    given_group(connection, issuer, "COAT", programme="WINTER")
    given_group(connection, issuer, "CASH", denominations=(), programme="WINTER")
    given_stock(connection, issuer, 6, group="COAT")
    refused(
        connection,
        r"50\.00 KES is more than is left of the budget of WINTER: 40\.00 KES of 100\.00 KES",
        lambda: provide(connection, issuer, 5),
        ConflictError,
    )
    begun = provide(connection, issuer, 2)
    assert committed_minor(connection, issuer.issuer_id, 2) == 8000, "earmarked counts"
    draw = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="CASH")
    answers = ask(connection, issuer, *[draw] * 3)
    assert [each.outcome for each in answers] == [Outcome.DONE] * 2 + [Outcome.FUNDS_MISSING]
    assert committed_minor(connection, issuer.issuer_id, 2) == 10_000
    for _chunk in finish_provision(connection, issuer, begun.provision_id):
        pass
    refused(connection, r"0\.00 KES of 100", lambda: provide(connection, issuer, 1), ConflictError)
    assert check(connection, issuer.issuer_id) == []


def test_what_is_redeemed_stays_committed_and_what_is_freed_counts_back(
    connection: Connection, issuer: Issuer
) -> None:
    given_programme(connection, issuer, budget_minor=2000)
    given_group(connection, issuer, "CASH", denominations=(), programme="WINTER")
    spent = given_active(connection, issuer, group="CASH")
    ask(connection, issuer, redemption(spent.number or ""))
    ask(connection, issuer, change(Action.PURGE, spent.serial or 0))
    assert committed_minor(connection, issuer.issuer_id, 2) == 1000, "purged, but spent"
    held = given_active(connection, issuer, group="CASH")
    draw = Preactivate(caller=SYSTEM, amount="10.00", currency="KES", group="CASH")
    cancel = change(Action.CANCEL, held.serial or 0)
    answers = ask(connection, issuer, draw, cancel, draw, draw)
    assert [each.outcome for each in answers] == [
        Outcome.FUNDS_MISSING,
        Outcome.DONE,
        Outcome.DONE,
        Outcome.FUNDS_MISSING,
    ]
    replace_it = change(Action.REPLACE, answers[2].serial or 0)
    answers = ask(connection, issuer, replace_it, draw)
    assert [each.outcome for each in answers] == [Outcome.DONE, Outcome.FUNDS_MISSING]
    assert committed_minor(connection, issuer.issuer_id, 2) == 2000
    assert check(connection, issuer.issuer_id) == []


def test_a_budget_cannot_be_less_than_is_committed(connection: Connection, issuer: Issuer) -> None:
    winter = given_programme(connection, issuer)
    given_group(connection, issuer, "COAT", programme="WINTER")
    given_stock(connection, issuer, 5, group="COAT")

    def changed(budget_minor: int | None) -> Callable[[], object]:
        version = issuer.catalogue.programmes["WINTER"].version
        design = ProgrammeDesign(name="Winter", budget_minor=budget_minor)
        return lambda: change_programme(
            connection, issuer, SYSTEM, "WINTER", design, expected_version=version
        )

    assert winter.budget_minor is None
    match = r"50\.00 KES committed already"
    refused(connection, match, changed(4999), ConflictError)
    changed(5000)()
    refused(connection, "more than is left", lambda: provide(connection, issuer, 1), ConflictError)
    changed(None)()
    provide(connection, issuer, 1)
    assert check(connection, issuer.issuer_id) == []


def test_an_import_keeps_to_budget_and_status(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    given_programme(connection, issuer, budget_minor=3000)
    given_group(connection, issuer, "COAT", programme="WINTER")
    header = "serial,number,group,amount,currency,state,expires_at\n"

    def file(name: str, *states: str) -> Path:
        path = tmp_path / name
        first = 500 + 100 * len(name)
        lines = [
            f"{first + at},12345678{first + at},COAT,10.00,KES,{state},\n"
            for at, state in enumerate(states)
        ]
        path.write_text(header + "".join(lines))
        return path

    def took_in(path: Path) -> int:
        return import_vouchers(connection, issuer, SYSTEM, path).imported

    too_much = file("a.csv", "active", "stocked", "redeemed", "suspended")
    with pytest.raises(ConflictError, match=r"40\.00 KES is more than is left"):
        took_in(too_much)
    assert took_in(file("ab.csv", "active", "stocked", "redeemed", "cancelled")) == 4
    assert committed_minor(connection, issuer.issuer_id, 2) == 3000
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED)
    with pytest.raises(BadRowsError) as told:
        took_in(file("abc.csv", "cancelled", "active"))
    assert [str(row) for row in told.value.rows] == [
        "row 3, group: its programme WINTER takes no more vouchers."
    ]
    assert took_in(file("abcd.csv", "cancelled")) == 1
    given_step(connection, issuer, ProgrammeStatus.CLOSED)
    with pytest.raises(BadRowsError):
        took_in(file("abcde.csv", "cancelled"))
