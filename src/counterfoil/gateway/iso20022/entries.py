"""A line that a bank books (Ntry), and what it books together in one line, each for itself.

In versions before 2015 the state of a line is a word and not a choice, and the amount of one of
its transactions stands deeper; both are read.
"""

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID
from xml.etree.ElementTree import Element

from counterfoil.gateway.bank_files import (
    NAME_LETTERS_MAX,
    NOTE_LETTERS_MAX,
    BankFileError,
    Entry,
    read_id,
)
from counterfoil.gateway.iso20022.elements import (
    code_of,
    day_or_none,
    each,
    found,
    id_or_none,
    is_credit,
    is_true,
    needed_money,
    read_count,
    text_or_none,
)
from counterfoil.money import Money

_BOOKED: Final = "BOOK"


@dataclass(frozen=True, slots=True)
class Line:
    """An Ntry as the bank counts it. Without `entries` it is expected, and not booked yet, or of
    nothing; `number` is its own in the report, where it has one.
    """

    money: Money
    is_credit: bool
    number: str | None
    entries: tuple[Entry, ...]

    @property
    def signed_minor(self) -> int:
        return self.money.amount_minor if self.is_credit else -self.money.amount_minor

    def told_apart(self, seen: Container[str]) -> Self:
        """Some banks give what comes back the reference of what went out: then by its number."""
        if not any(one.bank_reference in seen for one in self.entries):
            return self
        entries = (
            replace(one, bank_reference=f"{one.bank_reference}/{self.number}")
            for one in self.entries
        )
        return replace(self, entries=tuple(entries))


def read_line(line: Element, report_id: str) -> Line:
    money, is_in = needed_money(line, "Amt"), is_credit(line)
    state = text_or_none(line, "Sts") or text_or_none(line, "Sts", "Cd")
    if state is None:
        raise BankFileError("Sts is missing.")
    entries = _entries(line, money, report_id) if state == _BOOKED else ()
    moving = tuple(entry for entry in entries if entry.money.amount_minor)
    return Line(money, is_in, id_or_none(line, "NtryRef"), moving)


def _entries(line: Element, money: Money, report_id: str) -> tuple[Entry, ...]:
    """One for each of its transactions, which add up to it; else one of it alone."""
    details = [one for group in each(line, "NtryDtls") for one in each(group, "TxDtls")]
    _check_batches(line, money, len(details))
    whole = _whole(line, details[0] if len(details) == 1 else None, money, report_id)
    if len(details) <= 1:
        return (whole,)
    parts = [_part(whole, detail) for detail in details]
    signed = sum(_signed(part) for part in parts)
    if signed != _signed(whole):
        raise BankFileError("Its transactions do not add up to it.")
    own = [id_or_none(detail, "Refs", "AcctSvcrRef") for detail in details]
    if None in own or len(set(own)) < len(own):
        own = [f"{whole.bank_reference}/{number}" for number in range(1, len(parts) + 1)]
    return tuple(
        replace(part, bank_reference=reference or "")
        for part, reference in zip(parts, own, strict=True)
    )


def _check_batches(line: Element, money: Money, details: int) -> None:
    """Where the bank says what it booked together, that is what it lists."""
    batches = [batch for group in each(line, "NtryDtls") for batch in each(group, "Btch")]
    counts = [text_or_none(batch, "NbOfTxs") for batch in batches]
    counted = sum(read_count("NbOfTxs", count) for count in counts if count is not None)
    if details and batches and None not in counts and counted != details:
        raise BankFileError(f"NbOfTxs says {counted}, and it lists {details} transactions.")
    if len(batches) == 1 and found(batches[0], "TtlAmt") is not None:
        total = needed_money(batches[0], "TtlAmt")
        if total != money:
            raise BankFileError("TtlAmt is another amount than that of the entry.")


