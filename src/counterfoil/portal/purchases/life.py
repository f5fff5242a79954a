"""The life of a purchase: one table. Pure.

    draft ─▶ requested ─▶ holding ─▶ quoted ─▶ proof ─▶ recorded ─▶ allocating ─▶ allocated
                 ▲            ▲          └──────────────────▲  │
                 └─ returned ─┼──────────────▶ proof           └─▶ proof | quoted   not approved
                              └─ expired                                            its day passed

Rejected and cancelled are ends, while nothing was paid. Steps in the last part of the table are
the engine's: they follow what it has done.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from counterfoil.portal.models import PurchaseStatus as Status


class Step(StrEnum):
    """`quote` asks the engine to hold stock, `record` asks for the approval of a payment."""

    REQUEST = "request"
    PROVE = "prove"
    QUOTE = "quote"
    RETURN = "return"
    RECORD = "record"
    REJECT = "reject"
    CANCEL = "cancel"
    HELD = "held"
    NOT_HELD = "not_held"
    APPROVE = "approve"
    NOT_PAID = "not_paid"
    ALLOCATE = "allocate"
    EXPIRE = "expire"


class Side(StrEnum):
    """Who takes a step; either side may cancel."""

    BUYER = "buyer"
    ISSUER = "issuer"
    ENGINE = "engine"


_UNPAID: Final = (Status.REQUESTED, Status.QUOTED, Status.PROOF, Status.RETURNED, Status.EXPIRED)
STEPS: Final[Mapping[tuple[str, Step], Status]] = {
    # The buyer's.
    (Status.DRAFT, Step.REQUEST): Status.REQUESTED,
    (Status.RETURNED, Step.REQUEST): Status.REQUESTED,
    (Status.QUOTED, Step.PROVE): Status.PROOF,
    (Status.PROOF, Step.PROVE): Status.PROOF,
    (Status.RETURNED, Step.PROVE): Status.PROOF,
    # The issuer's.
    (Status.REQUESTED, Step.QUOTE): Status.HOLDING,
    (Status.QUOTED, Step.QUOTE): Status.HOLDING,
    (Status.PROOF, Step.QUOTE): Status.HOLDING,
    (Status.EXPIRED, Step.QUOTE): Status.HOLDING,
    (Status.REQUESTED, Step.RETURN): Status.RETURNED,
    (Status.PROOF, Step.RETURN): Status.RETURNED,
    (Status.QUOTED, Step.RECORD): Status.RECORDED,
    (Status.PROOF, Step.RECORD): Status.RECORDED,
    **{(status, Step.REJECT): Status.REJECTED for status in _UNPAID},
    # Either side's.
    **{(status, Step.CANCEL): Status.CANCELLED for status in _UNPAID},
    # The engine's.
    (Status.HOLDING, Step.HELD): Status.QUOTED,
    (Status.HOLDING, Step.NOT_HELD): Status.REQUESTED,
    (Status.RECORDED, Step.APPROVE): Status.ALLOCATING,
    (Status.RECORDED, Step.NOT_PAID): Status.QUOTED,
    (Status.ALLOCATING, Step.ALLOCATE): Status.ALLOCATED,
    (Status.QUOTED, Step.EXPIRE): Status.EXPIRED,
    (Status.PROOF, Step.EXPIRE): Status.EXPIRED,
    (Status.RETURNED, Step.EXPIRE): Status.EXPIRED,
}
# What was sent still counts: the issuer looks at it once stock is held, or a payment was refused.
_BACK_TO_PROOF: Final = frozenset({Step.HELD, Step.NOT_PAID})
ENDED: Final = frozenset({Status.ALLOCATED, Status.REJECTED, Status.CANCELLED})
HAS_STOCK: Final = frozenset({Status.QUOTED, Status.PROOF, Status.RETURNED})


def after(status: str, step: Step, *, is_quoted: bool, has_proof: bool) -> Status | None:
    """Where a step leads; None where it cannot be made. One that was returned is mended where it
    is wrong: what is asked for before it is quoted, the proof after it.
    """
    if status == Status.RETURNED and (
        (step is Step.REQUEST and is_quoted)
        or (step in {Step.PROVE, Step.EXPIRE} and not is_quoted)
    ):
        return None
    found = STEPS.get((status, step))
    return Status.PROOF if has_proof and step in _BACK_TO_PROOF and found else found


def is_issuers_turn(status: str, *, has_proof: bool) -> bool:
    """Whether it waits for somebody at the issuer to do something."""
    return status in {Status.REQUESTED, Status.PROOF} or (status == Status.EXPIRED and has_proof)
