"""The answer to what was asked before under the same reference: as it stands now."""

import dataclasses
from typing import Final

import msgspec

from counterfoil.engine.carrying_out import CarryingOut
from counterfoil.engine.operation import (
    REJECTED_AS,
    Answer,
    Operation,
    Outcome,
    Preactivate,
    with_number,
)
from counterfoil.engine.reading import Remembered
from counterfoil.keys.numbers import unseal_number
from counterfoil.voucher import State

_SHOWABLE: Final = frozenset({State.PREACTIVATED, State.ACTIVE})


def remembered_answer(work: CarryingOut, operation: Operation, before: Remembered) -> Answer:
    """The current result of what was asked before under the same reference."""
    before = _as_it_stands(work, before)
    outcome = Outcome.DONE
    if before.payment_status == "pending":
        outcome = Outcome.PENDING
    elif before.payment_status == "rejected":
        outcome = REJECTED_AS.get(before.payment_reason or "", Outcome.CANNOT_CREDIT)
    version = (
        work.catalogue.group_versions.get((before.group_id, before.group_version))
        if before.group_id is not None and before.group_version is not None
        else None
    )
    answer = Answer(
        outcome,
        serial=before.serial,
        state=None if before.state is None else State(before.state),
        amount_minor=before.amount_minor,
        currency=version.currency if version else None,
        expires_at=before.expires_at,
        operation_id=before.operation_id,
        replacement_serial=before.replaced_by,
        repeated=True,
    )
    if isinstance(operation, Preactivate):
        return _number_again(work, answer, before)
    return answer


def earlier_answer(work: CarryingOut, before: Answer) -> Answer:
    """Asked twice in one batch: as it stands now, and its payment is for the first to send."""
    voucher = work.batch.vouchers.get(before.serial or 0)
    if voucher is None:
        return before
    gone = voucher.state not in _SHOWABLE or voucher.replaced_by is not None
    if gone and before.number is not None and before.replacement_serial is None:
        return Answer(Outcome.NUMBER_NO_LONGER_SHOWN, serial=before.serial)
    return msgspec.structs.replace(before, state=voucher.state, payment=None, repeated=True)


def _as_it_stands(work: CarryingOut, before: Remembered) -> Remembered:
    """What is remembered was read before this batch: add what the batch did since."""
    voucher = work.batch.vouchers.get(before.serial or 0)
    if voucher is None:
        return before
    now = dataclasses.replace(
        before,
        state=voucher.state,
        expires_at=voucher.expires_at,
        replaced_by=voucher.replaced_by,
    )
    for finished, status in work.writing.finished:
        if finished.serial == before.serial and before.payment_status == "pending":
            return dataclasses.replace(now, payment_status=status, payment_reason=finished.reason)
    return now


def _number_again(work: CarryingOut, answer: Answer, before: Remembered) -> Answer:
    """A number is told again only while its voucher can still be used by it."""
    gone = answer.state not in _SHOWABLE or before.replaced_by is not None
    if gone or before.sealed is None or before.secret_version is None or not before.serial:
        return Answer(Outcome.NUMBER_NO_LONGER_SHOWN, serial=before.serial)
    number = unseal_number(
        work.issuer.keys,
        work.issuer.issuer_id,
        before.serial,
        before.secret_version,
        before.sealed,
    )
    return with_number(answer, number)
