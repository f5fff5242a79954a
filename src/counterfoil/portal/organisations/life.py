"""The life of an organisation's application, up to where the engine takes over: one table. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """`give_back` is what happens when its approval was asked for and not given; `approve` when
    the engine has registered it.
    """

    SUBMIT = "submit"
    RETURN = "return"
    PROPOSE = "propose"
    GIVE_BACK = "give_back"
    APPROVE = "approve"
    REJECT = "reject"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


STEPS: Final[Mapping[tuple[Status, Step], Status]] = {
    (Status.DRAFT, Step.SUBMIT): Status.SUBMITTED,
    (Status.DRAFT, Step.PROPOSE): Status.PROPOSED,  # what the issuer's people wrote themselves
    (Status.DRAFT, Step.WITHDRAW): Status.WITHDRAWN,
    (Status.SUBMITTED, Step.RETURN): Status.RETURNED,
    (Status.SUBMITTED, Step.PROPOSE): Status.PROPOSED,
    (Status.SUBMITTED, Step.REJECT): Status.REJECTED,
    (Status.SUBMITTED, Step.WITHDRAW): Status.WITHDRAWN,
    (Status.RETURNED, Step.SUBMIT): Status.SUBMITTED,
    (Status.RETURNED, Step.REJECT): Status.REJECTED,
    (Status.RETURNED, Step.WITHDRAW): Status.WITHDRAWN,
    (Status.PROPOSED, Step.GIVE_BACK): Status.SUBMITTED,
    (Status.PROPOSED, Step.APPROVE): Status.APPROVED,
    (Status.REJECTED, Step.REOPEN): Status.SUBMITTED,
}
# While it is the applicant's turn; afterwards only the issuer's people change what is in it.
APPLICANT_WRITES: Final = frozenset({Status.DRAFT, Status.RETURNED})
OVER: Final = frozenset({Status.APPROVED, Status.REJECTED, Status.WITHDRAWN})


def after(status: Status, step: Step) -> Status | None:
    """Where a step leads; None where it cannot be made."""
    return STEPS.get((status, step))
