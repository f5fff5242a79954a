"""Who must agree, and whose agreement counts."""

from datetime import timedelta

import pytest
from tests.engine.commands.conftest import APPROVER, OPERATOR, SEALS, SECOND, DepositOf, Office
from tests.given import SYSTEM

from counterfoil.engine.check import check
from counterfoil.engine.commands.carrying_out import commands_to_look_at
from counterfoil.engine.commands.content import (
    KINDS,
    ApprovalBand,
    ChangeApprovals,
    Deposit,
    TurnProvision,
    Withdraw,
)
from counterfoil.engine.commands.effects import effect
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.engine.commands.rules import approvals_needed, change_approvals
from counterfoil.engine.programmes import open_funding_account
from counterfoil.errors import ConflictError


def two_must_approve(office: Office, kind: str = "deposit", *, minor_from: int = 0) -> None:
    currency = "KES" if minor_from else ""
    change_approvals(
        office.connection,
        office.issuer,
        SYSTEM,
        kind,
        [ApprovalBand(currency, minor_from, 2)],
        reference=f"rule of {kind} from {minor_from}",
        reason="policy",
    )


def test_every_kind_has_an_effect() -> None:
    nothing = effect.dispatch(object)
    assert [kind for kind, content in KINDS.items() if effect.dispatch(content) is nothing] == []


def test_a_command_waits_until_another_person_approves_it(
    office: Office, deposit_of: DepositOf
) -> None:
    asked = deposit_of(5000)
    command_id = office.prepare(asked)
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0
    office.decide(command_id, asked)
    assert office.carry_out(command_id) == "done"
    assert office.status(command_id) == ("done", "funding:1")
    assert office.deposited() == 5000
    assert check(office.connection, office.issuer.issuer_id) == []


def test_who_prepared_it_does_not_approve_it(office: Office, deposit_of: DepositOf) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked, by=OPERATOR)
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0


def test_a_delegate_in_the_name_of_who_prepared_it_does_not_count(
    office: Office, deposit_of: DepositOf
) -> None:
    """Nor does who prepared it in the name of an approver."""
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked, by=SECOND, in_the_name_of=OPERATOR)
    assert office.carry_out(command_id) is None
    other = deposit_of()
    prepared_by_delegate = office.prepare(other)
    office.decide(prepared_by_delegate, other, by=OPERATOR, in_the_name_of=APPROVER)
    assert office.carry_out(prepared_by_delegate) is None
    assert office.deposited() == 0


def test_one_hand_for_two_names_counts_once(office: Office, deposit_of: DepositOf) -> None:
    two_must_approve(office)
    asked = deposit_of()
    command_id = office.prepare(asked)
    assert office.decide(command_id, asked, by=APPROVER)
    assert not office.decide(command_id, asked, by=APPROVER, in_the_name_of=SECOND)
    assert office.carry_out(command_id) is None
    assert office.decide(command_id, asked, by=SECOND)
    assert office.carry_out(command_id) == "done"


def test_two_hands_for_one_name_count_once(office: Office, deposit_of: DepositOf) -> None:
    two_must_approve(office)
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked, by=APPROVER)
    office.decide(command_id, asked, by=SECOND, in_the_name_of=APPROVER)
    assert office.carry_out(command_id) is None
    office.decide(command_id, asked, by="person:4")
    assert office.carry_out(command_id) == "done"


def test_a_delegate_counts_for_who_lent_the_power(office: Office, deposit_of: DepositOf) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked, by=SECOND, in_the_name_of=APPROVER)
    assert office.carry_out(command_id) == "done"


def test_a_rejection_ends_it_whoever_approved_it(office: Office, deposit_of: DepositOf) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    office.decide(command_id, asked, Verdict.REJECT, by=SECOND, reason="the amount is not ours")
    assert office.carry_out(command_id) == "rejected"
    assert office.status(command_id) == ("rejected", "the amount is not ours")
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0


def test_only_who_prepared_it_withdraws_it(office: Office, deposit_of: DepositOf) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.withdraw(command_id, asked, by=APPROVER)
    assert office.carry_out(command_id) is None
    office.withdraw(command_id, asked)
    assert office.carry_out(command_id) == "withdrawn"
    assert office.deposited() == 0


