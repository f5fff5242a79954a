"""The rows of a file of vouchers: what each must be, and what the database knows already."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import msgspec

from counterfoil.engine.arrays import Blobs, Int8s
from counterfoil.engine.catalogue import GroupVersion
from counterfoil.engine.database import Connection
from counterfoil.engine.importing import Columns, table_rows
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import CounterfoilError, MalformedAmountError, RowError
from counterfoil.keys.numbers import number_hash, number_hashes_probed
from counterfoil.money import parse_amount
from counterfoil.statements import statement
from counterfoil.voucher import OPEN, State

COLUMNS: Final = Columns(
    ("serial", "number", "group", "amount", "currency", "state", "expires_at"), ("secret",)
)
LIVE: Final = OPEN | {State.STOCKED}
FINISHED: Final = frozenset({State.REDEEMED, State.CANCELLED, State.EXPIRED})
LOOKED_UP_AT_ONCE: Final = 10_000
_STATES: Final = {state.word: state for state in LIVE | FINISHED}
_SERIAL_DIGITS_MAX: Final = 18
_NUMBER_DIGITS_MIN: Final = 4
_NUMBER_DIGITS_MAX: Final = 25
_BEARER_DIGITS_MIN: Final = 8


class Line(msgspec.Struct, frozen=True, gc=False):
    """One good row."""

    row: int
    serial: int
    number: str
    with_serial: bool
    group: GroupVersion
    amount_minor: int
    state: State
    expires_at: datetime | None
    number_hash: bytes

    def __repr__(self) -> str:
        return f"Line(row={self.row}, serial={self.serial})"


class _WrongError(CounterfoilError):
    """What is wrong with the value at hand, without quoting it."""


def read_lines(path: Path, issuer: Issuer) -> tuple[list[Line], list[RowError]]:
    """The good rows and what is wrong with the others. Raises ConflictError for no such table."""
    lines: list[Line] = []
    bad: list[RowError] = []
    serials: dict[int, int] = {}
    numbers: dict[bytes, int] = {}
    for row, values in table_rows(path, COLUMNS):
        line, wrong = _line(issuer, row, values)
        if line is None:
            bad += wrong
            continue
        first = serials.setdefault(line.serial, row)
        if first != row:
            bad.append(RowError(row, "serial", f"row {first} has the same serial."))
            continue
        first = numbers.setdefault(line.number_hash, row)
        if first != row:
            bad.append(RowError(row, "number", f"row {first} has the same number."))
            continue
        lines.append(line)
    return lines, bad


def known_already(connection: Connection, issuer: Issuer, lines: Sequence[Line]) -> list[RowError]:
    """Serials and numbers that exist."""
    bad = []
    for start in range(0, len(lines), LOOKED_UP_AT_ONCE):
        some = lines[start : start + LOOKED_UP_AT_ONCE]
        bad += [
            RowError(line.row, "serial", "there is a voucher with this serial.")
            for line in _with_known_serials(connection, issuer, some)
        ]
        bad += [
            RowError(line.row, "number", "there is a voucher with this number.")
            for line in _with_known_numbers(connection, issuer, some)
        ]
    return bad


def set_aside_already(lines: Sequence[Line], ranges: Sequence[tuple[int, int]]) -> list[RowError]:
    """Serials inside the `ranges` (first, last; ascending) of the issuer's own provisions."""
    firsts = [first for first, _last in ranges]
    places = ((line, bisect_right(firsts, line.serial) - 1) for line in lines)
    return [
        RowError(line.row, "serial", "a provision has set it aside already.")
        for line, at in places
        if at >= 0 and line.serial <= ranges[at][1]
    ]


def _with_known_serials(
    connection: Connection, issuer: Issuer, lines: Sequence[Line]
) -> Iterator[Line]:
    by_serial = {line.serial: line for line in lines}
    rows = connection.execute(
        statement(__package__, "known_serials"),
        {"issuer_id": issuer.issuer_id, "serials": Int8s(by_serial)},
    )
    return (by_serial[serial] for (serial,) in rows.fetchall())


def _with_known_numbers(
    connection: Connection, issuer: Issuer, lines: Sequence[Line]
) -> Iterator[Line]:
    """Under any key that a voucher may still carry, which is one but during a rotation."""
    by_hash = {line.number_hash: line for line in lines}
    if len(issuer.keys.hash.probed) > 1:
        for line in lines:
            serial = line.serial if line.with_serial else None
            for digest in number_hashes_probed(issuer.keys, line.number, serial):
                by_hash[digest] = line
    rows = connection.execute(
        statement(__package__, "known_numbers"),
        {"issuer_id": issuer.issuer_id, "number_hashes": Blobs(by_hash)},
    )
    return (by_hash[bytes(digest)] for (digest,) in rows.fetchall())


