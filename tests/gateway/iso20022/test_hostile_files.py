"""Files that lie, or that want to do harm, are refused whole, with what is wrong and without what
stands in them.
"""

from typing import Final

import pytest
from tests.gateway.iso20022.messages import (
    BATCH,
    IBAN,
    balance,
    details,
    document,
    entry,
    notification,
    statement,
)

from counterfoil.gateway.bank_files import FILE_BYTES_MAX, BankFileError
from counterfoil.gateway.iso20022 import Iso20022, xml_reading

FORMAT: Final = Iso20022()
GOOD: Final = statement(entry(of=details()))


def refusal(content: bytes) -> str:
    with pytest.raises(BankFileError) as refused:
        FORMAT.read(content)
    sentence = str(refused.value)
    assert IBAN not in sentence
    assert "Secret" not in sentence
    return sentence


def summary(totals: str) -> bytes:
    return statement(entry(of=details()), summary=f"<TxsSummry>{totals}</TxsSummry>")


MISSING: Final = (
    "The entries do not lead from the opening to the closing balance: {} EUR is missing."
    " Ask the bank for the whole statement."
)
BATCHED: Final = "<Btch><NbOfTxs>{}</NbOfTxs><TtlAmt Ccy='EUR'>{}</TtlAmt></Btch>"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (statement(""), MISSING.format("-10.00")),
        (statement(entry(amount="10.01")), MISSING.format("0.01")),
        (statement(entry(side="CRDT")), MISSING.format("-20.00")),
        (statement(entry(state="<Cd>PDNG</Cd>")), MISSING.format("-10.00")),
        (
            summary("<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>"),
            "TtlNtries counts 2 entries, and there are 1.",
        ),
        (
            summary("<TtlNtries><Sum>11</Sum></TtlNtries>"),
            "TtlNtries is another sum than that of its entries.",
        ),
        (
            summary("<TtlCdtNtries><Sum>10.00</Sum></TtlCdtNtries>"),
            "TtlCdtNtries is another sum than that of its entries.",
        ),
        (
            summary("<TtlDbtNtries><Sum>10.00</Sum><NbOfNtries>0</NbOfNtries></TtlDbtNtries>"),
            "TtlDbtNtries counts 0 entries, and there are 1.",
        ),
        (
            summary(
                "<TtlNtries><TtlNetNtry><Amt>10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>"
                "</TtlNtries>"
            ),
            "TtlNetNtry is another sum than that of the entries.",
        ),
        (
            summary(
                "<TtlNtries><TtlNetNtryAmt>9</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd></TtlNtries>"
            ),
            "TtlNetNtry is another sum than that of the entries.",
        ),
        (
            statement(entry(of=details(amount="4.00") + details(amount="5.00"))),
            "Entry 1: Its transactions do not add up to it.",
        ),
        (
            statement(entry(of=(details(amount="5.00") * 2).replace("EUR", "USD", 1))),
            "Entry 1: Its transactions are in another currency than the entry.",
        ),
        (
            statement(entry(of=details(amount="4.00") + details())),
            "Entry 1: AmtDtls/TxAmt/Amt is missing.",
        ),
        (
            statement(entry(of=BATCHED.format(3, "10.00") + details())),
            "Entry 1: NbOfTxs says 3, and it lists 1 transactions.",
        ),
        (
            statement(entry(of=BATCHED.format(1, "12.00"))),
            "Entry 1: TtlAmt is another amount than that of the entry.",
        ),
        (
            notification(entry() + entry("R2") + entry()),
            "Entry 3 has the reference of an earlier one.",
        ),
        (
            notification(entry(before="<NtryRef>7</NtryRef>") * 2),
            "Entry 2 has the reference of an earlier one.",
        ),
        (
            notification(entry(currency="ZZZ")),
            "Entry 1: Amt is in a currency that is not known.",
        ),
        (
            notification(entry(currency="eur")),
            "Entry 1: Amt is in a currency that is not known.",
        ),
        (notification(entry(amount="10.005")), "Entry 1: Amt is no amount in its currency."),
        (notification(entry(amount="-10.00")), "Entry 1: Amt is no amount."),
        (notification(entry(amount="1e3")), "Entry 1: Amt is no amount."),
        (notification(entry(amount="10,00")), "Entry 1: Amt is no amount."),
        (notification(entry(amount=".")), "Entry 1: Amt is no amount."),
        (notification(entry(amount="\u0661\u0660")), "Entry 1: Amt is no amount."),
        (notification(entry(amount="9" * 18)), "Entry 1: Amt is no amount in its currency."),
        (notification(entry(currency="USD")), "All amounts of an account are in its one currency."),
        (
            statement(
                entry(), balances=balance("OPBD", "1", currency="USD") + balance("CLBD", "1")
            ),
            "All amounts of an account are in its one currency.",
        ),
        (statement(entry(), balances=balance("OPBD", "1")), "The balance CLBD is missing."),
        (statement(entry(), balances=balance("CLBD", "1")), "The balance OPBD is missing."),
        (
            statement(entry(), balances=balance("OPBD", "1") * 2 + balance("CLBD", "1")),
            "The balance OPBD stands more than once.",
        ),
        (notification(entry(side="PLUS")), "Entry 1: CdtDbtInd is neither CRDT nor DBIT."),
        (
            notification(entry(before="<CdtDbtInd>CRDT</CdtDbtInd>")),
            "Entry 1: CdtDbtInd stands more than once where it stands once.",
        ),
        (
            notification(entry(before='<Amt Ccy="EUR">99.00</Amt>')),
            "Entry 1: Amt stands more than once where it stands once.",
        ),
        (notification(entry("R" * 36)), "Entry 1: AcctSvcrRef has more than 35 letters."),
        (notification(entry("")), "Entry 1: AcctSvcrRef is missing."),
        (notification(entry(state="")), "Entry 1: Sts is missing."),
        (
            notification(entry().replace("2026-10-01", "2026-02-30")),
            "Entry 1: BookgDt is no date.",
        ),
        (notification(entry().replace("2026-10-01", "20261001")), "Entry 1: BookgDt is no date."),
        (
            statement(entry(), account=f"<Othr><Id>{IBAN}{IBAN}</Id></Othr>"),
            "Acct/Id is missing, or has over 34 letters.",
        ),
        (
            statement(
                entry(), before="<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
            ),
            "It is one page of several. Ask the bank for the report in one file.",
        ),
        (
            notification(
                entry(), header="<MsgPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></MsgPgntn>"
            ),
            "It is one page of several. Ask the bank for the report in one file.",
        ),
        (statement(entry(), before="<LglSeqNb>-1</LglSeqNb>"), "LglSeqNb is no number."),
        (
            document("camt.053.001.08", "<BkToCstmrStmt><GrpHdr/></BkToCstmrStmt>"),
            "Stmt is missing.",
        ),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_whole(content: bytes, sentence: str) -> None:
    assert refusal(content) == sentence


