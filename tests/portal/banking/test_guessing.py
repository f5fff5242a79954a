"""Whose a credit may be: by what the payer wrote, and never by a coin's toss."""

from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

import pytest

from counterfoil.portal.orchestrator.banking.guessing import (
    Credit,
    Guess,
    Known,
    Payer,
    Sign,
    UnpaidPurchase,
    WaitingCommand,
    guess,
)

CREDIT: Final = Credit(1, 50_000, "FT 26-1", "Nobody", "", "")
RELIEF: Final = UnpaidPurchase(uuid4(), 12, 3, "Relief Kenya Ltd.", 1, 50_000, None, "")
WATER: Final = UnpaidPurchase(uuid4(), 120, 4, "Eau Vivante, Société S.A.", 1, 50_000, None, "")


def known(
    *purchases: UnpaidPurchase, payers: tuple[Payer, ...] = (), waits: tuple[str, ...] = ()
) -> Known:
    return Known([WaitingCommand(UUID(int=7), 1, each) for each in waits], purchases, payers)


def purchase_in(found: Guess | None) -> tuple[Sign, int] | None:
    return None if found is None or found.purchase is None else (found.sign, found.purchase.number)


@pytest.mark.parametrize(
    "text", ["P-0012", "p 12", "Purchase P-12, thanks", "P.0012", "ref:P0012", "INV/P-0012/2026"]
)
def test_the_number_of_a_purchase_is_read_as_people_write_it(text: str) -> None:
    for credit in (replace(CREDIT, payer_reference=text), replace(CREDIT, note=text)):
        assert purchase_in(guess(credit, known(RELIEF, WATER))) == (Sign.NUMBER, 12)


@pytest.mark.parametrize("text", ["P-13", "12", "AP-12", "P-0012345678901", "P--", "P-0"])
def test_what_is_no_number_of_a_purchase_that_waits_says_nothing(text: str) -> None:
    assert guess(replace(CREDIT, note=text), known(RELIEF, WATER)) is None


def test_two_numbers_say_nothing_unless_the_amount_does() -> None:
    credit = replace(CREDIT, note="P-12 and P-120")
    assert guess(credit, known(RELIEF, WATER)) is None
    dearer = replace(WATER, total_minor=70_000)
    assert purchase_in(guess(credit, known(RELIEF, dearer))) == (Sign.NUMBER, 12)


def test_a_proof_with_the_bank_reference_says_more_than_a_number() -> None:
    proven = replace(WATER, proof_minor=49_000, proof_reference="ft26-1")
    credit = replace(CREDIT, note="P-12")
    assert purchase_in(guess(credit, known(RELIEF, proven))) == (Sign.PROOF, 120)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("RELIEF KENYA", 12),
        ("Relief Kenya Limited", 12),
        ("kenya, relief", 12),
        ("SOCIETE EAU VIVANTE SA", 120),
        ("Relief Uganda", None),
        ("", None),
    ],
)
def test_the_exact_amount_counts_with_the_payers_name(name: str, number: int | None) -> None:
    credit = replace(CREDIT, payer_name=name)
    found = purchase_in(guess(credit, known(RELIEF, WATER)))
    assert found == (None if number is None else (Sign.AMOUNT, number))


def test_another_amount_is_for_the_balance_of_who_pays() -> None:
    payer = Payer(3, RELIEF.organisation)
    credit = replace(CREDIT, payer_name="Relief Kenya", amount_minor=40_000)
    assert guess(credit, known(RELIEF, payers=(payer,))) == Guess(Sign.NAME, payer=payer)


def test_two_organisations_of_one_name_say_nothing() -> None:
    payers = Payer(3, "Relief Ltd"), Payer(4, "Relief Limited")
    assert guess(replace(CREDIT, payer_name="Relief"), known(payers=payers)) is None


def test_what_waits_under_the_reference_says_most() -> None:
    found = guess(replace(CREDIT, note="P-12"), known(RELIEF, waits=("ft26-1",)))
    assert found is not None
    assert (found.sign, found.command) == (Sign.WAITS, WaitingCommand(UUID(int=7), 1, "ft26-1"))


def test_another_funding_account_is_another_bank() -> None:
    credit = replace(CREDIT, funding_account_id=2, note="P-12", payer_name="Relief Kenya")
    assert guess(credit, known(RELIEF, waits=("ft26-1",))) is None
