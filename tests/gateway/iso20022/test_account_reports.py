"""What a bank booked: camt.053 and camt.054, read into entries."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.iso20022.messages import (
    BATCH,
    FIRST,
    IBAN,
    SECOND,
    balance,
    details,
    entry,
    notification,
    statement,
)

from counterfoil.gateway.bank_files import AccountReport, BankFile, BankFileError, Entry, FileKind
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.money import Money, decimal_text

FORMAT: Final = Iso20022()
PAID: Final = Entry(
    bank_reference="R1",
    money=Money(1000, "EUR"),
    is_credit=False,
    booked_on=date(2026, 10, 1),
    value_on=date(2026, 9, 30),
    payment_id=FIRST,
    batch_id=None,
    return_reason=None,
    payer_name="",
    payer_reference="",
    note="",
)


def entries(content: bytes) -> tuple[Entry, ...]:
    return tuple(entry for report in FORMAT.read(content).reports for entry in report.entries)


def test_a_statement_is_read_with_its_balances_and_number() -> None:
    content = statement(
        entry(of=details()), before="<ElctrncSeqNb>7</ElctrncSeqNb><LglSeqNb>12</LglSeqNb>"
    )
    report = AccountReport(
        account=IBAN,
        report_id="S1",
        currency="EUR",
        number=12,
        opening_minor=10_000,
        closing_minor=9_000,
        closed_on=date(2026, 10, 1),
        entries=(PAID,),
    )
    assert FORMAT.read(content) == BankFile(
        kind=FileKind.STATEMENT, message_id="M1", reports=(report,)
    )


def test_a_notification_has_no_balances() -> None:
    read = FORMAT.read(notification(entry(of=details())))
    assert read.kind is FileKind.NOTIFICATION
    [report] = read.reports
    assert (report.opening_minor, report.closing_minor, report.entries) == (None, None, (PAID,))


def test_a_day_without_entries_is_a_statement() -> None:
    balances = balance("PRCD", "100.00") + balance("CLBD", "100.00")
    assert entries(statement("", balances=balances)) == ()


def test_overdrawn_is_below_zero() -> None:
    balances = balance("OPBD", "4.00") + balance("CLBD", "6.00", side="DBIT")
    [report] = FORMAT.read(statement(entry(of=details()), balances=balances)).reports
    assert (report.opening_minor, report.closing_minor) == (400, -600)


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("JPY", "1000", 1000), ("JPY", "1000.00", 1000), ("KWD", "1.500", 1500), ("KWD", "1.5", 1500)],
)
def test_amounts_have_the_digits_of_their_currency(currency: str, amount: str, minor: int) -> None:
    balances = balance("OPBD", amount, currency=currency) + balance("CLBD", "0", currency=currency)
    content = statement(entry(amount=amount, currency=currency), balances=balances)
    assert [entry.money for entry in entries(content)] == [Money(minor, currency)]


PAYER: Final = (
    "<RltdPties><Dbtr><Pty><Nm>Ana  Pérez</Nm></Pty></Dbtr></RltdPties>"
    "<RmtInf><Ustrd>Purchase 7</Ustrd><Ustrd>with thanks</Ustrd>"
    "<Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>"
)


@pytest.mark.parametrize(
    ("of", "changed"),
    [
        ("", {"payment_id": None}),
        (details(FIRST.hex.upper()), {}),
        (details("NOTPROVIDED"), {"payment_id": None}),
        (details("INV-2026-0001"), {"payment_id": None}),
        (details(more="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"), {"return_reason": "AC04"}),
        (details(more="<RtrInf><Rsn><Prtry>X</Prtry></Rsn></RtrInf>"), {"return_reason": "X"}),
        (details(more="<RtrInf></RtrInf>"), {"return_reason": ""}),
        (
            details("NOTPROVIDED", more=PAYER),
            {
                "payment_id": None,
                "payer_name": "Ana Pérez",
                "payer_reference": "RF18539007547034",
                "note": "Purchase 7 with thanks",
            },
        ),
        (
            details(more="<RltdPties><Dbtr><Nm>Old Ltd</Nm></Dbtr></RltdPties>"),
            {"payer_name": "Old Ltd"},
        ),
        (
            details(
                more="<RmtInf><Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf></Strd>"
                "<Strd><RfrdDocInf><Nb>INV-2</Nb></RfrdDocInf></Strd></RmtInf>"
            ),
            {"payer_reference": "INV-1"},
        ),
        (
            "<Btch><PmtInfId>" + BATCH.hex + "</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>",
            {"payment_id": None, "batch_id": BATCH},
        ),
        (
            details("NOTPROVIDED").replace("<Refs>", f"<Refs><InstrId>{FIRST.hex}</InstrId>"),
            {},
        ),
    ],
)
def test_what_a_transaction_says_is_read(of: str, changed: dict[str, str | None]) -> None:
    assert entries(statement(entry(of=of))) == (replace(PAID, **changed),)  # type: ignore[arg-type]


def test_a_reversal_is_money_that_comes_back() -> None:
    balances = balance("OPBD", "90.00") + balance("CLBD", "100.00")
    content = statement(
        entry(side="CRDT", of=details(), before="<RvslInd>true</RvslInd>"), balances=balances
    )
    assert entries(content) == (replace(PAID, is_credit=True, return_reason=""),)


def test_one_line_for_several_payments_is_an_entry_for_each() -> None:
    of = details(amount="4.00") + details(SECOND, amount="6.00")
    first, second = entries(statement(entry(of=of)))
    assert first == replace(PAID, bank_reference="R1/1", money=Money(400, "EUR"))
    assert second == replace(
        PAID, bank_reference="R1/2", money=Money(600, "EUR"), payment_id=SECOND
    )


def test_a_charge_within_a_line_goes_the_other_way() -> None:
    of = details(amount="12.00") + details(
        "CHARGE", amount="2.00", more="<CdtDbtInd>CRDT</CdtDbtInd>"
    )
    assert [
        (entry.money.amount_minor, entry.is_credit) for entry in entries(statement(entry(of=of)))
    ] == [
        (1200, False),
        (200, True),
    ]


def test_what_is_expected_is_not_booked_and_moves_no_balance() -> None:
    booked = entry(of=details())
    pending = entry("R2", amount="5.00", state="<Cd>PDNG</Cd>")
    assert entries(statement(booked + pending)) == (PAID,)


def test_an_older_version_is_read() -> None:
    """camt.053.001.02, as many banks still write it."""
    transactions = "".join(
        f"<TxDtls><Refs><AcctSvcrRef>{own}</AcctSvcrRef><EndToEndId>{payment.hex}</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls></TxDtls>'
        for own, payment, amount in (("A", FIRST, "4.00"), ("B", SECOND, "6.00"))
    )
    content = statement(entry(state="BOOK", of=transactions), version="02")
    assert [(entry.bank_reference, entry.payment_id) for entry in entries(content)] == [
        ("A", FIRST),
        ("B", SECOND),
    ]


def test_without_a_reference_of_the_bank_the_number_in_its_report_is_one() -> None:
    content = statement(entry().replace("<AcctSvcrRef>R1</AcctSvcrRef>", "<NtryRef>4</NtryRef>"))
    assert [entry.bank_reference for entry in entries(content)] == ["S1/4"]


@pytest.mark.parametrize(
    "moment", ["2026-10-01T23:59:59.999-05:00", "2026-10-01T00:00:00Z", "2026-10-01T12:00:00"]
)
def test_a_moment_is_the_day_that_the_bank_writes(moment: str) -> None:
    dated = entry(of=details()).replace("<Dt>2026-10-01</Dt>", f"<DtTm>{moment}</DtTm>")
    assert entries(statement(dated)) == (PAID,)


def test_what_comes_back_under_the_same_reference_is_told_apart_by_its_number() -> None:
    """As ING writes it: the reference stands twice, each entry's number once."""
    out = entry(of=details(), before="<NtryRef>7</NtryRef>")
    back = entry(of=details(), side="CRDT", before="<NtryRef>8</NtryRef>")
    balances = balance("OPBD", "100.00") + balance("CLBD", "100.00")
    read = entries(statement(out + back, balances=balances))
    assert [(entry.bank_reference, entry.is_credit) for entry in read] == [
        ("R1", False),
        ("R1/8", True),
    ]


