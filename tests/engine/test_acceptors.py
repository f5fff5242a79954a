"""Merchants and agents: where they stand and which groups they are in; each change once, and none
on top of a change that was not seen.
"""

from dataclasses import replace
from itertools import count, product
from typing import Final

import pytest
from tests.given import (
    SHOP,
    SYSTEM,
    acceptor_changes,
    ask,
    balances,
    given_active,
    given_group,
    given_issuer,
    redemption,
)

from counterfoil.engine.acceptors import (
    ACCEPTOR_STATUSES,
    AcceptorChange,
    AcceptorDesign,
    change_acceptor,
    create_acceptors,
    regroup_acceptor,
    turn_acceptor,
)
from counterfoil.engine.bank_data import (
    hold_payouts,
    rebank_acceptor,
)
from counterfoil.engine.catalogue import Acceptor, BankData, DailyLimits
from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Answer, Outcome, Redeem
from counterfoil.errors import ConflictError, NotFoundError, ReferenceReusedError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.standing import ACCEPTOR_STEPS, may_become

OLD: Final = BankData("account", "sandbox", SHOP.account)
NEW: Final = BankData("iban", "sandbox", "DE02120300000000202051")
_codes = count(1)


@pytest.fixture
def issuer(shared_connection: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(shared_connection, provider, code=f"SHOPS{next(_codes)}")


def shop(issuer: Issuer) -> Acceptor:
    return issuer.catalogue.acceptors_by_id[1]


def at_account(voucher: Answer, account: str) -> Redeem:
    return Redeem(
        caller=SYSTEM,
        number=voucher.number or "",
        acceptor_name=SHOP.name,
        acceptor_account=account,
    )


@pytest.mark.parametrize(("before", "after"), list(product(ACCEPTOR_STATUSES, repeat=2)))
def test_acceptor_takes_exactly_the_steps_there_are(
    shared_connection: Connection, issuer: Issuer, before: str, after: str
) -> None:
    design = replace(SHOP, name="Another", status=before)
    (acceptor_id,) = create_acceptors(shared_connection, issuer, SYSTEM, [design])

    def turn() -> Acceptor:
        return turn_acceptor(
            shared_connection, issuer, SYSTEM, acceptor_id, after, reason="because"
        )

    if may_become(ACCEPTOR_STEPS, before, after):
        assert turn().status == after
    else:
        with pytest.raises(ConflictError, match=f"Another is {before}; it cannot be {after}"):
            turn()
        assert issuer.catalogue.acceptors_by_id[acceptor_id].status == before
    stepped = before != after and may_become(ACCEPTOR_STEPS, before, after)
    subject = f"acceptor:{acceptor_id}:{after}"
    assert acceptor_changes(shared_connection, issuer) == [("test", subject, "because")] * stepped


def test_acceptor_nobody_knows_and_status_nobody_knows_are_refused(
    shared_connection: Connection, issuer: Issuer
) -> None:
    with pytest.raises(NotFoundError, match="no acceptor 99"):
        turn_acceptor(shared_connection, issuer, SYSTEM, 99, "closed", reason="because")
    with pytest.raises(ConflictError, match="it cannot be famous"):
        turn_acceptor(shared_connection, issuer, SYSTEM, 1, "famous", reason="because")
    bank = BankData("cheque", "sandbox", "1")
    with pytest.raises(ConflictError, match="next_scheme"):
        rebank_acceptor(shared_connection, issuer, SYSTEM, 1, bank, reason="because")
    assert acceptor_changes(shared_connection, issuer) == []


def test_suspended_acceptor_redeems_nothing_and_keeps_what_it_earned(
    shared_connection: Connection, issuer: Issuer
) -> None:
    given_group(shared_connection, issuer, denominations=())
    first, second = (given_active(shared_connection, issuer) for _ in range(2))
    ask(shared_connection, issuer, redemption(first.number or ""))
    turn_acceptor(shared_connection, issuer, SYSTEM, 1, "suspended", reason="complaints")
    (answer,) = ask(shared_connection, issuer, redemption(second.number or ""))
    assert answer.outcome is Outcome.ACCEPTOR_NOT_APPROVED
    assert balances(shared_connection, issuer)["payable:1"] == 1000
    turn_acceptor(shared_connection, issuer, SYSTEM, 1, "approved", reason="cleared")
    (answer,) = ask(shared_connection, issuer, redemption(second.number or ""))
    assert answer.outcome is Outcome.DONE
    assert check(shared_connection, issuer.issuer_id) == []


def test_change_that_was_asked_for_before_is_made_once(
    shared_connection: Connection, issuer: Issuer
) -> None:
    connection = shared_connection
    for _ in range(2):
        held = hold_payouts(
            connection, issuer, SYSTEM, 1, held=True, reason="audit", reference="r1"
        )
        assert (held.payouts_held, held.payouts_hold_reason) == (True, "audit")
    released = hold_payouts(connection, issuer, SYSTEM, 1, held=False, reason="done")
    assert (released.payouts_held, released.payouts_hold_reason) == (False, "")
    again = hold_payouts(connection, issuer, SYSTEM, 1, held=True, reason="audit", reference="r1")
    assert again == released
    with pytest.raises(ReferenceReusedError):
        hold_payouts(connection, issuer, SYSTEM, 1, held=False, reason="audit", reference="r1")
    assert acceptor_changes(connection, issuer) == [
        ("test", "acceptor:1:held", "audit"),
        ("test", "acceptor:1:released", "done"),
    ]


def test_registering_under_one_reference_registers_once(
    shared_connection: Connection, issuer: Issuer
) -> None:
    designs = [replace(SHOP, name=name) for name in ("Bima", "Chai", "Duka")]
    for _ in range(2):
        ids = create_acceptors(shared_connection, issuer, SYSTEM, designs, reference="r1")
        assert ids == [2, 3, 4]
    with pytest.raises(ReferenceReusedError):
        create_acceptors(shared_connection, issuer, SYSTEM, designs[:1], reference="r1")
    assert len(issuer.catalogue.acceptors) == 4


def test_stale_change_is_refused(shared_connection: Connection, issuer: Issuer) -> None:
    seen = shop(issuer).changed_version
    limits = DailyLimits(count_max=5)
    regrouped = regroup_acceptor(
        shared_connection,
        issuer,
        SYSTEM,
        1,
        ("FOOD", "FUEL"),
        limits,
        reason="because",
        expected_version=seen,
    )
    assert (regrouped.groups, regrouped.daily_limits) == (frozenset({"FOOD", "FUEL"}), limits)
    with pytest.raises(ConflictError, match="Asha Stores was changed since"):
        turn_acceptor(
            shared_connection, issuer, SYSTEM, 1, "closed", reason="because", expected_version=seen
        )
    assert shop(issuer) == regrouped


def test_what_changes_nothing_is_not_recorded(
    shared_connection: Connection, issuer: Issuer
) -> None:
    before = shop(issuer)
    change = AcceptorChange(status="approved", groups=("FOOD",), bank=OLD, keeps_bank=True)
    assert change_acceptor(shared_connection, issuer, SYSTEM, 1, change) == before
    assert acceptor_changes(shared_connection, issuer) == []


def test_regrouped_acceptor_accepts_what_its_groups_of_today_accept(
    shared_connection: Connection, issuer: Issuer
) -> None:
    given_group(
        shared_connection, issuer, denominations=(), accepts="groups", accepts_names=("FUEL",)
    )
    voucher = given_active(shared_connection, issuer)
    asked = at_account(voucher, SHOP.account)
    (answer,) = ask(shared_connection, issuer, asked)
    assert answer.outcome is Outcome.GROUP_MISMATCH
    regroup_acceptor(
        shared_connection, issuer, SYSTEM, 1, ("FUEL",), DailyLimits(), reason="sells fuel now"
    )
    (answer,) = ask(shared_connection, issuer, asked)
    assert answer.outcome is Outcome.DONE


def test_design_says_what_kind_of_account_it_is(
    shared_connection: Connection, issuer: Issuer
) -> None:
    design = AcceptorDesign(name="Kiosk", kind="agent", account="254700000002", scheme="wallet")
    (acceptor_id,) = create_acceptors(shared_connection, issuer, SYSTEM, [design])
    assert issuer.catalogue.acceptors_by_id[acceptor_id].bank == BankData(
        "wallet", "sandbox", "254700000002"
    )
