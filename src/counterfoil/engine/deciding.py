"""The second half of a batch: decide each operation in the order it came, gather what follows.

Each decision sees what the ones before it in the batch did: vouchers, stock and balances are
changed in memory as it goes, and written once at the end (engine/writing.py).
"""

import dataclasses
import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from counterfoil.chart import Account, AccountKind, Posting, voucher_posting
from counterfoil.engine.catalogue import Acceptor, GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.decide import (
    Decision,
    StockAsked,
    Voucher,
    decide_activation,
    decide_change,
    decide_payment_end,
    decide_preactivation,
    decide_redemption,
    decide_scope,
    decide_stock,
)
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import OVERRIDDEN, OWN_REFERENCE, Journal
from counterfoil.engine.limits import limits_on
from counterfoil.engine.operation import (
    CHANGED,
    REJECTED_AS,
    Activate,
    Answer,
    Change,
    FinishPayment,
    Operation,
    Outcome,
    PaymentDue,
    Preactivate,
    Redeem,
    asked_action,
    new_payment_id,
)
from counterfoil.engine.reading import Batch, Block, Reference, Remembered, StockCursor
from counterfoil.engine.writing import NewVoucher, Writing
from counterfoil.keys.digests import content_hash, is_same_content
from counterfoil.keys.numbers import (
    new_numbers,
    number_hash,
    seal_number,
    seal_text,
    unseal_number,
)
from counterfoil.log.leaf import SerialRange, rows_digest
from counterfoil.voucher import Action, State

if TYPE_CHECKING:
    from uuid import UUID

BLOCK_SERIALS: Final = 10_000
_SHOWABLE: Final = frozenset({State.PREACTIVATED, State.ACTIVE})


