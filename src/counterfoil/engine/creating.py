"""Vouchers that a batch makes itself: on demand, where a group keeps no stock, and as replacements.

Their serials come from blocks: provisions without stock.
"""

from typing import Final

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.carrying_out import CarryingOut, answer_about
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.decide import Decision, StockAsked, Voucher, decide_preactivation
from counterfoil.engine.operation import Answer, Change, Outcome, Preactivate, with_number
from counterfoil.engine.reading import Batch, Block
from counterfoil.engine.writing import NewVoucher
from counterfoil.keys.numbers import new_numbers, number_hash, seal_number
from counterfoil.voucher import Action, State

BLOCK_SERIALS: Final = 10_000


def create_on_demand(
    work: CarryingOut, asked: StockAsked, operation: Preactivate, content: bytes
) -> tuple[Answer, str]:
    version = asked.group
    if not work.may_commit(version, asked.amount_minor):
        return Answer(Outcome.FUNDS_MISSING), ""
    at_once = operation.at_once or work.catalogue.settings.activate_at_once
    decision = decide_preactivation(version, work.batch.head.now, at_once=at_once)
    if decision.outcome is not Outcome.DONE or decision.state_after is None:
        return Answer(decision.outcome), ""
    voucher, number = _new_voucher(work, version, asked.amount_minor, decision)
    operation_id = work.record(voucher, version, decision, operation, content, is_new=True)
    _reserve(work, operation_id, voucher, version)
    answer = answer_about(voucher, version, Outcome.DONE, operation_id=operation_id)
    return answer, number


def replace_voucher(
    work: CarryingOut, voucher: Voucher, decision: Decision, operation: Change, content: bytes
) -> Answer:
    """Cancel, and create a linked voucher of the same value and validity in its place."""
    version = work.version_of(voucher)
    stays = voucher.prior_state if voucher.prior_state is not None else voucher.state
    hold_until, expires_at = voucher.hold_until, voucher.expires_at
    answer = work.carry_out(voucher, decision, operation, content)
    fresh, number = _new_voucher(
        work,
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
    owner = work.batch.owners.get(voucher.serial)
    if owner is not None:
        work.writing.inherited[fresh.serial] = owner.allocation_id
    voucher.replaced_by = fresh.serial
    fresh.last_operation = answer.operation_id  # its story begins with the old one's
    if answer.operation_id is not None:
        _reserve(work, answer.operation_id, fresh, version)
    return with_number(answer, number, replacement_serial=fresh.serial)


def _new_voucher(
    work: CarryingOut, version: GroupVersion, amount_minor: int, decision: Decision
) -> tuple[Voucher, str]:
    """A voucher with a number of its own, to be written with the batch."""
    issuer = work.issuer
    block = _block(work.batch, version)
    serial = block.next_serial
    block.next_serial += 1
    work.writing.blocks[block.provision_id] = block
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
    work.batch.vouchers[serial] = voucher
    work.batch.vouchers_by_hash[digest] = voucher
    work.writing.voucher_created(NewVoucher(voucher, seal_version, sealed))
    return voucher, number


def _block(batch: Batch, version: GroupVersion) -> Block:
    head = batch.head
    block = batch.blocks.get(version.group_id)
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
        batch.blocks[version.group_id] = block
    return block


def _reserve(work: CarryingOut, operation_id: int, voucher: Voucher, version: GroupVersion) -> None:
    funding_account_id = version.funding_account_id
    work.note_committed(version, voucher.amount_minor)
    work.journal.post(
        operation_id,
        Posting(
            Account(AccountKind.AVAILABLE, funding_account_id),
            Account(AccountKind.RESERVED, funding_account_id, voucher.group_id),
            voucher.amount_minor,
        ),
    )
    work.journal.count(voucher.group_id, voucher.amount_minor, voucher.state, 1)
