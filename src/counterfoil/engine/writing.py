"""What a decided batch writes: a handful of set-based statements, sent in one pipeline."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from counterfoil.engine.arrays import Blobs, Int2s, Int4s, Int8s, Texts, Times, Uuids
from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.decide import Voucher
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import FinishPayment, PaymentDue
from counterfoil.engine.pipeline import Pipeline
from counterfoil.engine.reading import Batch, Block
from counterfoil.engine.stock import StockCursor
from counterfoil.voucher import LIFTING, STOPPING, Action, State

LEASE_SECONDS: Final = 15
# A suspended or blocked voucher expires too, while its hold no longer runs.
_DUE_CHANGED: Final = STOPPING | LIFTING | {Action.RELEASE, Action.EXTEND, Action.ACTIVATE}
_FIRST_USE: Final = frozenset({Action.PREACTIVATE, Action.ISSUE})


@dataclass(frozen=True, slots=True)
class NewVoucher:
    voucher: Voucher
    seal_version: int
    sealed: bytes


@dataclass(slots=True)
class Writing:
    """Gathers by voucher, so that one changed twice in a batch is written once."""

    batch: Batch
    journal: Journal
    moved: dict[int, Voucher] = field(default_factory=dict)
    only_redeemed: bool = True
    created: dict[int, NewVoucher] = field(default_factory=dict)
    cursors: dict[tuple[int, int], StockCursor] = field(default_factory=dict)
    inherited: dict[int, int] = field(default_factory=dict)  # by serial: the allocation
    torn: dict[int, int] = field(default_factory=dict)  # cancelled in stock: of which provision
    blocks: dict[int, Block] = field(default_factory=dict)
    dues: dict[tuple[datetime, int], None] = field(default_factory=dict)
    purged: list[int] = field(default_factory=list)
    comments: list[tuple[int, int, bytes]] = field(default_factory=list)
    payments: list[tuple[PaymentDue, int, Acceptor]] = field(default_factory=list)
    finished: list[tuple[FinishPayment, str]] = field(default_factory=list)

    def voucher_moved(self, voucher: Voucher, step: Action) -> None:
        if voucher.serial not in self.created:
            self.moved[voucher.serial] = voucher
        if step is not Action.REDEEM:
            self.only_redeemed = False
            self._note_due(voucher, step)
        if step is Action.PURGE:
            self.purged.append(voucher.serial)

    def cancelled_in_stock(self, voucher: Voucher) -> None:
        """It may have been held for a purchase."""
        self.torn[voucher.serial] = voucher.provision_id

    def voucher_created(self, new: NewVoucher) -> None:
        self.created[new.voucher.serial] = new
        self._note_due(new.voucher, Action.PREACTIVATE)

    def _note_due(self, voucher: Voucher, step: Action) -> None:
        """When the sweep must look at it next: at the end of its hold, or of its validity. What
        was noted earlier stays; the sweep finds nothing due there and moves on.
        """
        if step not in _FIRST_USE and step not in _DUE_CHANGED:
            return
        waits = voucher.state is State.PREACTIVATED
        times = [voucher.expires_at, voucher.hold_until if waits else None]
        due_at = min((at for at in times if at is not None), default=None)
        if due_at is not None:
            self.dues[due_at, voucher.serial] = None

    def write_part(self, pipeline: Pipeline) -> None:
        """What was decided so far on vouchers that exist: written while more is decided."""
        if self.moved:
            self._move(pipeline)
            self.moved.clear()
            self.only_redeemed = True
        self.journal.flush_rows(pipeline)

    def write(self, pipeline: Pipeline) -> None:
        """Everything that is left, but the commit."""
        if self.moved:
            self._move(pipeline)
        if self.blocks:
            self._write_blocks(pipeline)
        if self.cursors:
            self._move_cursors(pipeline)
        if self.torn:
            self._hold_no_more(pipeline)
        if self.created:
            self._create(pipeline)
        if self.comments:
            pipeline.ask(
                "insert_comments",
                serials=Int8s(serial for serial, _version, _sealed in self.comments),
                key_versions=Int2s(version for _serial, version, _sealed in self.comments),
                sealed=Blobs(sealed for _serial, _version, sealed in self.comments),
            )
        if self.dues:
            pipeline.ask(
                "insert_due",
                due_ats=Times(at for at, _serial in self.dues),
                serials=Int8s(serial for _at, serial in self.dues),
            )
        self._write_payments(pipeline)
        if self.purged:
            pipeline.ask("purge_secrets", serials=Int8s(self.purged))
        self.batch.daily_use.write(pipeline)
        self.journal.flush(pipeline)

    def _move_cursors(self, pipeline: Pipeline) -> None:
        provisions = [cursor for cursor in self.cursors.values() if not cursor.range_first]
        ranges = [cursor for cursor in self.cursors.values() if cursor.range_first]
        if provisions:
            pipeline.ask(
                "move_cursors",
                provision_ids=Int4s(c.provision_id for c in provisions),
                next_drawns=Int8s(c.next_drawn for c in provisions),
                next_createds=Int8s(c.next_created for c in provisions),
            )
        if ranges:
            pipeline.ask(
                "move_range_cursors",
                range_firsts=Int8s(c.range_first for c in ranges),
                next_drawns=Int8s(c.next_drawn for c in ranges),
            )

    def _move(self, pipeline: Pipeline) -> None:
        now = self.journal.head.now
        if self.only_redeemed:
            pipeline.ask(
                "redeem_vouchers",
                now=now,
                serials=Int8s(self.moved),
                last_operations=Int8s(v.last_operation or 0 for v in self.moved.values()),
            )
            return
        vouchers = self.moved.values()
        pipeline.ask(
            "move_vouchers",
            now=now,
            serials=Int8s(self.moved),
            states=Int2s(v.state for v in vouchers),
            prior_states=Int2s(v.prior_state or 0 for v in vouchers),
            expires=Times(v.expires_at for v in vouchers),
            holds=Times(v.hold_until for v in vouchers),
            replacements=Int8s(v.replaced_by or 0 for v in vouchers),
            last_operations=Int8s(v.last_operation or 0 for v in vouchers),
        )

    def _create(self, pipeline: Pipeline) -> None:
        news = list(self.created.values())
        vouchers = [new.voucher for new in news]
        pipeline.ask(
            "insert_vouchers",
            now=self.journal.head.now,
            serials=Int8s(v.serial for v in vouchers),
            amounts=Int8s(v.amount_minor for v in vouchers),
            expires=Times(v.expires_at for v in vouchers),
            holds=Times(v.hold_until for v in vouchers),
            provision_ids=Int4s(v.provision_id for v in vouchers),
            group_ids=Int4s(v.group_id for v in vouchers),
            group_versions=Int2s(v.group_version for v in vouchers),
            states=Int2s(v.state for v in vouchers),
            prior_states=Int2s(v.prior_state or 0 for v in vouchers),
            key_versions=Int2s(v.key_version for v in vouchers),
            number_hashes=Blobs(v.number_hash for v in vouchers),
            replacements=Int8s(v.replaced_by or 0 for v in vouchers),
            last_operations=Int8s(v.last_operation or 0 for v in vouchers),
        )
        pipeline.ask(
            "insert_secrets",
            serials=Int8s(new.voucher.serial for new in news),
            key_versions=Int2s(new.seal_version for new in news),
            sealed=Blobs(new.sealed for new in news),
        )
        if self.inherited:
            pipeline.ask(
                "insert_replacement_ranges",
                serials=Int8s(self.inherited),
                allocation_ids=Int4s(self.inherited.values()),
                provision_ids=Int4s(
                    self.created[serial].voucher.provision_id for serial in self.inherited
                ),
            )

    def _write_blocks(self, pipeline: Pipeline) -> None:
        for block in self.blocks.values():
            if block.is_new:
                pipeline.ask(
                    "insert_provision",
                    provision_id=block.provision_id,
                    kind="on_demand",
                    group_id=block.group_id,
                    group_version=block.group_version,
                    amount_minor=0,
                    serial_first=block.serial_first,
                    serial_last=block.serial_last,
                    next_created=block.next_serial,
                    next_drawn=block.next_serial,
                    status="ready",
                )
        known = [block for block in self.blocks.values() if not block.is_new]
        if known:
            nexts = Int8s(block.next_serial for block in known)
            pipeline.ask(
                "move_cursors",
                provision_ids=Int4s(block.provision_id for block in known),
                next_drawns=nexts,
                next_createds=nexts,
            )

    def _hold_no_more(self, pipeline: Pipeline) -> None:
        pipeline.ask(
            "hold_no_more", serials=Int8s(self.torn), provision_ids=Int4s(self.torn.values())
        )

    def _write_payments(self, pipeline: Pipeline) -> None:
        if self.payments:
            self._insert_payments(pipeline)
        if self.finished:
            self._finish_payments(pipeline)

    def _insert_payments(self, pipeline: Pipeline) -> None:
        dues = [payment for payment, _operation_id, _acceptor in self.payments]
        pipeline.ask(
            "insert_payments",
            now=self.journal.head.now,
            lease_seconds=LEASE_SECONDS,
            payment_ids=Uuids(payment.payment_id.bytes for payment in dues),
            operation_ids=Int8s(operation_id for _due, operation_id, _acceptor in self.payments),
            serials=Int8s(payment.serial for payment in dues),
            acceptor_ids=Int4s(a.acceptor_id for _due, _operation_id, a in self.payments),
            funding_account_ids=Int4s(payment.funding_account_id for payment in dues),
            amounts=Int8s(payment.amount_minor for payment in dues),
            schemes=Texts(a.scheme for _due, _operation_id, a in self.payments),
            fsps=Texts(payment.fsp for payment in dues),
            debit_accounts=Texts(payment.debit_account for payment in dues),
            credit_accounts=Texts(payment.credit_account for payment in dues),
            rails=Texts(payment.rail for payment in dues),
        )

    def _finish_payments(self, pipeline: Pipeline) -> None:
        pipeline.ask(
            "finish_payments",
            now=self.journal.head.now,
            payment_ids=Uuids(operation.payment_id.bytes for operation, _status in self.finished),
            statuses=Texts(status for _operation, status in self.finished),
            reasons=Texts(operation.reason or "" for operation, _status in self.finished),
            provider_references=Texts(
                operation.provider_reference or "" for operation, _status in self.finished
            ),
        )