class Deciding:
    """One batch being decided; `answers` first, then `write` inside the open transaction."""

    def __init__(self, issuer: Issuer, batch: Batch, *, bulk: bool) -> None:
        self._issuer = issuer
        self._catalogue = issuer.catalogue
        self._batch = batch
        self._bulk = bulk
        self._in_batch: dict[Reference, tuple[bytes, Answer]] = {}
        self._bulk_rows: list[tuple[int, int, int]] = []
        self.journal = Journal(issuer.issuer_id, issuer.keys, batch.head, issuer.known)
        self._writing = Writing(batch, self.journal)

    @property
    def is_empty(self) -> bool:
        return self.journal.is_empty

    def answers(self) -> list[Answer]:
        answers = [self._answer(i, o) for i, o in enumerate(self._batch.operations)]
        if self._bulk and self._bulk_rows:
            self._add_bulk_leaf()
        return answers

    def write(self, connection: Connection) -> None:
        self._writing.write(connection)

    def _answer(self, index: int, operation: Operation) -> Answer:
        action = asked_action(operation)
        refusal = decide_scope(self._catalogue, operation.caller.client_id, action)
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
            return self._again(before[1]) if same else Answer(Outcome.REFERENCE_REUSED)
        remembered = self._batch.remembered.get(reference)
        if remembered is not None:
            if not is_same_content(self._issuer.keys, remembered.content_hash, fields):
                return Answer(Outcome.REFERENCE_REUSED)
            return self._repeat(operation, remembered)
        answer = self._decide(index, operation, content)
        if answer.outcome in CHANGED and answer.operation_id is not None:
            self._in_batch[reference] = content, answer
        return answer

    def _decide_once(self, index: int, operation: Operation, action: Action) -> Answer:
        """No repeat is possible under a reference of our own, but after a lost commit."""
        reference = operation.caller.client_id, action, operation.reference or ""
        remembered = self._batch.remembered.get(reference)
        if remembered is not None:
            return self._repeat(operation, remembered)
        return self._decide(index, operation, b"")

    def _content(self, index: int, operation: Operation) -> list[str | int | bool | bytes | None]:
        """What makes two requests the same; the number only as its hash."""
        match operation:
            case Preactivate():
                return [operation.amount, operation.currency, operation.group, operation.comment]
            case Activate():
                return [operation.serial]
            case Redeem():
                return [
                    self._first_hash(index),
                    operation.serial,
                    operation.acceptor_name,
                    operation.acceptor_account,
                    operation.acceptor_group,
                    operation.override,
                ]
            case Change():
                until = operation.extend_until
                return [operation.serial, operation.reason, until.isoformat() if until else None]
            case FinishPayment():
                return [operation.serial, operation.completed]

    def _first_hash(self, index: int) -> bytes:
        """The hash under the oldest key still probed, so that a rotation changes no content."""
        return self._batch.number_hashes[index][-1]

    def _decide(self, index: int, operation: Operation, content: bytes) -> Answer:
        match operation:
            case Preactivate():
                return self._preactivate(operation, content)
            case Redeem():
                return self._redeem(index, operation, content)
            case Activate():
                voucher = self._batch.vouchers.get(operation.serial)
                decision = decide_activation(self._catalogue, voucher, self._batch.head.now)
                return self._carry_out(voucher, decision, operation, content)
            case Change():
                voucher = self._batch.vouchers.get(operation.serial)
                decision = decide_change(voucher, operation, self._batch.head.now)
                if decision.step is Action.REPLACE and voucher is not None:
                    return self._replace(voucher, decision, operation, content)
                return self._carry_out(voucher, decision, operation, content)
            case FinishPayment():
                return self._finish_payment(operation, content)

    # -------------------------------------------------------------- one voucher

    def _carry_out(
        self, voucher: Voucher | None, decision: Decision, operation: Operation, content: bytes
    ) -> Answer:
        """Record, post and count what was decided on an existing voucher."""
        if voucher is None:
            return Answer(decision.outcome)
        version = self._version_of(voucher)
        if decision.step is None or decision.state_after is None:
            return self._answer_about(voucher, version, decision.outcome)
        operation_id = self._record(voucher, version, decision, operation, content)
        posting = voucher_posting(
            decision.step,
            voucher.state,
            amount_minor=voucher.amount_minor,
            funding_account_id=version.funding_account_id,
            group_id=voucher.group_id,
            acceptor_id=decision.acceptor.acceptor_id if decision.acceptor else 0,
        )
        if posting is not None:
            self.journal.post(operation_id, posting)
            self._note_freed(posting)
        if decision.step is not Action.EXTEND:
            self.journal.count(voucher.group_id, voucher.amount_minor, voucher.state, -1)
            self.journal.count(voucher.group_id, voucher.amount_minor, decision.state_after, 1)
        voucher.state = decision.state_after
        voucher.prior_state = decision.prior_state
        voucher.expires_at = decision.expires_at
        voucher.hold_until = decision.hold_until
        self._writing.voucher_moved(voucher, decision.step)
        return self._answer_about(voucher, version, decision.outcome, operation_id=operation_id)

    def _record(
        self,
        voucher: Voucher,
        version: GroupVersion,
        decision: Decision,
        operation: Operation,
        content: bytes,
    ) -> int:
        acceptor = decision.acceptor
        operation_id = self.journal.record(
            # A sweep asks to expire and may lapse a hold: the journal says which it was.
            Action.LAPSE if decision.step is Action.LAPSE else asked_action(operation),
            operation.caller,
            reference=operation.reference,
            content_hash=content,
            serial=voucher.serial,
            amount_minor=voucher.amount_minor,
            acceptor_id=acceptor.acceptor_id if acceptor else 0,
            reason=(operation.reason or "")
            if isinstance(operation, Change | FinishPayment)
            else "",
            flags=OVERRIDDEN if decision.overridden else 0,
            previous=voucher.last_operation or 0,
        )
        voucher.last_operation = operation_id
        if self._bulk:
            self._bulk_rows.append(
                (voucher.serial, voucher.amount_minor, decision.state_after or voucher.state)
            )
        else:
            self.journal.add_leaf(
                decision.step or Action.REDEEM,
                serial=voucher.serial,
                group_id=voucher.group_id,
                amount_minor=voucher.amount_minor,
                currency=version.currency,
                state_after=decision.state_after,
                actor=operation.caller.actor,
                acceptor=str(acceptor.acceptor_id) if acceptor else None,
                reference=operation.reference,
            )
        return operation_id

    def _answer_about(
        self,
        voucher: Voucher,
        version: GroupVersion,
        outcome: Outcome,
        *,
        operation_id: int | None = None,
    ) -> Answer:
        return Answer(
            outcome,
            serial=voucher.serial,
            state=voucher.state,
            amount_minor=voucher.amount_minor,
            currency=version.currency,
            expires_at=voucher.expires_at,
            operation_id=operation_id,
        )

    def _note_freed(self, posting: Posting) -> None:
        """What is freed may pay for a voucher later in the batch."""
        if posting.credit.kind is AccountKind.AVAILABLE:
            available = self._batch.available_minor
            funding_account_id = posting.credit.funding_account_id
            available[funding_account_id] = (
                available.get(funding_account_id, 0) + posting.amount_minor
            )

    def _version_of(self, voucher: Voucher) -> GroupVersion:
        return self._catalogue.group_versions[voucher.group_id, voucher.group_version]

    # -------------------------------------------------------------- drawing stock

    def _preactivate(self, operation: Preactivate, content: bytes) -> Answer:
        asked = decide_stock(self._catalogue, operation)
        if isinstance(asked, Outcome):
            return Answer(asked)
        if asked.group.on_demand:
            answer, number = self._create_on_demand(asked, operation, content)
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
            self._writing.comments.append((answer.serial, version, sealed))
        return _with_number(answer, number)

    def _draw(
        self, asked: StockAsked, operation: Preactivate, content: bytes
    ) -> tuple[Answer, str]:
        found = self._next_stocked(asked)
        if found is None:
            return Answer(Outcome.OUT_OF_STOCK), ""
        cursor, serial = found
        voucher = self._batch.vouchers[serial]
        decision = decide_preactivation(
            self._catalogue, self._version_of(voucher), self._batch.head.now
        )
        if decision.outcome is not Outcome.DONE:
            return Answer(decision.outcome), ""
        cursor.candidates.pop(0)
        cursor.next_drawn = serial + 1
        self._writing.cursors[cursor.provision_id] = cursor
        key_version, sealed = self._batch.secrets[serial]
        number = unseal_number(
            self._issuer.keys, self._issuer.issuer_id, serial, key_version, sealed
        )
        return self._carry_out(voucher, decision, operation, content), number

    def _next_stocked(self, asked: StockAsked) -> tuple[StockCursor, int] | None:
        """Oldest provision first; a candidate cancelled earlier in this batch is skipped."""
        for cursor in self._batch.cursors.get((asked.group.group_id, asked.amount_minor), []):
            while cursor.candidates:
                serial = cursor.candidates[0]
                if self._batch.vouchers[serial].state is State.STOCKED:
                    return cursor, serial
                cursor.candidates.pop(0)
        return None

    # -------------------------------------------------------------- creating vouchers

    def _create_on_demand(
        self, asked: StockAsked, operation: Preactivate, content: bytes
    ) -> tuple[Answer, str]:
        version = asked.group
        left = self._batch.available_minor.get(version.funding_account_id, 0)
        if left < asked.amount_minor:
            return Answer(Outcome.FUNDS_MISSING), ""
        decision = decide_preactivation(self._catalogue, version, self._batch.head.now)
        if decision.outcome is not Outcome.DONE or decision.state_after is None:
            return Answer(decision.outcome), ""
        voucher, number = self._new_voucher(version, asked.amount_minor, decision)
        operation_id = self._record(voucher, version, decision, operation, content)
        self._reserve(operation_id, voucher, version)
        answer = self._answer_about(voucher, version, Outcome.DONE, operation_id=operation_id)
        return answer, number

    def _new_voucher(
        self, version: GroupVersion, amount_minor: int, decision: Decision
    ) -> tuple[Voucher, str]:
        """A voucher with a number of its own, to be written with the batch."""
        issuer = self._issuer
        block = self._block(version)
        serial = block.next_serial
        block.next_serial += 1
        self._writing.blocks[block.provision_id] = block
        keys = issuer.keys  # one ring throughout: another thread may be replacing it
        (number,) = new_numbers(1, version.number_digits)
        digest = number_hash(keys, number)
        seal_version, sealed = seal_number(keys, issuer.issuer_id, serial, number)
        voucher = Voucher(
            serial=serial,
            amount_minor=amount_minor,
            expires_at=decision.expires_at,
            hold_until=decision.hold_until,
            provision_id=block.provision_id,
            group_id=version.group_id,
            group_version=version.version,
            state=decision.state_after or State.STOCKED,
            prior_state=decision.prior_state,
            key_version=keys.hash.active,
            with_serial=False,
            number_hash=digest,
            replaced_by=None,
            last_operation=None,
        )
        self._batch.vouchers[serial] = voucher
        self._batch.vouchers_by_hash[digest] = voucher
        self._writing.voucher_created(NewVoucher(voucher, seal_version, sealed))
        return voucher, number

    def _block(self, version: GroupVersion) -> Block:
        head = self._batch.head
        block = self._batch.blocks.get(version.group_id)
        if (
            block is None
            or block.next_serial > block.serial_last
            or block.group_version != version.version
        ):
            block = Block(
                head.next_provision,
                version.group_id,
                version.version,
                head.next_serial,
                head.next_serial,
                head.next_serial + BLOCK_SERIALS - 1,
                is_new=True,
            )
            head.next_provision += 1
            head.next_serial += BLOCK_SERIALS
            self._batch.blocks[version.group_id] = block
        return block

    def _reserve(self, operation_id: int, voucher: Voucher, version: GroupVersion) -> None:
        funding_account_id = version.funding_account_id
        self._batch.available_minor[funding_account_id] -= voucher.amount_minor
        self.journal.post(
            operation_id,
            Posting(
                Account(AccountKind.AVAILABLE, funding_account_id),
                Account(AccountKind.RESERVED, funding_account_id, voucher.group_id),
                voucher.amount_minor,
            ),
        )
        self.journal.count(voucher.group_id, voucher.amount_minor, voucher.state, 1)

    def _replace(
        self, voucher: Voucher, decision: Decision, operation: Change, content: bytes
    ) -> Answer:
        """Cancel, and create a linked voucher of the same value and validity in its place."""
        version = self._version_of(voucher)
        stays = voucher.prior_state if voucher.prior_state is not None else voucher.state
        hold_until, expires_at = voucher.hold_until, voucher.expires_at
        answer = self._carry_out(voucher, decision, operation, content)
        fresh, number = self._new_voucher(
            version,
            voucher.amount_minor,
            Decision(
                Outcome.DONE,
                Action.REPLACE,
                stays,
                expires_at=expires_at,
                hold_until=hold_until,
            ),
        )
        voucher.replaced_by = fresh.serial
        fresh.last_operation = answer.operation_id  # its story begins with the old one's
        if answer.operation_id is not None:
            self._reserve(answer.operation_id, fresh, version)
        return _with_number(answer, number, replacement_serial=fresh.serial)

    # -------------------------------------------------------------- redeeming and paying

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
            return self._answer_about(voucher, self._version_of(voucher), Outcome.LIMIT_REACHED)
        answer = self._carry_out(voucher, decision, operation, content)
        if decision.step is not Action.RESERVE or voucher is None or decision.acceptor is None:
            return answer
        payment = self._payment(voucher, decision.acceptor)
        self._writing.payments.append((payment, answer.operation_id or 0, decision.acceptor))
        return _with_payment(answer, payment)

    def _use(self, voucher: Voucher, acceptor: Acceptor, now: datetime) -> bool:
        """Whether the limits by day allow it; then it is counted."""
        version = self._version_of(voucher)
        limited = limits_on(self._catalogue, acceptor, version)
        use, amount_minor = self._batch.daily_use, voucher.amount_minor
        allowed = use.allows(limited, at=now, currency=version.currency, amount_minor=amount_minor)
        if allowed:
            use.add(limited, at=now, currency=version.currency, amount_minor=amount_minor)
        return allowed

    def _give_back(self, voucher: Voucher, acceptor_id: int, reserved_at: datetime) -> None:
        """A refused payment was no redemption: it does not count against the limits of its day."""
        version = self._version_of(voucher)
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

    def _payment(self, voucher: Voucher, acceptor: Acceptor) -> PaymentDue:
        version = self._version_of(voucher)
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
        )

    def _finish_payment(self, operation: FinishPayment, content: bytes) -> Answer:
        payment_id: UUID = operation.payment_id
        found = self._batch.payments.get(payment_id)
        voucher = self._batch.vouchers.get(operation.serial)
        if found is None or voucher is None or found[0] != operation.serial:
            return Answer(Outcome.SERIAL_UNKNOWN)
        if found[2] != "pending":
            return self._answer_about(voucher, self._version_of(voucher), Outcome.NOT_ALLOWED)
        decision = decide_payment_end(voucher, completed=operation.completed)
        answer = self._carry_out(voucher, decision, operation, content)
        if answer.outcome is Outcome.DONE:
            status = "completed" if operation.completed else "rejected"
            self._batch.payments[payment_id] = found[0], found[1], status, found[3]
            if not operation.completed:
                self._give_back(voucher, found[1], found[3])
            self._writing.finished.append((operation, status))
        return answer

    # -------------------------------------------------------------- repeats and bulk

    def _repeat(self, operation: Operation, before: Remembered) -> Answer:
        """The current result of what was asked before under the same reference."""
        before = self._as_it_stands(before)
        outcome = Outcome.DONE
        if before.payment_status == "pending":
            outcome = Outcome.PENDING
        elif before.payment_status == "rejected":
            outcome = REJECTED_AS.get(before.payment_reason or "", Outcome.CANNOT_CREDIT)
        version = (
            self._catalogue.group_versions.get((before.group_id, before.group_version))
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
            return self._number_again(answer, before)
        return answer

    def _as_it_stands(self, before: Remembered) -> Remembered:
        """What is remembered was read before this batch: add what the batch did since."""
        voucher = self._batch.vouchers.get(before.serial or 0)
        if voucher is None:
            return before
        now = dataclasses.replace(
            before,
            state=voucher.state,
            expires_at=voucher.expires_at,
            replaced_by=voucher.replaced_by,
        )
        for finished, status in self._writing.finished:
            if finished.serial == before.serial and before.payment_status == "pending":
                return dataclasses.replace(
                    now, payment_status=status, payment_reason=finished.reason
                )
        return now

    def _again(self, before: Answer) -> Answer:
        """Asked twice in one batch: as it stands now, and its payment is for the first to send."""
        voucher = self._batch.vouchers.get(before.serial or 0)
        if voucher is None:
            return before
        gone = voucher.state not in _SHOWABLE or voucher.replaced_by is not None
        if gone and before.number is not None and before.replacement_serial is None:
            return Answer(Outcome.NUMBER_NO_LONGER_SHOWN, serial=before.serial)
        return msgspec.structs.replace(before, state=voucher.state, payment=None, repeated=True)

    def _number_again(self, answer: Answer, before: Remembered) -> Answer:
        """A number is told again only while its voucher can still be used by it."""
        gone = answer.state not in _SHOWABLE or before.replaced_by is not None
        if gone or before.sealed is None or before.secret_version is None or not before.serial:
            return Answer(Outcome.NUMBER_NO_LONGER_SHOWN, serial=before.serial)
        number = unseal_number(
            self._issuer.keys,
            self._issuer.issuer_id,
            before.serial,
            before.secret_version,
            before.sealed,
        )
        return _with_number(answer, number)

    def _add_bulk_leaf(self) -> None:
        """A voucher changed twice is in it once, as it was left."""
        rows = sorted({row[0]: row for row in self._bulk_rows}.values())
        operations = self._batch.operations
        self.journal.add_leaf(
            asked_action(operations[0]),
            serials=SerialRange(rows[0][0], rows[-1][0], len(rows)),
            rows=rows_digest(rows),
            actor=operations[0].caller.actor,
        )


def _with_number(answer: Answer, number: str, replacement_serial: int | None = None) -> Answer:
    return Answer(
        answer.outcome,
        answer.serial,
        answer.state,
        answer.amount_minor,
        answer.currency,
        answer.expires_at,
        answer.operation_id,
        replacement_serial or answer.replacement_serial,
        answer.payment,
        answer.repeated,
        number,
    )


def _with_payment(answer: Answer, payment: PaymentDue) -> Answer:
    return Answer(
        answer.outcome,
        answer.serial,
        answer.state,
        answer.amount_minor,
        answer.currency,
        answer.expires_at,
        answer.operation_id,
        None,
        payment,
    )
