"""A bank's answer, a row for each payment; refused whole where a row does not say what it must."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final

from counterfoil.errors import MalformedAmountError
from counterfoil.gateway.bank_files import (
    FILE_BYTES_MAX,
    ID_LETTERS_MAX,
    BankFile,
    BankFileError,
    FileKind,
    News,
    one_each,
    read_id,
)
from counterfoil.gateway.csv_files.template import AnswerColumn, CsvTemplate
from counterfoil.gateway.iso20022.reason_codes import rejected, returned
from counterfoil.gateway.port import PaymentResult, PaymentStatus
from counterfoil.money import Money, is_currency, parse_amount

_READ_ALWAYS: Final = (AnswerColumn.PAYMENT_ID, AnswerColumn.STATUS)
_BYTES_MAX_SHOWN: Final = FILE_BYTES_MAX // (1024 * 1024)


def read_answer(content: bytes, template: CsvTemplate) -> BankFile:
    """The file has no name of its own: its digest is one. Raises BankFileError."""
    if len(content) > FILE_BYTES_MAX:
        raise BankFileError(f"The file is longer than {_BYTES_MAX_SHOWN} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BankFileError("It is not written in UTF-8.") from error
    if "\0" in text:
        raise BankFileError("It is no text.")
    news = one_each(list(_news(text, template)))
    if not news:
        raise BankFileError("It has no payments.")
    message_id = sha256(content).hexdigest()[:32]
    return BankFile(kind=FileKind.STATUS, message_id=message_id, news=news)


def _news(text: str, template: CsvTemplate) -> Iterator[News]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=template.separator, strict=True)
    number = 1
    try:
        headings = next(rows, [])
        places = _places(headings, template)
        for row in rows:
            number += 1
            if any(cell.strip() for cell in row):
                yield _Row(row, len(headings), places, template).news()
    except csv.Error as error:
        raise BankFileError(f"Row {number}: a quote or a line is broken after it.") from error
    except BankFileError as error:
        raise BankFileError(f"Row {number}: {error}") from error


def _places(headings: list[str], template: CsvTemplate) -> dict[AnswerColumn, int]:
    names = [heading.strip().casefold() for heading in headings]
    places = dict[AnswerColumn, int]()
    for column, heading in template.answer:
        those = [place for place, name in enumerate(names) if name == heading.strip().casefold()]
        if len(those) > 1:
            raise BankFileError(f"The column {heading} stands there twice.")
        if those:
            places[column] = those[0]
        elif column in _READ_ALWAYS:
            raise BankFileError(f"The column {heading} is missing.")
    return places


class _Row:
    def __init__(
        self,
        cells: list[str],
        width: int,
        places: Mapping[AnswerColumn, int],
        template: CsvTemplate,
    ) -> None:
        if len(cells) != width:
            raise BankFileError(f"It has {len(cells)} cells, and the headings are {width}.")
        self._cells = cells
        self._places = places
        self._template = template

    def news(self) -> News:
        payment_id = read_id(self._text(AnswerColumn.PAYMENT_ID))
        if payment_id is None:
            raise BankFileError("The payment is none of ours.")
        return News(
            payment_id=payment_id, result=self._result(), money=self._money(), on=self._on()
        )

    def _text(self, column: AnswerColumn) -> str:
        """Empty where the file has no such column."""
        place = self._places.get(column)
        return "" if place is None else self._cells[place].strip()

    def _result(self) -> PaymentResult:
        said = self._text(AnswerColumn.STATUS).casefold()
        words = {word.casefold(): status for word, status in self._template.words}
        status = words.get(said)
        if status is None:
            raise BankFileError("The status is a word that is not known.")
        reference = self._text(AnswerColumn.REFERENCE) or None
        if reference is not None and len(reference) > ID_LETTERS_MAX:
            raise BankFileError(f"The reference has more than {ID_LETTERS_MAX} letters.")
        reason = self._text(AnswerColumn.REASON) or None
        if status is PaymentStatus.REJECTED:
            return rejected(reason, reference)
        if status is PaymentStatus.RETURNED:
            return returned(reason, reference)
        return PaymentResult(status, None, reference)

    def _money(self) -> Money | None:
        written = self._text(AnswerColumn.AMOUNT)
        if not written:
            return None
        currency = self._text(AnswerColumn.CURRENCY)
        if not is_currency(currency):
            raise BankFileError("The amount is in a currency that is not known.")
        try:
            return parse_amount(self._point(written), currency)
        except MalformedAmountError as error:
            raise BankFileError("The amount is none in its currency.") from error

    def _point(self, amount: str) -> str:
        """With another sign than the template's it is no amount: 1.000 may be a thousand."""
        sign = self._template.decimal_sign
        return amount if sign == "." else amount.replace(".", "?").replace(sign, ".")

    def _on(self) -> date | None:
        written = self._text(AnswerColumn.ON)
        if not written:
            return None
        try:
            return datetime.strptime(written, self._template.date_format).replace(tzinfo=UTC).date()
        except ValueError as error:
            raise BankFileError(
                "The date is written in another way than the template's."
            ) from error
