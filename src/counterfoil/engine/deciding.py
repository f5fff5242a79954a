"""The second half of a batch: decide each operation in the order it came, gather what follows.

Each decision sees what the ones before it in the batch did: vouchers, stock and balances are
changed in memory as it goes, and written once at the end (engine/writing.py).
"""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from counterfoil.engine.carrying_out import CarryingOut, answer_about
from counterfoil.engine.catalogue import Acceptor, GroupVersion
from counterfoil.engine.creating import create_on_demand, replace_voucher
from counterfoil.engine.decide import (
    StockAsked,
    Voucher,
    decide_activation,
    decide_change,
    decide_owner,
    decide_payment_end,
    decide_preactivation,
    decide_redemption,
    decide_scope,
    decide_stock,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import OWN_REFERENCE
from counterfoil.engine.limits import limits_on
from counterfoil.engine.operation import (
    CHANGED,
    Activate,
    Answer,
    Change,
    Draw,
    FinishPayment,
    Operation,
    Outcome,
    PaymentDue,
    Preactivate,
    Redeem,
    asked_action,
    new_payment_id,
    with_number,
)
from counterfoil.engine.pipeline import Pipeline
from counterfoil.engine.reading import Batch, Reference, Remembered, read_repeats
from counterfoil.engine.repeats import earlier_answer, remembered_answer
from counterfoil.engine.stock import StockCursor, next_stocked
from counterfoil.keys.digests import content_hash, is_same_content
from counterfoil.keys.numbers import seal_text, unseal_number
from counterfoil.voucher import Action, State

if TYPE_CHECKING:
    from uuid import UUID


Content = list[str | int | bool | bytes | None]


class Deciding:
    """One batch being decided; `answers` first, then `write` inside the open transaction."""

    def __init__(self, issuer: Issuer, batch: Batch, *, bulk: bool, part: int) -> None:
        self._issuer = issuer
        self._part = part
        self._batch = batch
        self._bulk = bulk
        self._work = CarryingOut(issuer, batch, bulk=bulk)
        self._catalogue = self._work.catalogue
        self.journal = self._work.journal
        self._in_batch: dict[Reference, tuple[bytes, Answer]] = {}
        self._may: dict[tuple[int, Action], Outcome | None] = {}
        self._refused: dict[int, tuple[Reference, Content]] = {}

    @property
    def is_empty(self) -> bool:
        return self.journal.is_empty

    def answers(self, pipeline: Pipeline) -> list[Answer]:
        """Begins to write while it decides; `write` does the rest."""
        operations = self._batch.operations
        answers: list[Answer] = []
        for index, operation in enumerate(operations):
            if index and index % self._part == 0 and not self._bulk:
                self._work.writing.write_part(pipeline)
            answers.append(self._answer(index, operation))
        if self._refused:
            remembered = read_repeats(pipeline, [operations[index] for index in self._refused])
            for index, (reference, fields) in self._refused.items():
                before = remembered.get(reference)
                # What this batch has written itself came later than what was refused.
                if before is not None and before.operation_id < self.journal.head.next_operation:
                    answers[index] = self._repeated(operations[index], fields, before)
        if self._bulk:
            self._work.add_bulk_leaf()
        return answers

    def write(self, pipeline: Pipeline) -> None:
        self._work.writing.write(pipeline)

    def _answer(self, index: int, operation: Operation) -> Answer:
        action = asked_action(operation)
        asked = operation.caller.client_id, action
        if asked not in self._may:
            self._may[asked] = decide_scope(self._catalogue, *asked)
        refusal = self._may[asked] or decide_owner(operation)
        if refusal is not None:
            return Answer(refusal)
        if operation.reference is None or operation.reference.startswith(OWN_REFERENCE):
            return self._decide_once(index, operation, action)
        fields = self._content(index, operation)
        content = content_hash(self._issuer.keys, fields)
        reference: Reference = (operation.caller.client_id, action, operation.reference)
        before = self._in_batch.get(reference)
        if before is not None:
            same = hmac.compare_digest(before[0], content)
            return (
                earlier_answer(self._work, before[1]) if same else Answer(Outcome.REFERENCE_REUSED)
            )
        remembered = self._batch.remembered.get(reference)
        if remembered is not None:
            return self._repeated(operation, fields, remembered)
        answer = self._decide(index, operation, content)
        if answer.operation_id is None:
            self._refused[index] = reference, fields
        elif answer.outcome in CHANGED:
            self._in_batch[reference] = content, answer
        return answer

    def _repeated(self, operation: Operation, fields: Content, before: Remembered) -> Answer:
        if not is_same_content(self._issuer.keys, before.content_hash, fields):
            return Answer(Outcome.REFERENCE_REUSED)
        return remembered_answer(self._work, operation, before)

    def _decide_once(self, index: int, operation: Operation, action: Action) -> Answer:
        """No repeat is possible under a reference of our own, but after a lost commit."""
        reference = operation.caller.client_id, action, operation.reference or ""
        remembered = self._batch.remembered.get(reference)
        if remembered is not None:
            return remembered_answer(self._work, operation, remembered)
        return self._decide(index, operation, b"")

    def _content(self, index: int, operation: Operation) -> Content:
        """What makes two requests the same; the number only as its hash."""
        match operation:
            case Redeem():
                return [
                    # Of the oldest key still probed, so that a rotation changes no content.
                    self._batch.number_hashes[index][-1],
                    operation.serial,
                    operation.acceptor_name,
                    operation.acceptor_account,
                    operation.acceptor_group,
                    operation.override,
                ]
            case Preactivate():
                return [operation.amount, operation.currency, operation.group, operation.comment]
            case Draw():
                return [operation.allocation_id, operation.at_once]
            case Activate():
                return [operation.serial, *_owner(operation)]
            case Change():
                until = operation.extend_until
                until_text = until.isoformat() if until else None
                return [operation.serial, operation.reason, until_text, *_owner(operation)]
            case FinishPayment():
                return [operation.serial, operation.completed]

    def _decide(self, index: int, operation: Operation, content: bytes) -> Answer:
        match operation:
            case Redeem():
                return self._redeem(index, operation, content)
            case Preactivate():
                return self._preactivate(operation, content)
            case Draw():
                return self._draw_allocated(operation, content)
            case Activate():
                voucher = self._reached(operation)
                decision = decide_activation(self._catalogue, voucher, self._batch.head.now)
                return self._work.carry_out(voucher, decision, operation, content)
            case Change():
                voucher = self._reached(operation)
                if voucher is not None and self._is_the_issuers(voucher, operation):
                    version = self._work.version_of(voucher)
                    is_blocked = voucher.state is State.BLOCKED
                    why = Outcome.BLOCKED if is_blocked else Outcome.SUSPENDED
                    return answer_about(voucher, version, why)
                decision = decide_change(self._catalogue, voucher, operation, self._batch.head.now)
                if decision.step is Action.REPLACE and voucher is not None:
                    return replace_voucher(self._work, voucher, decision, operation, content)
                return self._work.carry_out(voucher, decision, operation, content)
            case FinishPayment():
                return self._finish_payment(operation, content)

    def _preactivate(self, operation: Preactivate, content: bytes) -> Answer:
        asked = decide_stock(self._catalogue, operation)
        if isinstance(asked, Outcome):
            return Answer(asked)
        if asked.group.on_demand:
            answer, number = create_on_demand(self._work, asked, operation, content)
        else:
            answer, number = self._draw(asked, operation, content)
        if answer.outcome is not Outcome.DONE or answer.serial is None:
            return answer
        if operation.comment:
            version, sealed = seal_text(
                self._issuer.keys,
                self._issuer.issuer_id,
                answer.serial,
                operation.comment,
                field="voucher_comment",
            )
            self._work.writing.comments.append((answer.serial, version, sealed))
        return with_number(answer, number)

    def _draw(
        self, asked: StockAsked, operation: Preactivate, content: bytes
    ) -> tuple[Answer, str]:
        cursors = self._batch.cursors.get((asked.group.group_id, asked.amount_minor), [])
        at_once = operation.at_once or self._catalogue.settings.activate_at_once
        return self._draw_from(cursors, operation, content, at_once=at_once)

    def _draw_allocated(self, operation: Draw, content: bytes) -> Answer:
        """What was bought is handed out as long as it can be redeemed."""
        cursors = self._batch.allocated.get(operation.allocation_id, [])
        answer, number = self._draw_from(cursors, operation, content, at_once=operation.at_once)
        return with_number(answer, number) if answer.outcome is Outcome.DONE else answer

    def _draw_from(
        self,
        cursors: Sequence[StockCursor],
        operation: Preactivate | Draw,
        content: bytes,
        *,
        at_once: bool,
    ) -> tuple[Answer, str]:
        """Oldest first."""
        found = next_stocked(cursors, self._batch.vouchers)
        if found is None:
            return Answer(Outcome.OUT_OF_STOCK), ""
        cursor, serial = found
        voucher = self._batch.vouchers[serial]
        version = self._work.version_of(voucher)
        if isinstance(operation, Draw) and not self._is_handed_out(version):
            return Answer(Outcome.REDEMPTION_CLOSED), ""
        decision = decide_preactivation(version, self._batch.head.now, at_once=at_once)
        if decision.outcome is not Outcome.DONE:
            return Answer(decision.outcome), ""
        cursor.candidates.pop(0)
        cursor.next_drawn = serial + 1
        self._work.writing.cursors[cursor.key] = cursor
        key_version, sealed = self._batch.secrets[serial]
        number = unseal_number(
            self._issuer.keys, self._issuer.issuer_id, serial, key_version, sealed
        )
        return self._work.carry_out(voucher, decision, operation, content), number

    def _is_handed_out(self, version: GroupVersion) -> bool:
        """Whether what was bought of it may still go to people."""
        is_open = self._catalogue.groups[version.code].status != "paused"
        return is_open and version.programme_id not in self._catalogue.redemption_closed

    def _reached(self, operation: Activate | Change) -> Voucher | None:
        """The voucher it names; an organisation reaches its own alone."""
        voucher = self._batch.vouchers.get(operation.serial)
        if operation.organisation_id is None:
            return voucher
        owner = self._batch.owners.get(operation.serial)
        is_own = owner is not None and owner.organisation_id == operation.organisation_id
        return voucher if is_own else None

    def _is_the_issuers(self, voucher: Voucher, operation: Change) -> bool:
        """What the issuer suspended or blocked, an organisation does not let go on, nor has it
        replaced by one that can.
        """
        lets_go_on = operation.action in {Action.UNSUSPEND, Action.REPLACE} and voucher.state in {
            State.SUSPENDED,
            State.BLOCKED,
        }
        if operation.organisation_id is None or not lets_go_on:
            return False
        owner = self._batch.owners[operation.serial]
        return owner.stopped_by != f"organisation:{operation.organisation_id}"

    def _redeem(self, index: int, operation: Redeem, content: bytes) -> Answer:
        voucher = self._voucher_of(index, operation)
        if voucher is None and self._has_a_secret(operation.serial):
            return Answer(Outcome.SECRET_WRONG, serial=operation.serial)
        now = self._batch.head.now
        decision = decide_redemption(self._catalogue, voucher, operation, now)
        if (
            self._catalogue.limited
            and decision.acceptor is not None
            and voucher is not None
            and not self._use(voucher, decision.acceptor, now)
        ):
            return answer_about(voucher, self._work.version_of(voucher), Outcome.LIMIT_REACHED)
        answer = self._work.carry_out(voucher, decision, operation, content)
        if voucher is None or decision.acceptor is None or decision.rail is None:
            return answer
        payment = self._payment(voucher, decision.acceptor, decision.rail)
        self._work.writing.payments.append((payment, answer.operation_id or 0, decision.acceptor))
        return msgspec.structs.replace(answer, payment=payment)

    def _use(self, voucher: Voucher, acceptor: Acceptor, now: datetime) -> bool:
        """Whether the limits by day allow it; then it is counted."""
        version = self._work.version_of(voucher)
        limited = limits_on(self._catalogue, acceptor, version)
        use, amount_minor = self._batch.daily_use, voucher.amount_minor
        allowed = use.allows(limited, at=now, currency=version.currency, amount_minor=amount_minor)
        if allowed:
            use.add(limited, at=now, currency=version.currency, amount_minor=amount_minor)
        return allowed

    def _give_back(self, voucher: Voucher, acceptor_id: int, reserved_at: datetime) -> None:
        """A refused payment was no redemption: it does not count against the limits of its day."""
        version = self._work.version_of(voucher)
        self._batch.daily_use.add(
            limits_on(self._catalogue, self._catalogue.acceptors_by_id[acceptor_id], version),
            at=reserved_at,
            currency=version.currency,
            amount_minor=voucher.amount_minor,
            vouchers=-1,
        )

    def _voucher_of(self, index: int, operation: Redeem) -> Voucher | None:
        for digest in self._batch.number_hashes[index]:
            voucher = self._batch.vouchers_by_hash.get(digest)
            if voucher is not None and voucher.with_serial == (operation.serial is not None):
                return voucher
        return None

    def _has_a_secret(self, serial: int | None) -> bool:
        """Whether there is such a voucher, and its number counts only together with its serial."""
        voucher = self._batch.vouchers.get(serial) if serial is not None else None
        return voucher is not None and voucher.with_serial

    def _payment(self, voucher: Voucher, acceptor: Acceptor, rail: str) -> PaymentDue:
        version = self._work.version_of(voucher)
        funding = self._catalogue.funding_accounts[version.funding_account_id]
        return PaymentDue(
            payment_id=new_payment_id(self._issuer.issuer_id),
            serial=voucher.serial,
            funding_account_id=version.funding_account_id,
            fsp=acceptor.fsp,
            debit_account=funding.account,
            credit_account=acceptor.account,
            amount_minor=voucher.amount_minor,
            currency=version.currency,
            rail=rail,
        )

    def _finish_payment(self, operation: FinishPayment, content: bytes) -> Answer:
        payment_id: UUID = operation.payment_id
        found = self._batch.payments.get(payment_id)
        voucher = self._batch.vouchers.get(operation.serial)
        if found is None or voucher is None or found[0] != operation.serial:
            return Answer(Outcome.SERIAL_UNKNOWN)
        if found[2] != "pending":
            return answer_about(voucher, self._work.version_of(voucher), Outcome.NOT_ALLOWED)
        decision = decide_payment_end(voucher, completed=operation.completed)
        answer = self._work.carry_out(voucher, decision, operation, content)
        if answer.outcome is Outcome.DONE:
            status = "completed" if operation.completed else "rejected"
            self._batch.payments[payment_id] = found[0], found[1], status, found[3]
            if not operation.completed:
                self._give_back(voucher, found[1], found[3])
            self._work.writing.finished.append((operation, status))
        return answer


def _owner(operation: Activate | Change) -> Content:
    """Nothing where the issuer asks, so that what it asked long ago is still the same."""
    return [] if operation.organisation_id is None else [operation.organisation_id]
