"""Credits that become deposits, and stock, by rules: once, whatever is killed in between."""

import pytest
from tests.gateway.bank_days import (
    exceptions,
    given_banked,
    line,
    lines_of,
    notified,
    take,
)
from tests.given import SYSTEM, balances, given_group

from counterfoil.engine.banking import deposit_rules as rules
from counterfoil.engine.banking.deposit_rules import (
    DepositRule,
    deposit_by_rules,
    set_deposit_rules,
)
from counterfoil.engine.banking.looking import look_again
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.programmes import open_funding_account
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.money import Money

DONOR = DepositRule(funding_account_id=1, payer_name="River  Donors", payer_reference="GRANT ")
PAID = "<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>"
SAID = "<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_banked(shared_connection, provider)


def credit(reference: str, minor: int, name: str = "river donors", text: str = "grant 7") -> str:
    return line(reference, minor, more=PAID.format(name=name) + SAID.format(text=text))


def available(connection: Connection, issuer: Issuer) -> int:
    return balances(connection, issuer)["available:0"]


def test_a_credit_that_fits_is_a_deposit_of_its_own_day(
    connection: Connection, issuer: Issuer
) -> None:
    set_deposit_rules(connection, issuer, SYSTEM, [DONOR])
    had = available(connection, issuer)
    take(connection, issuer, notified(issuer, credit("IN-1", 5_000), credit("IN-2", 70, "Other")))
    assert lines_of(connection, issuer) == {"IN-1": "proposed", "IN-2": "proposed"}
    assert deposit_by_rules(connection, issuer) == 1
    look_again(connection, issuer)
    assert available(connection, issuer) == had + 5_000
    assert lines_of(connection, issuer) == {"IN-1": "attached", "IN-2": "proposed"}
    assert deposit_by_rules(connection, issuer) == 0
    row = connection.execute(
        "SELECT v.value_on = e.value_on FROM value_date v"
        " JOIN bank_match m USING (issuer_id, operation_id)"
        " JOIN bank_entry e USING (issuer_id, entry_id) WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchone()
    connection.rollback()
    assert row == (True,)
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize(
    ("name", "text", "minor"),
    [("River", "grant 7", 10), ("river donors", "gift", 10), ("river donors", "grant 7", 5_001)],
    ids=["other payer", "other reference", "too much"],
)
def test_what_does_not_fit_waits_for_a_person(
    connection: Connection, issuer: Issuer, name: str, text: str, minor: int
) -> None:
    rule = DepositRule(
        funding_account_id=1,
        payer_name=DONOR.payer_name,
        payer_reference=DONOR.payer_reference,
        amount_minor_max=5_000,
    )
    set_deposit_rules(connection, issuer, SYSTEM, [rule])
    had = available(connection, issuer)
    take(connection, issuer, notified(issuer, credit("IN-1", minor, name, text)))
    assert deposit_by_rules(connection, issuer) == 0
    assert available(connection, issuer) == had
    assert lines_of(connection, issuer) == {"IN-1": "proposed"}


def test_a_reference_that_two_banks_have_counts_for_each_of_their_accounts(
    connection: Connection, issuer: Issuer
) -> None:
    euros = given_euros(connection, issuer)
    own = DepositRule(funding_account_id=euros, payer_name="River Donors")
    set_deposit_rules(connection, issuer, SYSTEM, [DONOR, own])
    take(connection, issuer, notified(issuer, credit("IN-1", 5_000)))
    take(connection, issuer, in_euros(issuer, notified(issuer, credit("IN-1", 70))))
    assert deposit_by_rules(connection, issuer) == 2
    look_again(connection, issuer)
    rows = connection.execute(
        "SELECT e.funding_account_id, e.status, m.amount_minor FROM bank_entry e"
        " LEFT JOIN bank_match m USING (issuer_id, entry_id)"
        " WHERE issuer_id = %s ORDER BY 1",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    assert rows == [(1, "attached", 5_000), (euros, "attached", 70)]
    assert check(connection, issuer.issuer_id) == []


def given_euros(connection: Connection, issuer: Issuer) -> int:
    """Another funding account, at another bank."""
    return open_funding_account(
        connection, issuer, SYSTEM, fsp="other", account=f"{issuer.code}-EUR", currency="EUR"
    )


def in_euros(issuer: Issuer, content: bytes) -> bytes:
    of_account = f"{issuer.code}-KES".encode(), f"{issuer.code}-EUR".encode()
    return content.replace(*of_account).replace(b"KES", b"EUR")


def test_stock_of_whole_vouchers_is_provisioned_from_it(
    connection: Connection, issuer: Issuer
) -> None:
    given_group(connection, issuer, "MEALS", denominations=(1_000,))
    rule = DepositRule(
        funding_account_id=1, payer_name="River Donors", group="MEALS", denomination_minor=1_000
    )
    set_deposit_rules(connection, issuer, SYSTEM, [rule])
    had = available(connection, issuer)
    take(connection, issuer, notified(issuer, credit("IN-1", 4_700), credit("IN-2", 900)))
    assert deposit_by_rules(connection, issuer) == 2
    assert available(connection, issuer) == had + 700 + 900
    assert _provisioned(connection, issuer) == [4]


def _provisioned(connection: Connection, issuer: Issuer) -> list[int]:
    rows = connection.execute(
        "SELECT serial_last - serial_first + 1 FROM provision WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [count for (count,) in rows]


def test_what_was_killed_in_between_is_ended_once(
    connection: Connection, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_group(connection, issuer, "MEALS", denominations=(1_000,))
    rule = DepositRule(
        funding_account_id=1, payer_name="River Donors", group="MEALS", denomination_minor=1_000
    )
    set_deposit_rules(connection, issuer, SYSTEM, [rule])
    had = available(connection, issuer)
    take(connection, issuer, notified(issuer, credit("IN-1", 4_000)))
    for step in ("deposit", "begin_provision", "_why_not"):
        whole = getattr(rules, step)

        def dies(*given: object, _whole: object = whole, **named: object) -> object:
            _whole(*given, **named)  # type: ignore[operator]
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(rules, step, dies)
            with pytest.raises(KeyboardInterrupt):
                deposit_by_rules(connection, issuer)
        connection.rollback()
        look_again(connection, issuer)
    set_deposit_rules(connection, issuer, SYSTEM, [])
    assert deposit_by_rules(connection, issuer) == 1
    assert deposit_by_rules(connection, issuer) == 0
    assert available(connection, issuer) == had
    assert _provisioned(connection, issuer) == [4]
    assert lines_of(connection, issuer) == {"IN-1": "attached"}
    assert check(connection, issuer.issuer_id) == []


def test_what_a_person_recorded_meanwhile_counts_once(
    connection: Connection, issuer: Issuer
) -> None:
    set_deposit_rules(connection, issuer, SYSTEM, [DONOR])
    take(connection, issuer, notified(issuer, credit("IN-1", 5_000)))
    had = available(connection, issuer)
    deposit(connection, issuer, SYSTEM, Money(5_000, "KES"), reference="in-1")
    assert deposit_by_rules(connection, issuer) == 1
    look_again(connection, issuer)
    assert available(connection, issuer) == had + 5_000
    assert lines_of(connection, issuer) == {"IN-1": "attached"}
    assert exceptions(connection, issuer) == []


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (DepositRule(funding_account_id=9, payer_name="A"), "no funding account 9"),
        (DepositRule(funding_account_id=1), "Say by whom"),
        (DepositRule(funding_account_id=1, payer_name="A", amount_minor_max=0), "above zero"),
        (DepositRule(funding_account_id=1, payer_name="A", group="FOOD-AID"), "of an amount"),
        (
            DepositRule(
                funding_account_id=1, payer_name="A", group="NONE", denomination_minor=1_000
            ),
            "no voucher group NONE",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_that_cannot_be_is_refused(
    connection: Connection, issuer: Issuer, rule: DepositRule, why: str
) -> None:
    set_deposit_rules(connection, issuer, SYSTEM, [DONOR])
    with pytest.raises((ConflictError, NotFoundError), match=why):
        set_deposit_rules(connection, issuer, SYSTEM, [rule])
    kept = connection.execute(
        "SELECT payer_name FROM deposit_rule WHERE issuer_id = %s AND applies", (issuer.issuer_id,)
    ).fetchall()
    connection.rollback()
    assert kept == [("River Donors",)]
