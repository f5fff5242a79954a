"""A bank that pays whatever stands in the files of a folder, and says so in one statement: run as a
process of its own, it shares nothing with who wrote them.

    python -m bench.paying_bank FOLDER ACCOUNT CURRENCY OPENING_MINOR OTHERS

OTHERS is how many credits, and as many debits, it has that are of no payment.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import iterparse

from counterfoil.money import Money, decimal_text, parse_amount

STATEMENT: Final = "statement.xml"
_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def main(folder: Path, account: str, currency: str, opening_minor: int, others: int) -> None:
    today = datetime.now(UTC).date().isoformat()
    deposited = _entry("bench", "CRDT", Money(opening_minor, currency), today, "NOTPROVIDED")
    entries, left_minor = [deposited, *_others(others, currency, today)], opening_minor
    for payment, money in _payments(folder, currency):
        entries.append(_entry(f"B{payment[:20]}", "DBIT", money, today, payment))
        left_minor -= money.amount_minor
    opens = _balance("OPBD", Money(0, currency), today)
    closes = _balance("CLBD", Money(left_minor, currency), today)
    (folder / STATEMENT).write_text(
        f'<?xml version="1.0"?><Document xmlns="{_NAMESPACE}"><BkToCstmrStmt><GrpHdr>'
        "<MsgId>BENCH-1</MsgId></GrpHdr><Stmt><Id>BENCH-1</Id><ElctrncSeqNb>1</ElctrncSeqNb>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>"
        f"{opens}{closes}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )


def _others(count: int, currency: str, today: str) -> Iterator[str]:
    """Together they are nothing."""
    for number in range(count):
        money = Money(100 + number, currency)
        yield _entry(f"IN-{number}", "CRDT", money, today, "NOTPROVIDED")
        yield _entry(f"OUT-{number}", "DBIT", money, today, "NOTPROVIDED")


def _payments(folder: Path, currency: str) -> Iterator[tuple[str, Money]]:
    """The id and the amount of each, file by file."""
    for path in sorted(folder.glob("*.xml")):
        for _event, element in iterparse(path):  # noqa: S314  # our own files
            if element.tag.endswith("}CdtTrfTxInf"):
                found = {part.tag.rpartition("}")[2]: part.text for part in element.iter()}
                amount = parse_amount(found["InstdAmt"] or "", currency)
                yield found["EndToEndId"] or "", amount
                element.clear()


def _entry(reference: str, side: str, money: Money, day: str, payment: str) -> str:
    amount = decimal_text(money.amount_minor, money.currency)
    return (
        f'<Ntry><Amt Ccy="{money.currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{payment}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    )


def _balance(code: str, money: Money, day: str) -> str:
    amount = decimal_text(money.amount_minor, money.currency)
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{money.currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
