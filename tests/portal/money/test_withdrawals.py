"""Money that leaves: never beyond what is available, when it is asked for or when it is done."""

from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.money.working import command_of, confirmed, given_house, posted, words_of

from counterfoil.engine.funds import withdraw
from counterfoil.engine.operation import Caller
from counterfoil.money import parse_amount

WITHDRAW = "money/1/withdraw"
TAKEN = {"amount": "40,000.00", "reference": "OUT-1", "reason": "Returned to the donor"}
ALL_OF_IT = {"funding:0": -10_000_000, "available:0": 10_000_000}


def test_a_withdrawal_leaves_to_the_cent_once_it_is_approved(portal: Portal) -> None:
    house = given_house(portal)
    looked = house.look(WITHDRAW, TAKEN)
    assert "Available was 100,000.00 KES becomes 60,000.00 KES" in words_of(looked)
    command_id = command_of(posted(house.finance, f"{house.root}/{WITHDRAW}", confirmed(looked)))
    assert house.balances() == ALL_OF_IT
    assert house.approve(command_id) == "done"
    assert house.balances() == {"funding:0": -6_000_000, "available:0": 6_000_000}
    told = house.page("money/1?kind=withdrawals")
    assert "Withdrawal Returned to the donor" in told
    assert "OUT-1 Amina Diallo approved by Juma Otieno \N{MINUS SIGN} 40,000.00 KES" in told


def test_more_than_is_available_is_told_beside_the_field(portal: Portal) -> None:
    house = given_house(portal)
    words = words_of(house.look(WITHDRAW, {**TAKEN, "amount": "100,000.01"}))
    assert "Only 100,000.00 KES is available: what is in vouchers or owed to merchants" in words
    assert "At most 100,000.00 KES: the rest is promised." in words
    assert house.commands() == 0


def test_what_is_not_available_any_more_is_refused_with_a_sentence(portal: Portal) -> None:
    house = given_house(portal)
    command_id = house.move(WITHDRAW, TAKEN)
    with connected(portal.url) as engine:
        money = parse_amount("60000.01", "KES")
        assert withdraw(engine, house.issuer, Caller(0, "cli:root"), money, reference="OUT-2")
    warned = house.page(f"commands/{command_id}/decide", house.approver)
    assert "Only 39,999.99 KES is available now: as it is, it would be refused." in warned
    assert house.approve(command_id) == "refused"
    assert house.balances() == {"funding:0": -3_999_999, "available:0": 3_999_999}
    assert "more than is available" in house.page(f"commands/{command_id}")


def test_withdrawals_that_are_too_much_together_are_told(portal: Portal) -> None:
    house = given_house(portal)
    first = house.move(WITHDRAW, {**TAKEN, "amount": "70,000.00"})
    looked = house.look(WITHDRAW, {**TAKEN, "reference": "OUT-2"})
    told = "Together with the withdrawals that wait already this is 110,000.00 KES;"
    assert told in words_of(looked)
    second = command_of(posted(house.finance, f"{house.root}/{WITHDRAW}", confirmed(looked)))
    assert house.approve(second) == "done"
    assert house.approve(first) == "refused"
    assert house.balances() == {"funding:0": -6_000_000, "available:0": 6_000_000}


def test_a_deposit_and_a_withdrawal_may_share_a_reference(portal: Portal) -> None:
    """A bank that takes a payment back calls it the same."""
    house = given_house(portal)
    paid_in = {"amount": "5.00", "reference": "FT1", "value_date": "", "reason": ""}
    assert house.approve(house.move("money/1/deposit", paid_in)) == "done"
    taken = {**TAKEN, "amount": "5.00", "reference": "FT1"}
    assert house.approve(house.move(WITHDRAW, taken)) == "done"
    assert house.balances() == ALL_OF_IT
