"""Payouts to a bank that is not ours, day by day, with all that banks do: by the server's own
processes, our people's commands and the bank's files alone.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from tests.cli.running import counterfoil
from tests.gateway.bank_house import BIC, FUND, RAIL, House, opened_house

from counterfoil.engine.banking.deposit_rules import DepositRule
from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.resolving import How
from counterfoil.engine.commands.content import (
    Deposit,
    RebankAcceptor,
    ResolveException,
    RetryPayout,
    SetDepositRules,
)
from counterfoil.gateway.bank_files import Party, Payment, PaymentBatch
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.money import Money

pytestmark = pytest.mark.prove

_THIS_MONDAY: Final = datetime.now(UTC).date() - timedelta(days=datetime.now(UTC).weekday())
MONDAY: Final = _THIS_MONDAY - timedelta(days=14)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SUNDAY, NEXT_MONDAY, NEXT_TUESDAY = (
    MONDAY + timedelta(days=number) for number in (1, 2, 3, 4, 6, 7, 8)
)
THE_FRIDAY_BEFORE: Final = MONDAY - timedelta(days=3)
# Bart has another account by then.
MOVED_TO: Final = "NL19MOCK0000000009"
GIFT, GRANT, CHARGE = 10_000_00, 5_000_00, 12_50
REDEEMED: Final = {"Anna": 120_00, "Bart": 80_50, "Cees": 60_25, "Dora": 45_10}


def _by_http(address: str) -> str:
    """Without the archive, so that what was fetched from under the worker stays away."""
    return (
        f'[{RAIL}]\nkind = "iso20022"\nissuer = "HARBOUR"\n'
        f'out = "{address}/payments"\nin = "{address}/_mock/mailbox?leave"\n'
        f'acknowledge = "{address}/_mock/mailbox"\ndebtor_bic = "{BIC}"\n'
    )


def _by_folders(folder: Path) -> Callable[[str], str]:
    def rails(_address: str) -> str:
        return (
            f'[{RAIL}]\nkind = "iso20022"\nissuer = "HARBOUR"\n'
            f'out = "{folder / "drop"}"\nin = "{folder / "pickup"}"\ndebtor_bic = "{BIC}"\n'
        )

    return rails


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[House]:
    with opened_house(database, tmp_path, _by_http, first=THE_FRIDAY_BEFORE) as house:
        yield house


@pytest.fixture
def house_of_folders(database: str, tmp_path: Path) -> Iterator[House]:
    (tmp_path / "drop").mkdir()
    (tmp_path / "pickup").mkdir()
    doors = ("--drop-dir", str(tmp_path / "drop"), "--pickup-dir", str(tmp_path / "pickup"))
    quick = ("--drop-interval-ms", "200")
    with opened_house(
        database, tmp_path, _by_folders(tmp_path), *doors, *quick, first=THE_FRIDAY_BEFORE
    ) as house:
        yield house


def test_a_bank_is_followed_from_the_file_to_the_last_statement(house: House) -> None:
    _money_arrives(house)
    run_id = _a_run_is_taken_on_in_part(house)
    _the_same_file_again_changes_nothing(house, run_id)
    _it_is_booked_and_one_has_another_account(house, run_id)
    _a_statement_is_missing_and_a_charge_is_nobodys(house)
    _the_statement_comes_late(house)
    _one_comes_back_and_both_are_sent_again(house, run_id)
    _the_bank_is_silent(house)
    _all_agrees(house)


def test_the_same_by_folders(house_of_folders: House) -> None:
    house = house_of_folders
    house.bank.credit(account="ACME", amount=GIFT, note="Gift", debtor={"name": "Rotary"})
    house.turn(MONDAY)
    house.until(lambda: house.lines() == {"MB-RCV-1": "proposed"})
    house.people.done(_deposit("MB-RCV-1", GIFT))
    house.redeem(**REDEEMED)
    run_id = house.people.sent(1)
    house.until(lambda: set(house.people.payouts(run_id).values()) == {"processed", "failed"})
    house.turn(TUESDAY)
    house.until(lambda: house.stands_at(MONDAY))
    house.turn(WEDNESDAY)
    house.until(lambda: house.stands_at(TUESDAY))
    assert house.people.payouts(run_id) == dict.fromkeys(REDEEMED, "completed") | {"Bart": "failed"}
    assert house.payable() == {"Bart": 80_50}
    assert house.differences() == []
    assert house.at_the_bank() == GIFT - 120_00 - 60_25 - 45_10 == _fund(house)
    assert counterfoil("check", settings=house.settings).code == 0


def _money_arrives(house: House) -> None:
    """One credit by a rule, one that a person records under the bank's reference."""
    rule = DepositRule(funding_account_id=1, payer_name="City Council", payer_reference="GRANT")
    house.people.done(SetDepositRules(rules=(rule,)))
    house.bank.credit(account="ACME", amount=GIFT, note="Gift 7", debtor={"name": "Rotary"})
    house.bank.credit(
        account="ACME", amount=GRANT, note="GRANT 2026/3", debtor={"name": "City Council"}
    )
    house.turn(MONDAY)
    house.until(lambda: house.lines() == {"MB-RCV-1": "proposed", "MB-RCV-2": "attached"})
    assert _fund(house) == GRANT
    house.people.done(_deposit("MB-RCV-1", GIFT))
    house.until(lambda: set(house.lines().values()) == {"attached"})
    assert _fund(house) == GRANT + GIFT == house.at_the_bank()