def _whole(line: Element, only: Element | None, money: Money, report_id: str) -> Entry:
    booked_on = day_or_none(line, "BookgDt") or day_or_none(line, "ValDt")
    if booked_on is None:
        raise BankFileError("BookgDt is missing.")
    entry = Entry(
        bank_reference=_reference(line, only, report_id),
        money=money,
        is_credit=is_credit(line),
        booked_on=booked_on,
        value_on=day_or_none(line, "ValDt") or booked_on,
        payment_id=None,
        batch_id=_batch_id(line),
        return_reason="" if is_true(line, "RvslInd") else None,
        payer_name="",
        payer_reference="",
        note=_cut(text_or_none(line, "AddtlNtryInf") or "", NOTE_LETTERS_MAX),
    )
    return entry if only is None else _told(entry, only)


def _part(whole: Entry, detail: Element) -> Entry:
    if found(detail, "Amt") is not None:
        money = needed_money(detail, "Amt")
    else:
        money = needed_money(detail, "AmtDtls", "TxAmt", "Amt")
    if money.currency != whole.money.currency:
        raise BankFileError("Its transactions are in another currency than the entry.")
    has_side = found(detail, "CdtDbtInd") is not None
    side = is_credit(detail) if has_side else whole.is_credit
    return _told(replace(whole, money=money, is_credit=side, note=""), detail)


def _told(entry: Entry, detail: Element) -> Entry:
    """What a transaction adds to the line that it is of."""
    ids = (id_or_none(detail, "Refs", name) for name in ("EndToEndId", "InstrId"))
    payment_id = next((ours for ours in map(read_id, ids) if ours is not None), None)
    returned = found(detail, "RtrInf")
    reason = entry.return_reason if returned is None else code_of(returned, "Rsn") or ""
    return replace(
        entry,
        payment_id=payment_id,
        batch_id=None if payment_id is not None else entry.batch_id,
        return_reason=reason,
        payer_name=_payer(detail),
        payer_reference=_payer_reference(detail),
        note=_note(detail) or entry.note,
    )


def _reference(line: Element, only: Element | None, report_id: str) -> str:
    """The bank's own for the line; else that of its number in the report."""
    own = id_or_none(line, "AcctSvcrRef")
    if own is None and only is not None:
        own = id_or_none(only, "Refs", "AcctSvcrRef") or id_or_none(only, "Refs", "TxId")
    if own is not None:
        return own
    number = id_or_none(line, "NtryRef")
    if number is None:
        raise BankFileError("AcctSvcrRef is missing.")
    return f"{report_id}/{number}"


def _batch_id(line: Element) -> UUID | None:
    batches = [batch for group in each(line, "NtryDtls") for batch in each(group, "Btch")]
    if len(batches) != 1:
        return None
    return read_id(id_or_none(batches[0], "PmtInfId")) or read_id(id_or_none(batches[0], "MsgId"))


def _payer(detail: Element) -> str:
    name = text_or_none(detail, "RltdPties", "Dbtr", "Pty", "Nm")
    return _cut(name or text_or_none(detail, "RltdPties", "Dbtr", "Nm") or "", NAME_LETTERS_MAX)


def _payer_reference(detail: Element) -> str:
    """What the payer was asked to write: the creditor's reference, else a document's number."""
    remittance = found(detail, "RmtInf")
    parts = [] if remittance is None else each(remittance, "Strd")
    references = [id_or_none(part, "CdtrRefInf", "Ref") for part in parts]
    documents = [
        id_or_none(document, "Nb") for part in parts for document in each(part, "RfrdDocInf")
    ]
    return next((text for text in (*references, *documents) if text), "")


def _note(detail: Element) -> str:
    remittance = found(detail, "RmtInf")
    lines = [] if remittance is None else [line.text or "" for line in each(remittance, "Ustrd")]
    return _cut(" ".join(lines) or text_or_none(detail, "AddtlTxInf") or "", NOTE_LETTERS_MAX)


def _signed(entry: Entry) -> int:
    return entry.money.amount_minor if entry.is_credit else -entry.money.amount_minor


def _cut(text: str, letters_max: int) -> str:
    return " ".join(text.split())[:letters_max]