def test_an_account_has_a_statement_for_each_of_its_currencies() -> None:
    euros = statement(entry()).decode()
    start, end = euros.index("<Stmt>"), euros.index("</Stmt>") + len("</Stmt>")
    dollars = euros[start:end].replace("EUR", "USD")
    reports = FORMAT.read((euros[:end] + dollars + euros[end:]).encode()).reports
    assert [(report.account, report.currency) for report in reports] == [
        (IBAN, "EUR"),
        (IBAN, "USD"),
    ]


@pytest.mark.parametrize(
    ("inner", "reference"),
    [
        ("<Refs><AcctSvcrRef>A1</AcctSvcrRef><TxId>T1</TxId></Refs>", "A1"),
        ("<Refs><TxId>T1</TxId></Refs>", "T1"),
    ],
)
def test_the_reference_may_stand_with_the_transaction(inner: str, reference: str) -> None:
    line = entry(of=f"<TxDtls>{inner}<AddtlTxInf>ACH credit</AddtlTxInf></TxDtls>")
    [read] = entries(statement(line.replace("<AcctSvcrRef>R1</AcctSvcrRef>", "")))
    assert (read.bank_reference, read.note) == (reference, "ACH credit")


def test_another_account_than_an_iban_is_read() -> None:
    content = statement(entry(), account="<Othr><Id>12-34/5</Id></Othr>")
    assert FORMAT.read(content).reports[0].account == "12-34/5"


@settings(deadline=None, max_examples=60)
@given(
    opening=st.integers(-(10**12), 10**12),
    moves=st.lists(st.integers(-(10**9), 10**9).filter(bool), max_size=8),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    missing=st.integers(-5, 5),
)
def test_a_statement_is_read_exactly_where_its_entries_lead_to_its_balance(
    opening: int, moves: list[int], currency: str, missing: int
) -> None:
    def side(minor: int) -> str:
        return "CRDT" if minor >= 0 else "DBIT"

    def text(minor: int) -> str:
        return decimal_text(abs(minor), currency)

    closing = opening + sum(moves) + missing
    content = statement(
        "".join(
            entry(f"R{number}", amount=text(move), side=side(move), currency=currency)
            for number, move in enumerate(moves)
        ),
        balances=balance("OPBD", text(opening), side=side(opening), currency=currency)
        + balance("CLBD", text(closing), side=side(closing), currency=currency),
    )
    if missing:
        with pytest.raises(BankFileError, match="do not lead from the opening"):
            FORMAT.read(content)
        return
    [report] = FORMAT.read(content).reports
    assert (report.opening_minor, report.closing_minor) == (opening, closing)
    signed = [e.money.amount_minor * (1 if e.is_credit else -1) for e in report.entries]
    assert signed == moves
