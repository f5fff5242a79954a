"""Payments written as pain.001.001.09. What is written is held to the schema of ISO 20022, as
sepaxml ships it, and to the dictionary of mock-bank, a bank that declares every element.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mockbank import validate
from xmlschema import XMLSchema

from counterfoil.gateway.bank_files import BankFileError, FileFormat, Party, Payment, PaymentBatch
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.iso20022.letters import written
from counterfoil.money import AMOUNT_MINOR_MAX, Money

FORMAT: Final[FileFormat] = Iso20022()
DEBTOR: Final = Party(
    name="Aid Fund", scheme="iban", account="NL41 MOCK 0000 0000 01", fsp="MOCKNL2A"
)
SHOP: Final = Party(name="Corner Shop", scheme="iban", account="NL30MOCK0000000005", fsp="MOCKNL2A")
PAYMENT: Final = Payment(
    payment_id=UUID(int=1), creditor=SHOP, money=Money(1050, "EUR"), narrative="Payout 7"
)


def batch(*payments: Payment, debtor: Party = DEBTOR) -> PaymentBatch:
    return PaymentBatch(
        batch_id=UUID(int=255),
        debtor=debtor,
        payments=payments or (PAYMENT,),
        pay_on=date(2026, 10, 1),
        made_at=datetime(2026, 9, 30, 11, 5, 7, 999, tzinfo=timezone(timedelta(hours=2))),
    )


@cache
def standard() -> XMLSchema:
    schema = files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
    return XMLSchema(schema.read_text(encoding="utf-8"))


def complaints(content: bytes) -> Sequence[object]:
    found: Sequence[object] = validate.validate(content, today=date(2026, 9, 30))
    return [*found, *standard().iter_errors(fromstring(content))]  # noqa: S314  # ours


def texts(content: bytes, name: str) -> list[str]:
    return [element.text or "" for element in fromstring(content).iterfind(f".//{{*}}{name}")]  # noqa: S314  # ours


EXPECTED: Final = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr>'
    "<MsgId>000000000000000000000000000000ff</MsgId><CreDtTm>2026-09-30T09:05:07Z</CreDtTm>"
    "<NbOfTxs>1</NbOfTxs><CtrlSum>10.50</CtrlSum><InitgPty><Nm>Aid Fund</Nm></InitgPty></GrpHdr>"
    "<PmtInf><PmtInfId>000000000000000000000000000000ff</PmtInfId><PmtMtd>TRF</PmtMtd>"
    "<BtchBookg>false</BtchBookg><NbOfTxs>1</NbOfTxs><CtrlSum>10.50</CtrlSum>"
    "<ReqdExctnDt><Dt>2026-10-01</Dt></ReqdExctnDt><Dbtr><Nm>Aid Fund</Nm></Dbtr>"
    "<DbtrAcct><Id><IBAN>NL41MOCK0000000001</IBAN></Id></DbtrAcct>"
    "<DbtrAgt><FinInstnId><BICFI>MOCKNL2A</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>"
    "<CdtTrfTxInf><PmtId><InstrId>00000000000000000000000000000001</InstrId>"
    "<EndToEndId>00000000000000000000000000000001</EndToEndId></PmtId>"
    '<Amt><InstdAmt Ccy="EUR">10.50</InstdAmt></Amt>'
    "<CdtrAgt><FinInstnId><BICFI>MOCKNL2A</BICFI></FinInstnId></CdtrAgt>"
    "<Cdtr><Nm>Corner Shop</Nm></Cdtr><CdtrAcct><Id><IBAN>NL30MOCK0000000005</IBAN></Id></CdtrAcct>"
    "<RmtInf><Ustrd>Payout 7</Ustrd></RmtInf></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>"
)


def test_a_payment_is_written_in_the_order_of_the_standard() -> None:
    content = FORMAT.write(batch())
    assert content.decode().partition("\n")[2] == EXPECTED
    assert FORMAT.write(batch()) == content
    assert complaints(content) == []


@pytest.mark.parametrize(
    ("known", "wrong"),
    [("<PmtMtd>TRF</PmtMtd>", ""), ("SLEV", "NONE"), ("10.50</InstdAmt>", "-1</InstdAmt>")],
)
def test_the_standard_sees_what_is_wrong(known: str, wrong: str) -> None:
    content = FORMAT.write(batch()).decode()
    assert known in content
    assert not standard().is_valid(fromstring(content.replace(known, wrong)))  # noqa: S314  # ours


@pytest.mark.parametrize(
    ("creditor", "expected"),
    [
        (
            Party(name="A", scheme="account", account="12-34/5", fsp="Cooperative"),
            (
                "<CdtrAgt><FinInstnId><Othr><Id>Cooperative</Id></Othr></FinInstnId></CdtrAgt>"
                "<Cdtr><Nm>A</Nm></Cdtr><CdtrAcct><Id><Othr><Id>12-34/5</Id></Othr></Id></CdtrAcct>"
            ),
        ),
        (
            Party(name="A", scheme="wallet", account="+254700123456", fsp=""),
            (
                "</Amt><Cdtr><Nm>A</Nm></Cdtr><CdtrAcct><Id><Othr><Id>+254700123456</Id>"
                "<SchmeNm><Prtry>wallet</Prtry></SchmeNm></Othr></Id></CdtrAcct>"
            ),
        ),
        (
            Party(name="<\"&'>", scheme="account", account="<&>", fsp=""),
            "<Nm>&lt;\"&amp;'&gt;</Nm></Cdtr><CdtrAcct><Id><Othr><Id>&lt;&amp;&gt;</Id>",
        ),
        (
            Party(name="A", scheme="iban", account="nl30 mock 0000 0000 05", fsp="MOCKNL2AXXX"),
            (
                "<CdtrAgt><FinInstnId><BICFI>MOCKNL2AXXX</BICFI></FinInstnId></CdtrAgt>"
                "<Cdtr><Nm>A</Nm></Cdtr><CdtrAcct><Id><IBAN>NL30MOCK0000000005</IBAN></Id></CdtrAcct>"
            ),
        ),
    ],
)
def test_each_kind_of_account_has_its_element(creditor: Party, expected: str) -> None:
    content = FORMAT.write(batch(replace(PAYMENT, creditor=creditor)))
    assert expected in content.decode()
    assert complaints(content) == []


@pytest.mark.parametrize(
    ("money", "amount", "total", "charges"),
    [
        (Money(1, "EUR"), "0.01", "0.02", "SLEV"),
        (Money(1500, "JPY"), "1500", "3000", "SHAR"),
        (Money(1500, "KWD"), "1.500", "3.000", "SHAR"),
        (Money(AMOUNT_MINOR_MAX // 2, "USD"), "4999999999999999.99", "9999999999999999.98", "SHAR"),
    ],
)
def test_amounts_and_their_sum_have_the_digits_of_their_currency(
    money: Money, amount: str, total: str, charges: str
) -> None:
    first = replace(PAYMENT, money=money)
    content = FORMAT.write(batch(first, replace(first, payment_id=UUID(int=2))))
    assert texts(content, "InstdAmt") == [amount, amount]
    assert texts(content, "CtrlSum") == [total, total]
    assert texts(content, "NbOfTxs") == ["2", "2"]
    assert texts(content, "ChrgBr") == [charges]
    assert complaints(content) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Peña & Söhne Łódź", "Pena & Sohne Lodz"),
        ("Straße Ærø", "Strasse AEro"),
        ("Pen\u0303a", "Pena"),
        ("Nguyễn Thị Đào", "Nguyen Thi Dao"),
        ("“Mama’s” – shop…", '"Mama\'s" - shop...'),  # noqa: RUF001
        ("  a\tb\r\n c\x00 ", "a b c"),
        ("\u202eevil\u2066\ud800\ufffe", "evil"),
        ("متجر الزاوية", "متجر الزاوية"),
        ("\uff33\uff48\uff4f\uff50", "Shop"),
        ("Mama`s", "Mama's"),
        ("x" * 71, "x" * 70),
        ("\u200b \u00ad", ""),
    ],
)
def test_letters_are_written_as_banks_take_them(text: str, expected: str) -> None:
    assert written(text, 70) == expected


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"money": Money(0, "EUR")}, "Its amount is not above zero."),
        ({"money": Money(-1, "EUR")}, "Its amount is not above zero."),
        ({"creditor": replace(SHOP, name=" \u200b")}, "The name is missing."),
        (
            {"creditor": replace(SHOP, account="NL31MOCK0000000005")},
            "The account is not an IBAN with the right check digits.",
        ),
        (
            {"creditor": replace(SHOP, scheme="account", account="")},
            "The account is missing, has over 34 letters, or letters that banks do not read.",
        ),
        (
            {"creditor": replace(SHOP, scheme="account", account="9" * 35)},
            "The account is missing, has over 34 letters, or letters that banks do not read.",
        ),
        (
            {"creditor": replace(SHOP, scheme="wallet", account="１２３４")},  # noqa: RUF001
            "The account is missing, has over 34 letters, or letters that banks do not read.",
        ),
        (
            {"creditor": replace(SHOP, fsp="B" * 36)},
            "The bank's id has over 35 letters, or letters that banks do not read.",
        ),
    ],
)
def test_what_cannot_be_written_is_said_before_and_refused_after(
    changed: dict[str, Money | Party], sentence: str
) -> None:
    bad = replace(PAYMENT, **changed)  # type: ignore[arg-type]
    assert FORMAT.fault(PAYMENT) is None
    assert FORMAT.fault(bad) == sentence
    with pytest.raises(BankFileError) as refused:
        FORMAT.write(batch(replace(PAYMENT, payment_id=UUID(int=2)), bad))
    assert str(refused.value) == f"Payment {PAYMENT.payment_id} cannot be written. {sentence}"


@pytest.mark.parametrize(
    ("payments", "debtor", "sentence"),
    [
        ((PAYMENT, PAYMENT), DEBTOR, "A payment stands in a file once."),
        (
            (PAYMENT, replace(PAYMENT, money=Money(1, "USD"))),
            DEBTOR,
            "A file has payments, all of them in one currency.",
        ),
        (
            tuple(
                replace(PAYMENT, payment_id=UUID(int=n), money=Money(AMOUNT_MINOR_MAX, "EUR"))
                for n in (1, 2)
            ),
            DEBTOR,
            "The payments add up to more than a file can state.",
        ),
        (
            (PAYMENT,),
            replace(DEBTOR, account="NL42MOCK0000000001"),
            "Who pays cannot be written. The account is not an IBAN with the right check digits.",
        ),
    ],
)
def test_a_batch_that_is_none_is_not_written(
    payments: tuple[Payment, ...], debtor: Party, sentence: str
) -> None:
    with pytest.raises(BankFileError) as refused:
        FORMAT.write(batch(*payments, debtor=debtor))
    assert str(refused.value) == sentence


def test_nothing_is_no_batch() -> None:
    with pytest.raises(BankFileError, match="A file has payments"):
        FORMAT.write(replace(batch(), payments=()))


def test_a_bank_that_takes_latin_only_gets_nothing_else() -> None:
    narrow = Iso20022(is_latin_only=True)
    signs = replace(PAYMENT, creditor=replace(SHOP, name="Peña & Söhne_1 <b>"), narrative="متجر")
    content = narrow.write(batch(signs))
    assert texts(content, "Nm")[-1] == "Pena + Sohne-1 b"
    assert texts(content, "Ustrd") == []
    longer = replace(PAYMENT, creditor=replace(SHOP, name="x@" * 35))
    assert len(texts(narrow.write(batch(longer)), "Nm")[-1]) == 70
    arabic = replace(PAYMENT, creditor=replace(SHOP, name="متجر"))
    sentence = "The bank takes Latin letters only, and the name has others."
    assert narrow.fault(arabic) == sentence
    assert FORMAT.fault(arabic) is None


IDS: Final = st.text(st.characters(min_codepoint=32, max_codepoint=127), max_size=36)


@settings(deadline=None, max_examples=60)
@given(
    name=st.text(max_size=90),
    narrative=st.text(max_size=200),
    account=IDS,
    fsp=IDS,
    scheme=st.sampled_from(["account", "wallet"]),
    is_latin_only=st.booleans(),
)
def test_whatever_is_not_refused_is_a_message_that_a_bank_reads(
    name: str, narrative: str, account: str, fsp: str, scheme: str, *, is_latin_only: bool
) -> None:
    rail = Iso20022(is_latin_only=is_latin_only)
    payment = replace(
        PAYMENT,
        creditor=Party(name=name, scheme=scheme, account=account, fsp=fsp),
        narrative=narrative,
    )
    if rail.fault(payment) is not None:
        with pytest.raises(BankFileError):
            rail.write(batch(payment))
        return
    content = rail.write(batch(payment))
    assert complaints(content) == []
    assert texts(content, "Id")[-1] == account
    if is_latin_only:
        letters = [text for tag in ("Nm", "Ustrd") for text in texts(content, tag)]
        assert all(re.fullmatch(r"[A-Za-z0-9/?:().,'+ -]+", text) for text in letters)
