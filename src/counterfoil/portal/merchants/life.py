"""The life of an application, up to where the engine takes over: one table. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    MORE_INFORMATION = "more_information"
    APPROVED = "approved"
    REJECTED = "rejected"
    CLOSED = "closed"


class Step(StrEnum):
    """`withdraw` is the applicant's own; `approve` happens when the engine has registered it."""

    SUBMIT = "submit"
    TAKE = "take"
    ASK = "ask"
    APPROVE = "approve"
    REJECT = "reject"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


STEPS: Final[Mapping[tuple[Status, Step], Status]] = {
    (Status.DRAFT, Step.SUBMIT): Status.SUBMITTED,
    (Status.DRAFT, Step.WITHDRAW): Status.CLOSED,
    (Status.SUBMITTED, Step.TAKE): Status.IN_REVIEW,
    (Status.SUBMITTED, Step.ASK): Status.MORE_INFORMATION,
    (Status.SUBMITTED, Step.REJECT): Status.REJECTED,
    (Status.SUBMITTED, Step.WITHDRAW): Status.CLOSED,
    (Status.IN_REVIEW, Step.ASK): Status.MORE_INFORMATION,
    (Status.IN_REVIEW, Step.APPROVE): Status.APPROVED,
    (Status.IN_REVIEW, Step.REJECT): Status.REJECTED,
    (Status.IN_REVIEW, Step.WITHDRAW): Status.CLOSED,
    (Status.MORE_INFORMATION, Step.SUBMIT): Status.SUBMITTED,
    (Status.MORE_INFORMATION, Step.REJECT): Status.REJECTED,
    (Status.MORE_INFORMATION, Step.WITHDRAW): Status.CLOSED,
    (Status.REJECTED, Step.REOPEN): Status.IN_REVIEW,
}
# While it is the applicant's turn; afterwards only the issuer's people change what is in it.
APPLICANT_WRITES: Final = frozenset({Status.DRAFT, Status.MORE_INFORMATION})
OPEN: Final = frozenset({Status.DRAFT, Status.SUBMITTED, Status.IN_REVIEW, Status.MORE_INFORMATION})


def after(status: Status, step: Step) -> Status | None:
    """Where a step leads; None where it cannot be made."""
    return STEPS.get((status, step))
