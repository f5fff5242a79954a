"""Banks that are reached by files: they take what lies in a folder, whenever they like and however
often it is put there, and answer in files of their own, which may be late, twice and in any order.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, NamedTuple
from uuid import UUID
from xml.etree import ElementTree as ET

from tests.gateway.histories.bank_books import Book
from tests.gateway.histories.clock import Clock
from tests.gateway.histories.currencies import minor_of, text_of
from tests.gateway.histories.far_sides import Held
from tests.gateway.iso20022.messages import back, document, payment_status

from counterfoil.gateway.bank_files import FileFormat
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.delivery import FolderDelivery
from counterfoil.gateway.inbox import FolderInbox
from counterfoil.gateway.iso20022 import Iso20022

# What becomes of a payment to an account is in its name: R is refused, L is refused after it was
# taken on, B comes back, of S nothing is ever heard, and G is good.
_CODES: Final = {"AC01": "account_unknown", "AC04": "cannot_credit", "AM04": "no_funds"}
_WORDS: Final = {"accepted": "ACCP", "completed": "ACSC", "rejected": "RJCT"}
_SPACE: Final = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


class Wish(NamedTuple):
    """A line of a file: what a bank is asked to pay."""

    payment_id: UUID
    account: str
    minor: int
    currency: str
    fund: str


class Saying(NamedTuple):
    payment_id: UUID
    word: str
    code: str
    minor: int
    currency: str
    fund: str
    booked: bytes = b""  # what says so of the account


@dataclass(frozen=True)
class Dialect:
    """How a bank's files are read and written: `answers` is given what it says of which file, with
    a number for each answer. `refuses` says that it takes none of a file, where it can say so.
    """

    format: FileFormat
    suffix: str
    wishes: Callable[[bytes], list[Wish]]
    answers: Callable[[str, str, list[Saying], Iterator[int]], list[bytes]]
    refuses: Callable[[str, str, Iterator[int]], bytes] | None = None


@dataclass
class FileBank:
    """Of one history, whose funding accounts are its `books`."""

    dialect: Dialect
    folder: Path
    code: str
    books: Mapping[str, Book]
    chance: Random
    clock: Clock
    mail: list[bytes] = field(default_factory=list)
    is_kind: bool = False  # whether it takes every file
    _files: dict[str, tuple[bytes, list[UUID]]] = field(default_factory=dict)
    _held: dict[UUID, Held] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def good(self, _currency: str) -> str:
        return f"{self.code}-G{next(self._numbers)}"

    def bad(self, _currency: str) -> str:
        return f"{self.code}-{self.chance.choice('RLSBB')}{next(self._numbers)}"

    def held(self) -> dict[UUID, Held]:
        return self._held

    @property
    def inbox(self) -> FolderInbox:
        """Where its letters arrive."""
        return FolderInbox(self.folder / "in", settled_seconds=0)

    def send(self, *, letters_max: int | None = None) -> None:
        """Letters arrive, in any order; some of them will once more."""
        self.chance.shuffle(self.mail)
        for letter in self.mail[:letters_max]:
            number = next(self._numbers)
            part, whole = self.folder / f".{number}", self.inbox.folder / f"{number}.txt"
            part.write_bytes(letter)
            part.rename(whole)
            if letters_max is None or self.chance.random() < 0.8:
                self.mail.remove(letter)

    def work(self, *, to_the_end: bool = False) -> None:
        """Take files and go on with payments: some of them, or all as far as they go."""
        files = sorted(self.folder.glob(f"*{self.dialect.suffix}"))
        self.chance.shuffle(files)
        for path in files:
            if to_the_end or self.chance.random() < 0.8:
                self._take(path.stem, path.read_bytes())
                path.unlink()
        for name, (_content, payment_ids) in self._files.items():
            said = list(self._went_on(payment_ids, to_the_end=to_the_end))
            if said:
                self.mail += self.dialect.answers(self.code, name, said, self._numbers)

    def credit(self, fund: str, reference: str, minor: int) -> None:
        """Somebody paid into an account; it is in the mail."""
        book = self.books[fund]
        booked = book.booked(reference, minor, self._today)
        self.mail.append(book.notification(self._message(), booked))

    def state(self) -> None:
        """Statements of what was not on one yet are in the mail."""
        for book in self.books.values():
            if book.new:
                self.mail.append(book.statement(self._message(), self._today))

    @property
    def _today(self) -> date:
        return self.clock.at.date()

    def _message(self) -> str:
        return f"N{self.code}{next(self._numbers)}"

    def _take(self, name: str, content: bytes) -> None:
        """A file that is there already is not paid again, and is as it was."""
        known = self._files.get(name)
        if known is not None:
            assert known[0] == content, "another file under a name that was used"
            if self.dialect.refuses is not None:
                self.mail.append(self.dialect.refuses(name, "DUPL", self._numbers))
            return
        wishes = self.dialect.wishes(content)
        for wish in wishes:
            assert wish.payment_id not in self._held, "a payment stands in two files"
            assert self.books[wish.fund].currency == wish.currency, (
                "an account pays in another currency"
            )
            is_silent = f"{self.code}-S" in wish.account
            self._held[wish.payment_id] = Held(
                wish.account,
                wish.minor,
                wish.currency,
                "new",
                is_silent=is_silent,
                fund=wish.fund,
            )
        self._files[name] = (content, [wish.payment_id for wish in wishes])
        if self.dialect.refuses and not self.is_kind and self.chance.random() < 0.08:
            for wish in wishes:
                held = self._held[wish.payment_id]
                held.stands, held.reason, held.is_silent = "rejected", "malformed", False
            self.mail.append(self.dialect.refuses(name, "FF01", self._numbers))

    def _went_on(self, payment_ids: list[UUID], *, to_the_end: bool) -> Iterator[Saying]:
        for payment_id in payment_ids:
            held = self._held[payment_id]
            while not held.is_silent and (to_the_end or self.chance.random() < 0.6):
                saying = self._step(payment_id, held)
                if saying is None:
                    break
                yield saying

    def _step(self, payment_id: UUID, held: Held) -> Saying | None:
        letter = held.account.removeprefix(f"{self.code}-")[0]
        after = {
            ("new", "R"): "rejected",
            ("accepted", "L"): "rejected",
            ("completed", "B"): "returned",
        }.get((held.stands, letter))
        if after is None:
            onwards = {"new": ("accepted", "accepted", "completed"), "accepted": ("completed",)}
            if letter == "L":
                onwards["new"] = ("accepted",)
            after = self.chance.choice(onwards.get(held.stands, ("",)))
        if not after:
            return None
        code = ""
        if after in {"rejected", "returned"}:
            code = self.chance.choice(list(_CODES))
            held.reason = _CODES[code]
        held.stands = after
        held.credited += after == "completed"
        booked = self._booked(payment_id, held, after, code)
        fund = held.fund or ""
        return Saying(payment_id, after, code, held.minor, held.currency, fund, booked)

    def _booked(self, payment_id: UUID, held: Held, after: str, code: str) -> bytes:
        """Where that moves money, what the bank writes of it."""
        if after not in {"completed", "returned"}:
            return b""
        book = self.books[held.fund or ""]
        minor = -held.minor if after == "completed" else held.minor
        reference = f"{self.code}/{next(self._numbers)}"
        booked = book.booked(reference, minor, self._today, payment_id, code)
        return book.notification(self._message(), booked)


class UnsureDelivery:
    """A folder over a bad line: the file may be there though it is said not to be, or twice."""

    def __init__(self, folder: Path, suffix: str, chance: Random) -> None:
        self._folder = FolderDelivery(folder, suffix)
        self._chance = chance
        self.is_calm = False

    def put(self, name: str, content: bytes) -> bool:
        fault = (
            "none" if self.is_calm else self._chance.choice(["none", "before", "after", "twice"])
        )
        if fault == "before":
            return False
        is_there = self._folder.put(name, content)
        if fault == "twice":
            is_there = self._folder.put(name, content)
        return is_there and fault != "after"


def iso20022() -> Dialect:
    return Dialect(
        format=Iso20022(),
        suffix=".xml",
        wishes=_read_pain001,
        answers=_iso_answers,
        refuses=_refusal,
    )


def csv_files() -> Dialect:
    return Dialect(
        format=CsvFile(),
        suffix=".csv",
        wishes=_read_csv,
        answers=_csv_answers,
    )


def _read_pain001(content: bytes) -> list[Wish]:
    def text(element: ET.Element, path: str) -> str:
        return element.findtext("/".join(f"{_SPACE}{name}" for name in path.split("/"))) or ""

    (order,) = ET.fromstring(content).iter(f"{_SPACE}PmtInf")  # noqa: S314  # our own
    wishes = []
    for transfer in order.iter(f"{_SPACE}CdtTrfTxInf"):
        (amount,) = transfer.iter(f"{_SPACE}InstdAmt")
        currency = amount.get("Ccy") or ""
        wish = Wish(
            UUID(text(transfer, "PmtId/EndToEndId")),
            text(transfer, "CdtrAcct/Id/Othr/Id"),
            minor_of(amount.text or "", currency),
            currency,
            text(order, "DbtrAcct/Id/Othr/Id"),
        )
        wishes.append(wish)
    control = text_of(sum(wish.minor for wish in wishes), wishes[0].currency)
    assert (text(order, "NbOfTxs"), text(order, "CtrlSum")) == (str(len(wishes)), control)
    return wishes


def _iso_answers(_code: str, name: str, said: list[Saying], numbers: Iterator[int]) -> list[bytes]:
    """Statuses in one file; what was booked, of which it told already, and what comes back in one
    each.
    """
    answers: list[bytes] = []
    words = [each for each in said if each.word != "returned"]
    latest = {each.payment_id: each for each in words}
    if latest:
        listed = "".join(
            payment_status(
                each.payment_id,
                _WORDS[each.word],
                reason=f"<Cd>{each.code}</Cd>" if each.code else "",
            )
            for each in latest.values()
        )
        answers.append(_status(name, numbers, "", listed))
    for each in said:
        if each.word == "completed" or (each.word == "returned" and next(numbers) % 2):
            answers.append(each.booked)
        elif each.word == "returned":
            answers.append(_return(name, numbers, each))
    return answers


def _status(name: str, numbers: Iterator[int], group: str, listed: str) -> bytes:
    batch = f"<OrgnlPmtInfId>{name}</OrgnlPmtInfId>{listed}"
    return document(
        "pain.002.001.10",
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>S{name[:20]}{next(numbers)}</MsgId></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{name}</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>"
        + (f"<OrgnlPmtInfAndSts>{batch}</OrgnlPmtInfAndSts>" if listed else "")
        + "</CstmrPmtStsRpt>",
    )


def _refusal(name: str, code: str, numbers: Iterator[int]) -> bytes:
    why = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"
    return _status(name, numbers, f"<GrpSts>RJCT</GrpSts>{why}", "")


def _return(name: str, numbers: Iterator[int], each: Saying) -> bytes:
    amount = text_of(each.minor, each.currency)
    payment = back(each.payment_id, amount, currency=each.currency).replace("AC04", each.code)
    return document(
        "pacs.004.001.09",
        f"<PmtRtr><GrpHdr><MsgId>R{name[:20]}{next(numbers)}</MsgId><NbOfTxs>1</NbOfTxs></GrpHdr>"
        f"<OrgnlGrpInf><OrgnlMsgId>{name}</OrgnlMsgId></OrgnlGrpInf>{payment}</PmtRtr>",
    )


def _read_csv(content: bytes) -> list[Wish]:
    rows = csv.DictReader(io.StringIO(content.decode()))
    return [
        Wish(
            UUID(row["payment_id"]),
            row["account"],
            minor_of(row["amount"], row["currency"]),
            row["currency"],
            row["debtor_account"],
        )
        for row in rows
    ]


def _csv_answers(code: str, _name: str, said: list[Saying], numbers: Iterator[int]) -> list[bytes]:
    """Of each payment what is so by now."""
    latest = {each.payment_id: each for each in said}
    rows = "".join(
        f"{each.payment_id.hex},{each.word},{each.code},{code}-{next(numbers)}\n"
        for each in latest.values()
    )
    return [f"payment_id,status,reason,reference\n{rows}".encode()]
