"""Messages of a bank, written by hand: what each test says differs from one that is right."""

from typing import Final
from uuid import UUID

FIRST: Final = UUID("0190f3a1-0000-7000-8000-000000000001")
SECOND: Final = UUID("0190f3a1-0000-7000-8000-000000000002")
BATCH: Final = UUID("0190f3a1-0000-7000-8000-0000000000ff")
IBAN: Final = "NL41MOCK0000000001"


def document(message: str, body: str) -> bytes:
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{message}"
    return f'<?xml version="1.0"?><Document xmlns="{namespace}">{body}</Document>'.encode()


def details(
    payment: UUID | str = FIRST,
    *,
    amount: str = "",
    more: str = "",
) -> str:
    """A transaction of an entry; `amount` where there are several."""
    name = payment.hex if isinstance(payment, UUID) else payment
    money = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    return f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>{money}{more}</TxDtls>"


def entry(
    reference: str = "R1",
    *,
    amount: str = "10.00",
    side: str = "DBIT",
    currency: str = "EUR",
    state: str = "<Cd>BOOK</Cd>",
    of: str = "",
    before: str = "",
) -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{before}'
        f"<Sts>{state}</Sts><BookgDt><Dt>2026-10-01</Dt></BookgDt>"
        f"<ValDt><Dt>2026-09-30</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<NtryDtls>{of}</NtryDtls></Ntry>"
    )


def balance(code: str, amount: str, *, side: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        "<Dt><Dt>2026-10-01</Dt></Dt></Bal>"
    )


def statement(
    entries: str,
    *,
    balances: str = "",
    summary: str = "",
    before: str = "",
    account: str = f"<IBAN>{IBAN}</IBAN>",
    version: str = "08",
) -> bytes:
    """From 100.00 to 90.00 where nothing else is said: one entry of 10.00 to somebody."""
    balances = balances or balance("OPBD", "100.00") + balance("CLBD", "90.00")
    return document(
        f"camt.053.001.{version}",
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id>"
        f"{before}<Acct><Id>{account}</Id></Acct>{balances}{summary}{entries}</Stmt>"
        "</BkToCstmrStmt>",
    )


def notification(entries: str, *, header: str = "") -> bytes:
    return document(
        "camt.054.001.08",
        f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId>{header}</GrpHdr>"
        f"<Ntfctn><Id>N1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{entries}"
        "</Ntfctn></BkToCstmrDbtCdtNtfctn>",
    )


def payment_status(payment: UUID | str, word: str, *, reason: str = "", more: str = "") -> str:
    name = payment.hex if isinstance(payment, UUID) else payment
    why = f"<StsRsnInf><Rsn>{reason}</Rsn></StsRsnInf>" if reason else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{word}</TxSts>{why}{more}"
        "</TxInfAndSts>"
    )


def status(payments: str = "", *, group: str = "", batch: str = "", original: str = "") -> bytes:
    """`group` and `batch` are what stands beside the ids of each."""
    listed = payments or batch
    inner = f"<OrgnlPmtInfId>{BATCH.hex}</OrgnlPmtInfId>{batch}{payments}"
    inner = f"<OrgnlPmtInfAndSts>{inner}</OrgnlPmtInfAndSts>" if listed else ""
    return document(
        "pain.002.001.10",
        "<CstmrPmtStsRpt><GrpHdr><MsgId>M1</MsgId></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>{original or BATCH.hex}</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>"
        f"{inner}</CstmrPmtStsRpt>",
    )


def back(payment: UUID | str = FIRST, amount: str = "10.00", *, currency: str = "EUR") -> str:
    name = payment.hex if isinstance(payment, UUID) else payment
    return (
        f"<TxInf><RtrId>X9</RtrId><OrgnlEndToEndId>{name}</OrgnlEndToEndId>"
        f'<RtrdIntrBkSttlmAmt Ccy="{currency}">{amount}</RtrdIntrBkSttlmAmt>'
        "<IntrBkSttlmDt>2026-10-05</IntrBkSttlmDt>"
        "<RtrRsnInf><Rsn><Cd>AC04</Cd></Rsn></RtrRsnInf></TxInf>"
    )


def returns(payments: str, *, count: str = "1", totals: str = "") -> bytes:
    return document(
        "pacs.004.001.09",
        f"<PmtRtr><GrpHdr><MsgId>M1</MsgId><NbOfTxs>{count}</NbOfTxs>{totals}</GrpHdr>"
        f"<OrgnlGrpInf><OrgnlMsgId>{BATCH.hex}</OrgnlMsgId></OrgnlGrpInf>{payments}</PmtRtr>",
    )
