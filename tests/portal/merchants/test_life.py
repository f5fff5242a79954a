"""Every status of an application, and every step: exactly these lead on."""

from itertools import product

import pytest

from counterfoil.portal.merchants.life import APPLICANT_WRITES, Status, Step, after
from counterfoil.portal.models import ProfileStatus

_LEADS = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "closed",
    ("submitted", "take"): "in_review",
    ("submitted", "ask"): "more_information",
    ("submitted", "reject"): "rejected",
    ("submitted", "withdraw"): "closed",
    ("in_review", "ask"): "more_information",
    ("in_review", "approve"): "approved",
    ("in_review", "reject"): "rejected",
    ("in_review", "withdraw"): "closed",
    ("more_information", "submit"): "submitted",
    ("more_information", "reject"): "rejected",
    ("more_information", "withdraw"): "closed",
    ("rejected", "reopen"): "in_review",
}


@pytest.mark.parametrize(("status", "step"), list(product(Status, Step)))
def test_a_step_leads_where_the_table_says_or_nowhere(status: Status, step: Step) -> None:
    found = after(status, step)
    assert (None if found is None else found.value) == _LEADS.get((status.value, step.value))


def test_an_applicant_writes_only_while_it_is_their_turn() -> None:
    assert {Status.DRAFT, Status.MORE_INFORMATION} == APPLICANT_WRITES


def test_the_database_knows_the_same_statuses() -> None:
    assert set(ProfileStatus.values) == {status.value for status in Status}