def _a_run_is_taken_on_in_part(house: House) -> int:
    """Three payments are accepted; of one the account is closed."""
    house.redeem(**REDEEMED)
    run_id = house.people.sent(1)
    taken_on = dict.fromkeys(REDEEMED, "processed") | {"Bart": "failed"}
    house.until(lambda: house.people.payouts(run_id) == taken_on)
    ((reason,),) = house.rows("SELECT reason FROM payment WHERE status = 'rejected'")
    assert reason == "cannot_credit"
    assert house.payable() == {"Bart": 80_50}
    assert _fund(house) == GRANT + GIFT
    return run_id


def _the_same_file_again_changes_nothing(house: House, run_id: int) -> None:
    """As whoever was stopped before it could note that the bank has it."""
    before = house.people.payouts(run_id), house.payable(), _operations(house)
    house.connection.execute("UPDATE bank_batch SET put_at = NULL")
    house.connection.commit()
    house.until(lambda: len(house.rows("SELECT FROM bank_file WHERE kind = 'status'")) == 2)
    assert (house.people.payouts(run_id), house.payable()) == before[:2]
    assert _operations(house) == before[2] + 1  # that the second answer was taken in
    assert house.differences() == []
    assert len(house.client.get("/_mock/payments").json()) == len(REDEEMED)


def _it_is_booked_and_one_has_another_account(house: House, run_id: int) -> None:
    """Cees's will come back three days after it was paid."""
    back = {"days": 3, "reason": "MD07", "end_to_end_id": _payment(house, "Cees").hex}
    house.bank.change("ACME", behaviour="return-later", parameters=back)
    house.turn(TUESDAY)
    paid = dict.fromkeys(REDEEMED, "completed") | {"Bart": "failed"}
    house.until(lambda: house.people.payouts(run_id) == paid)
    house.until(lambda: house.stands_at(MONDAY))
    bart = house.issuer.catalogue.acceptors_by_id[house.shop("Bart")]
    house.people.done(
        RebankAcceptor(
            acceptor_id=bart.acceptor_id,
            expected_version=bart.changed_version,
            scheme="iban",
            fsp=BIC,
            account=MOVED_TO,
        )
    )
    _charge(house)


def _a_statement_is_missing_and_a_charge_is_nobodys(house: House) -> None:
    """Nobody works while Tuesday's statement is in the mailbox, and it is gone when somebody does;
    what the bank took is seen all the same, and put down as such by two people.
    """
    house.kill()
    house.turn(WEDNESDAY)
    (statement,) = house.client.get("/_mock/mailbox?type=camt.053").json()
    house.work()
    house.until(lambda: house.differences() == ["unexplained_debit"])
    ((exception_id, found),) = house.rows(
        "SELECT exception_id, found_minor FROM bank_exception WHERE ended_at IS NULL"
    )
    assert (found, _fund(house)) == (CHARGE, GRANT + GIFT - 120_00 - 60_25 - 45_10)
    house.people.done(
        ResolveException(
            exception_id=int(str(exception_id)),
            exception_kind=ExceptionKind.UNEXPLAINED_DEBIT,
            about="what the bank takes a quarter",
            how=How.WITHDRAWN,
            amount_minor=CHARGE,
            currency="EUR",
        )
    )
    assert house.differences() == []
    assert _fund(house) == house.at_the_bank()
    house.turn(THURSDAY)
    house.until(lambda: house.differences() == ["statement_gap"])
    assert house.stands_at(MONDAY)  # balances wait for what is missing
    house.client.post(f"/_mock/mailbox/{statement['id']}/unread").raise_for_status()


def _the_statement_comes_late(house: House) -> None:
    house.until(lambda: house.stands_at(WEDNESDAY))
    assert house.differences() == []