_Given = ParamSpec("_Given")
_Value = TypeVar("_Value")


class _Findings:
    """What is wrong with one row, column by column."""

    def __init__(self, row: int) -> None:
        self._row = row
        self.wrong: list[RowError] = []

    def read(
        self,
        column: str,
        reader: Callable[_Given, _Value],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> _Value | None:
        try:
            return reader(*given, **named)
        except _WrongError as error:
            self.wrong.append(RowError(self._row, column, str(error)))
            return None


def _line(issuer: Issuer, row: int, values: list[str]) -> tuple[Line | None, list[RowError]]:
    """The line, or everything that is wrong with it."""
    serial_text, number_text, code, amount_text, currency, state_text, expires_text, secret = values
    found = _Findings(row)
    serial = found.read("serial", _serial, serial_text)
    number = found.read("number", _number, number_text)
    with_serial = found.read("secret", _with_serial, secret, len(number_text))
    group = found.read("group", _group, issuer, code)
    state = found.read("state", _state, state_text)
    expires_at = found.read("expires_at", _expires_at, expires_text)
    if group is None:
        return None, found.wrong
    found.read("currency", _same_currency, currency, group)
    amount_minor = found.read("amount", _amount_minor, amount_text, group)
    found.read("state", _fits, state, group)
    found.read("group", _takes, issuer, state, group)
    if serial is None or number is None or state is None or amount_minor is None or found.wrong:
        return None, found.wrong
    digest = number_hash(issuer.keys, number, serial if with_serial else None)
    line = Line(
        row, serial, number, bool(with_serial), group, amount_minor, state, expires_at, digest
    )
    return line, []


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _serial(text: str) -> int:
    if not (_digits(text) and len(text) <= _SERIAL_DIGITS_MAX and int(text) > 0):
        raise _WrongError(f"a serial has 1 to {_SERIAL_DIGITS_MAX} digits and is not 0.")
    return int(text)


def _number(text: str) -> str:
    if not (_digits(text) and _NUMBER_DIGITS_MIN <= len(text) <= _NUMBER_DIGITS_MAX):
        raise _WrongError(f"a number has {_NUMBER_DIGITS_MIN} to {_NUMBER_DIGITS_MAX} digits.")
    return text


def _with_serial(text: str, number_digits: int) -> bool:
    if text not in {"", "bearer", "with_serial"}:
        raise _WrongError("write bearer or with_serial, or leave it empty.")
    return text == "with_serial" or (not text and number_digits < _BEARER_DIGITS_MIN)


def _group(issuer: Issuer, code: str) -> GroupVersion:
    group = issuer.catalogue.groups.get(code)
    if group is None:
        raise _WrongError(f"{issuer.code} has no such group.")
    return group.current


def _takes(issuer: Issuer, state: State | None, group: GroupVersion) -> None:
    """Nothing comes into a programme that is closed, and nothing live once its sales are."""
    catalogue = issuer.catalogue
    if group.programme_id in (catalogue.closed if state in FINISHED else catalogue.sales_closed):
        code = catalogue.programmes_by_id[group.programme_id].code
        raise _WrongError(f"its programme {code} takes no more vouchers.")


def _state(text: str) -> State:
    state = _STATES.get(text.lower())
    if state is None:
        raise _WrongError(f"write one of {', '.join(sorted(_STATES))}.")
    return state


def _expires_at(text: str) -> datetime | None:
    """A date lasts to its end, in UTC."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _WrongError("write it like 2027-12-31 or 2027-12-31T18:00:00Z.") from None
    if moment.tzinfo is None:
        raise _WrongError("a time needs its offset, like 2027-12-31T18:00:00Z.")
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _WrongError("that is not a time anybody will see.") from None


def _same_currency(currency: str, group: GroupVersion) -> None:
    if currency != group.currency:
        raise _WrongError(f"{group.code} is in {group.currency}.")


def _amount_minor(text: str, group: GroupVersion) -> int:
    try:
        money = parse_amount(text, group.currency)
    except MalformedAmountError as error:
        raise _WrongError("write an amount like 10.00.") from error
    if money.amount_minor == 0:
        raise _WrongError("an amount above zero is needed.")
    if not group.on_demand and money.amount_minor not in group.denominations:
        raise _WrongError(f"that is not a denomination of {group.code}.")
    return money.amount_minor


def _fits(state: State | None, group: GroupVersion) -> None:
    if state is State.STOCKED and group.on_demand:
        raise _WrongError(f"{group.code} creates its vouchers on demand and has no stock.")