def test_what_was_prepared_too_long_ago_expires(office: Office, deposit_of: DepositOf) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked, expires_in=timedelta(seconds=-1))
    office.decide(command_id, asked)
    assert command_id in commands_to_look_at(office.connection, office.issuer)
    assert office.carry_out(command_id) == "expired"
    assert office.deposited() == 0


def test_a_rule_that_is_raised_after_an_approval_counts(
    office: Office, deposit_of: DepositOf
) -> None:
    asked = deposit_of()
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    two_must_approve(office)
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0
    office.decide(command_id, asked, by=SECOND)
    assert office.carry_out(command_id) == "done"


@pytest.mark.parametrize(
    ("amount_minor", "needed"), [(1, 1), (999_999, 1), (1_000_000, 2), (9_000_000, 2)]
)
def test_larger_amounts_ask_for_more_people(
    office: Office, deposit_of: DepositOf, amount_minor: int, needed: int
) -> None:
    two_must_approve(office, minor_from=1_000_000)
    asked = deposit_of(amount_minor)
    found = approvals_needed(office.connection, office.issuer.issuer_id, asked)
    office.connection.rollback()
    assert found == needed


def test_a_rule_never_asks_for_less_than_the_kind_does(office: Office) -> None:
    with pytest.raises(ConflictError):
        change_approvals(
            office.connection,
            office.issuer,
            SYSTEM,
            "deposit",
            [ApprovalBand("", 0, 0)],
            reference="no one",
            reason="x",
        )
    with pytest.raises(ConflictError):
        change_approvals(
            office.connection,
            office.issuer,
            SYSTEM,
            "turn_provision",
            [ApprovalBand("", 0, 1)],
            reference="what is done at once",
            reason="x",
        )
    asked = TurnProvision(provision_id=1, paused=True)
    assert approvals_needed(office.connection, office.issuer.issuer_id, asked) == 0
    office.connection.rollback()


def test_rules_are_changed_by_a_command_of_their_own(office: Office, deposit_of: DepositOf) -> None:
    bands = (ApprovalBand("", 0, 1), ApprovalBand("KES", 6000, 2))
    assert office.done(ChangeApprovals(of_kind="deposit", bands=bands)) == "done"
    asked = deposit_of(6000)
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    assert office.carry_out(command_id) is None
    assert office.done(deposit_of(5999)) == "done"


def test_the_approval_of_another_issuer_does_not_count(
    office: Office, deposit_of: DepositOf
) -> None:
    """Seals are over the issuer: a row copied to another one is worth nothing there."""
    asked = deposit_of()
    command_id = office.prepare(asked)
    row = office.connection.execute("SELECT max(issuer_id) + 1 FROM issuer").fetchone()
    assert row is not None
    elsewhere = SEALS.seal("decision", row[0], command_id.bytes, b"", APPROVER, APPROVER, "approve")
    office.connection.execute(
        "INSERT INTO decision (issuer_id, command_id, decided_by, on_behalf_of, verdict,"
        " content_digest, seal) VALUES (%s, %s, %s, %s, 'approve', '', %s)",
        (office.issuer.issuer_id, command_id, APPROVER, APPROVER, elsewhere),
    )
    office.connection.commit()
    assert office.carry_out(command_id) is None
    assert office.deposited() == 0


def test_what_the_engine_refuses_is_told_and_changes_nothing(office: Office) -> None:
    asked = Deposit(funding_account_id=77, amount_minor=100, currency="KES", reference="FT1")
    command_id = office.prepare(asked)
    office.decide(command_id, asked)
    assert office.carry_out(command_id) == "refused"
    status, outcome = office.status(command_id)
    assert (status, outcome) == ("refused", f"{office.issuer.code} has no funding account 77.")
    assert office.deposited() == 0


def test_a_reference_of_the_bank_counts_once_for_each_account(office: Office) -> None:
    euros = open_funding_account(
        office.connection, office.issuer, SYSTEM, fsp="other", account="EUR-1", currency="EUR"
    )
    ends = []
    for fund, currency in ((1, "KES"), (euros, "EUR"), (1, "KES")):
        for kind in (Deposit, Withdraw):
            asked = kind(
                funding_account_id=fund, amount_minor=100, currency=currency, reference="FT1"
            )
            command_id = office.prepare(asked)
            office.decide(command_id, asked)
            ends.append(office.carry_out(command_id))
    assert ends == ["done"] * 4 + ["refused"] * 2
    assert check(office.connection, office.issuer.issuer_id) == []