def _one_comes_back_and_both_are_sent_again(house: House, run_id: int) -> None:
    """What came back is owed again; Bart's waited for its new account to count."""
    house.turn(FRIDAY)
    house.until(lambda: house.people.payouts(run_id)["Cees"] == "returned")
    assert house.payable() == {"Bart": 80_50, "Cees": 60_25}
    house.bank.change("ACME", behaviour="accept", parameters={})
    house.until(lambda: _bart_is_paid_elsewhere(house))
    for name in ("Bart", "Cees"):
        house.people.done(
            RetryPayout(
                run_id=run_id,
                acceptor_id=house.shop(name),
                net_minor=REDEEMED[name],
                currency="EUR",
            )
        )
    taken_on = {"Bart": "processed", "Cees": "processed"}
    house.until(lambda: house.people.payouts(run_id).items() >= taken_on.items())
    assert house.payable() == {}


def _the_bank_is_silent(house: House) -> None:
    """For a weekend; on Monday it books, which is an answer."""
    house.bank.change("ACME", behaviour="silent")
    house.redeem(Anna=30_00)
    run_id = house.people.sent(1)
    house.until(lambda: _is_put(house, run_id))
    assert house.people.payouts(run_id) == {"Anna": "pending"}
    house.turn_ours(datetime.combine(SUNDAY, time(12), UTC))
    house.until(lambda: house.differences() == ["silent_batch"])
    house.turn(NEXT_MONDAY)
    house.until(lambda: house.people.payouts(run_id) == {"Anna": "completed"})
    house.until(lambda: house.differences() == [])


def _all_agrees(house: House) -> None:
    house.turn(NEXT_TUESDAY)
    house.until(lambda: house.stands_at(NEXT_MONDAY))
    assert house.paid() == REDEEMED | {"Anna": 150_00, "Bank": CHARGE}
    assert house.payable() == {}
    assert _fund(house) == house.at_the_bank() == GRANT + GIFT - CHARGE - 30_00 - 305_85
    assert house.differences() == []
    assert set(house.lines().values()) == {"attached"}
    assert house.rows("SELECT name FROM bank_file_refused") == []
    checked = counterfoil("check", settings=house.settings)
    assert checked.code == 0, checked.out


def _is_put(house: House, run_id: int) -> bool:
    query = (
        "SELECT FROM payment AS p INNER JOIN bank_batch AS b USING (issuer_id, batch_id)"
        " WHERE p.run_id = %s AND b.put_at IS NOT NULL"
    )
    return len(house.rows(query, run_id)) == 1


def _deposit(reference: str, amount_minor: int) -> Deposit:
    return Deposit(
        funding_account_id=1, amount_minor=amount_minor, currency="EUR", reference=reference
    )


def _charge(house: House) -> None:
    """What the bank takes for itself: a debit that no file of ours asked for."""
    self_ = Party(name="Acme", scheme="iban", account=FUND, fsp=BIC)
    bank = Party(name="Bank", scheme="iban", account="NL35MOCK0000000012", fsp=BIC)
    charge = Payment(
        payment_id=uuid4(), creditor=bank, money=Money(CHARGE, "EUR"), narrative="Charges"
    )
    batch = PaymentBatch(
        batch_id=uuid4(),
        debtor=self_,
        payments=(charge,),
        pay_on=WEDNESDAY,
        made_at=datetime.now(UTC),
    )
    content = Iso20022().write(batch)
    for ours in (charge.payment_id, batch.batch_id):
        content = content.replace(ours.hex.encode(), f"CHARGES-{ours.hex[:8]}".encode())
    ((before,),) = [(house.client.get("/_mock/accounts/ACME").json(),)]
    house.bank.change("ACME", behaviour="silent", parameters={})
    assert house.bank.send(content) == 202
    house.bank.change("ACME", behaviour=before["behaviour"], parameters=before["parameters"])


def _payment(house: House, name: str) -> UUID:
    ((payment_id,),) = house.rows(
        "SELECT payment_id FROM payment WHERE acceptor_id = %s", house.shop(name)
    )
    assert isinstance(payment_id, UUID)
    return payment_id


def _bart_is_paid_elsewhere(house: House) -> bool:
    rows = house.rows("SELECT account FROM acceptor WHERE acceptor_id = %s", house.shop("Bart"))
    return rows == [(MOVED_TO,)]


def _operations(house: House) -> int:
    ((count,),) = house.rows("SELECT count(*) FROM operation")
    return int(str(count))


def _fund(house: House) -> int:
    """What the ledger has in the funding account."""
    ((minor,),) = house.rows(
        "SELECT coalesce(sum(debit_minor - credit_minor), 0)::bigint FROM account WHERE kind = 1"
    )
    return int(str(minor))
