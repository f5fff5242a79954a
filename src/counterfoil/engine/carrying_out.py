"""Carrying out what was decided on a voucher: recorded, posted and counted in memory, so that what
comes later in the batch sees it; written at the end (engine/writing.py).
"""

from typing import Final

from counterfoil.chart import FREED_BY, Account, AccountKind, Posting, voucher_posting
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.decide import Decision, Voucher
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import OVERRIDDEN, Journal
from counterfoil.engine.operation import (
    Activate,
    Answer,
    Change,
    FinishPayment,
    Operation,
    Outcome,
    asked_action,
)
from counterfoil.engine.reading import Batch
from counterfoil.engine.writing import Writing
from counterfoil.log.leaf import SerialRange, rows_digest
from counterfoil.voucher import STOPPING, Action, State

_WITH_REASON: Final = (Change, FinishPayment)


class CarryingOut:
    """The work of one batch so far: what it read, as changed since, and what it will write."""

    def __init__(self, issuer: Issuer, batch: Batch, *, bulk: bool) -> None:
        self.issuer = issuer
        self.catalogue = issuer.catalogue
        self.batch = batch
        self.journal = Journal(issuer.issuer_id, issuer.keys, batch.head, issuer.known)
        self.writing = Writing(batch, self.journal)
        self._bulk = bulk
        self._bulk_rows: list[tuple[int, int, int]] = []

    def carry_out(
        self, voucher: Voucher | None, decision: Decision, operation: Operation, content: bytes
    ) -> Answer:
        """Record, post and count what was decided on an existing voucher."""
        if voucher is None:
            return Answer(decision.outcome)
        version = self.version_of(voucher)
        if decision.step is None or decision.state_after is None:
            return answer_about(voucher, version, decision.outcome)
        operation_id = self.record(voucher, version, decision, operation, content)
        posting = voucher_posting(
            decision.step,
            voucher.state,
            voucher.amount_minor,
            version.funding_account_id,
            voucher.group_id,
            decision.acceptor.acceptor_id if decision.acceptor else 0,
            self._freed_to(voucher, version, decision.step),
        )
        if posting is not None:
            self.journal.post(operation_id, posting)
            self._note_freed(version, posting)
        if decision.step is not Action.EXTEND:
            self.journal.move(
                voucher.group_id, voucher.amount_minor, voucher.state, decision.state_after
            )
        if (voucher.state, decision.step) == (State.STOCKED, Action.CANCEL):
            self.writing.cancelled_in_stock(voucher)
        self._note_stopped(voucher, decision.step, operation)
        voucher.state = decision.state_after
        voucher.prior_state = decision.prior_state
        voucher.expires_at = decision.expires_at
        voucher.hold_until = decision.hold_until
        self.writing.voucher_moved(voucher, decision.step)
        return answer_about(voucher, version, decision.outcome, operation_id=operation_id)

    def record(
        self,
        voucher: Voucher,
        version: GroupVersion,
        decision: Decision,
        operation: Operation,
        content: bytes,
        *,
        is_new: bool = False,
    ) -> int:
        acceptor = decision.acceptor
        before, after = _states(voucher, decision, is_new=is_new)
        operation_id = self.journal.record(
            # A sweep asks to expire and may lapse a hold: the journal says which it was.
            Action.LAPSE if decision.step is Action.LAPSE else asked_action(operation),
            operation.caller,
            reference=operation.reference,
            content_hash=content,
            serial=voucher.serial,
            amount_minor=voucher.amount_minor,
            acceptor_id=acceptor.acceptor_id if acceptor else 0,
            reason=(operation.reason or "") if isinstance(operation, _WITH_REASON) else "",
            flags=OVERRIDDEN if decision.overridden else 0,
            previous=voucher.last_operation or 0,
            subject=_subject(operation),
            state_before=before,
            state_after=after,
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

    def version_of(self, voucher: Voucher) -> GroupVersion:
        return self.catalogue.group_versions[voucher.group_id, voucher.group_version]

    def add_bulk_leaf(self) -> None:
        """A voucher changed twice is in it once, as it was left."""
        if not self._bulk_rows:
            return
        rows = sorted({row[0]: row for row in self._bulk_rows}.values())
        operations = self.batch.operations
        self.journal.add_leaf(
            asked_action(operations[0]),
            serials=SerialRange(rows[0][0], rows[-1][0], len(rows)),
            rows=rows_digest(rows),
            actor=operations[0].caller.actor,
        )

    def may_commit(self, version: GroupVersion, amount_minor: int) -> bool:
        """Whether there are funds for one more voucher, and the budget of its programme allows."""
        if self.batch.available_minor.get(version.funding_account_id, 0) < amount_minor:
            return False
        budget_minor = self.catalogue.programmes_by_id[version.programme_id].budget_minor
        if budget_minor is None:
            return True
        return self.batch.committed_minor[version.programme_id] + amount_minor <= budget_minor

    def note_committed(self, version: GroupVersion, amount_minor: int) -> None:
        """What is taken for a voucher, or freed (below zero), is so for all later in the batch."""
        available = self.batch.available_minor
        funding_account_id = version.funding_account_id
        available[funding_account_id] = available.get(funding_account_id, 0) - amount_minor
        self._note_budget(version, amount_minor)

    def _note_budget(self, version: GroupVersion, amount_minor: int) -> None:
        committed = self.batch.committed_minor
        if version.programme_id in committed:
            committed[version.programme_id] += amount_minor

    def _freed_to(self, voucher: Voucher, version: GroupVersion, step: Action) -> Account | None:
        """Whose the value is that a sold voucher leaves; None: the issuer has it again."""
        owner = self.batch.owners.get(voucher.serial)
        if owner is None or step not in FREED_BY or step is Action.REPLACE:
            return None
        match version.unused_value:
            case "buyer":
                kind, owner_id = AccountKind.CUSTOMER, owner.organisation_id
            case "breakage":
                kind, owner_id = AccountKind.BREAKAGE, 0
            case _:
                return None
        return Account(kind, version.funding_account_id, owner_id)

    def _note_stopped(self, voucher: Voucher, step: Action, operation: Operation) -> None:
        """Who stopped a sold voucher decides, later in the batch too, who may let it go on."""
        owner = self.batch.owners.get(voucher.serial)
        if owner is not None and step in STOPPING:
            owner.stopped_by = _subject(operation) or None

    def _note_freed(self, version: GroupVersion, posting: Posting) -> None:
        """The budget has it back, whoever has the money; what was redeemed stays committed."""
        match posting.credit.kind:
            case AccountKind.AVAILABLE:
                self.note_committed(version, -posting.amount_minor)
            case AccountKind.CUSTOMER | AccountKind.BREAKAGE:
                self._note_budget(version, -posting.amount_minor)
            case _:
                pass


def _states(voucher: Voucher, decision: Decision, *, is_new: bool) -> tuple[int, int]:
    """Before and after, as the journal keeps them (schema 0009)."""
    if decision.step is Action.REDEEM:
        return 0, 0
    if decision.step is Action.REPLACE:
        return voucher.state, voucher.state if voucher.prior_state is None else voucher.prior_state
    return 0 if is_new else voucher.state, decision.state_after or voucher.state


def _subject(operation: Operation) -> str:
    """Whose wish it was, where an organisation changes vouchers of its own."""
    if isinstance(operation, Activate | Change) and operation.organisation_id is not None:
        return f"organisation:{operation.organisation_id}"
    return ""


def answer_about(
    voucher: Voucher,
    version: GroupVersion,
    outcome: Outcome,
    *,
    operation_id: int | None = None,
) -> Answer:
    return Answer(
        outcome,
        voucher.serial,
        voucher.state,
        voucher.amount_minor,
        version.currency,
        voucher.expires_at,
        operation_id,
    )