BOMB: Final = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
DECLARED: Final = "It declares a document type; a bank's file has none."
MESSAGES: Final = (
    "It is none of the messages that are read here: pain.002, camt.054, camt.053, pacs.004."
)
NESTED: Final = "It is nested deeper, or has more in it, than a bank's file has."


def declared(declaration: str) -> bytes:
    return GOOD.replace(b'<?xml version="1.0"?>', declaration.encode())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (declared(BOMB), DECLARED),
        (declared(BOMB).replace(b"10.00", b"&c;"), DECLARED),
        (declared('<!DOCTYPE Document SYSTEM "file:///etc/passwd">'), DECLARED),
        (declared('<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd">'), DECLARED),
        (b"", "It is not XML: no element found in line 1."),
        (
            b"Secret;10.00",
            "It is not XML: not well-formed (invalid token) in line 1.",
        ),
        (GOOD[:-20], "It is not XML: unclosed token in line 1."),
        (GOOD[: GOOD.index(b"<Ntry>")], "It is not XML: no element found in line 1."),
        (GOOD + GOOD, "It is not XML: junk after document element in line 1."),
        (GOOD.replace(b"M1", b"&Secret;"), "It is not XML: undefined entity in line 1."),
        (
            GOOD.replace(b"M1", b"M\xff"),
            "It is not XML: not well-formed (invalid token) in line 1.",
        ),
        (GOOD.replace(b"M1", b"M\0"), "It is not XML: not well-formed (invalid token) in line 1."),
        (
            declared('<?xml version="1.0" encoding="UTF-16"?>'),
            "It is not XML: encoding specified in XML declaration is incorrect in line 1.",
        ),
        (
            declared('<?xml version="1.0" encoding="Secret"?>'),
            "It is in an encoding that is not known.",
        ),
        (
            declared('<?xml version="1.0" encoding="UTF-7"?>'),
            "It is in an encoding that is not known.",
        ),
        (GOOD.replace(b"M1", b"<a>" * 100 + b"</a>" * 100), NESTED),
        (document("camt.052.001.08", "<BkToCstmrAcctRpt/>"), MESSAGES),
        (document("pain.001.001.09", "<CstmrCdtTrfInitn/>"), MESSAGES),
        (b"<Document/>", MESSAGES),
        (b"<html><body>Secret</body></html>", MESSAGES),
        (
            document("camt.053.001.08", "<BkToCstmrStmt/><BkToCstmrStmt/>"),
            "A document has one message in it, BkToCstmrStmt.",
        ),
        (
            GOOD.replace(b"</Document>", b"<PmtRtr/></Document>"),
            "A document has one message in it, BkToCstmrStmt.",
        ),
        (
            document("camt.053.001.08", "<CstmrPmtStsRpt/>"),
            "A document has one message in it, BkToCstmrStmt.",
        ),
        (document("pain.002.001.10", "<CstmrPmtStsRpt/>"), "OrgnlGrpInfAndSts is missing."),
        (document("pacs.004.001.09", "<PmtRtr/>"), "GrpHdr is missing."),
        (b" " * (FILE_BYTES_MAX + 1), "The file is longer than 64 MB."),
    ],
)
def test_what_is_no_message_is_refused(content: bytes, sentence: str) -> None:
    assert refusal(content) == sentence


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_a_file_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    payer = "<RltdPties><Dbtr><Pty><Nm>Peña</Nm></Pty></Dbtr></RltdPties>"
    text = statement(entry(of=details(more=payer))).decode()
    text = text.replace('"1.0"', f'"1.0" encoding="{encoding}"')
    [report] = FORMAT.read(text.encode(encoding)).reports
    assert report.entries[0].payer_name == "Peña"


