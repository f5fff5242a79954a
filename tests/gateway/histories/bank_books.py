"""The books of a bank that is reached by files: what it booked in an account, each under a
reference of its own, and the statements of it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from tests.gateway.histories.currencies import text_of
from tests.gateway.iso20022.messages import balance, details, document, entry, statement

DONOR: Final = "River Donors"
_WRITTEN: Final = "2026-10-01"  # the day that all messages of the tests have
_PAYER: Final = f"<RltdPties><Dbtr><Pty><Nm>{DONOR}</Nm></Pty></Dbtr></RltdPties>"


class Booking(NamedTuple):
    """What moved on which day, above zero where it came in. `code` says why a payment came back."""

    reference: str
    minor: int
    on: date
    payment_id: UUID | None = None
    code: str = ""


@dataclass
class Book:
    """From one statement to the next; the first one begins at nothing, with `since`."""

    fund: str
    currency: str
    since: date
    told_minor: int = 0
    told: int = 0  # statements
    new: list[Booking] = field(default_factory=list)

    @property
    def minor(self) -> int:
        return self.told_minor + sum(each.minor for each in self.new)

    def booked(
        self,
        reference: str,
        minor: int,
        on: date,
        payment_id: UUID | None = None,
        code: str = "",
    ) -> Booking:
        booking = Booking(reference, minor, on, payment_id, code)
        self.new.append(booking)
        return booking

    def statement(self, message: str, on: date) -> bytes:
        """Of what was booked since the last one."""
        opening, closing = self.told_minor, self.minor
        balances = self._balance("OPBD", opening, self.since) + self._balance("CLBD", closing, on)
        lines = "".join(self._line(each) for each in self.new)
        self.told_minor, self.new, self.told, self.since = closing, [], self.told + 1, on
        content = statement(
            lines,
            balances=balances,
            before=f"<LglSeqNb>{self.told}</LglSeqNb>",
            account=f"<Othr><Id>{self.fund}</Id></Othr>",
        )
        return content.replace(b">M1<", f">{message}<".encode())

    def notification(self, message: str, booked: Booking) -> bytes:
        return document(
            "camt.054.001.08",
            f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{message}</MsgId></GrpHdr>"
            f"<Ntfctn><Id>{message}</Id><Acct><Id><Othr><Id>{self.fund}</Id></Othr></Id>"
            f"<Ccy>{self.currency}</Ccy></Acct>{self._line(booked)}</Ntfctn>"
            "</BkToCstmrDbtCdtNtfctn>",
        )

    def _balance(self, code: str, minor: int, on: date) -> str:
        side = "CRDT" if minor >= 0 else "DBIT"
        amount = text_of(abs(minor), self.currency)
        written = balance(code, amount, side=side, currency=self.currency)
        return written.replace(_WRITTEN, on.isoformat())

    def _line(self, each: Booking) -> str:
        why = f"<RtrInf><Rsn><Cd>{each.code}</Cd></Rsn></RtrInf>" if each.code else ""
        payer = _PAYER if each.payment_id is None else ""
        line = entry(
            each.reference,
            amount=text_of(abs(each.minor), self.currency),
            side="CRDT" if each.minor > 0 else "DBIT",
            currency=self.currency,
            of=details(each.payment_id or "NOTPROVIDED", more=why + payer),
        )
        days = line.replace(_WRITTEN, each.on.isoformat())
        return days.replace("2026-09-30", each.on.isoformat())