def test_elements_of_another_namespace_are_not_seen() -> None:
    foreign = '<x:Amt xmlns:x="urn:other" Ccy="EUR">99.00</x:Amt>'
    [report] = FORMAT.read(statement(entry(before=foreign))).reports
    assert report.entries[0].money.amount_minor == 1000


def test_what_a_payer_wrote_is_kept_within_bounds() -> None:
    notes = f"<Ustrd>{'x' * 140}</Ustrd>" * 200
    payer = f"<RltdPties><Dbtr><Nm>{'N' * 5000}</Nm></Dbtr></RltdPties><RmtInf>{notes}</RmtInf>"
    [report] = FORMAT.read(statement(entry(of=details(more=payer)))).reports
    assert len(report.entries[0].payer_name) == 140
    assert len(report.entries[0].note) == 1000


def test_too_many_elements_stop_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_reading, "_ELEMENTS_MAX", GOOD.count(b"</"))
    assert FORMAT.read(GOOD).message_id == "M1"
    assert refusal(statement(entry(of=details()) + entry("R2"))) == NESTED


def test_every_beginning_of_a_file_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(BankFileError):
            FORMAT.read(GOOD[:length])
    assert FORMAT.read(GOOD).message_id == "M1"


def test_a_batch_of_another_is_only_a_name() -> None:
    """Whose it is, those say who know the batches; the format reads its id."""
    batched = f"<Btch><PmtInfId>{BATCH.hex}</PmtInfId></Btch>"
    [report] = FORMAT.read(statement(entry(of=batched))).reports
    assert report.entries[0].batch_id == BATCH
