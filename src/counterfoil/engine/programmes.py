"""Programmes: a budget, a funding account, dates and voucher groups; and the funding accounts.

What is the same under the same reference is done once; see engine/administering.py.
"""

from dataclasses import astuple, dataclass
from datetime import date
from typing import Final

from counterfoil.engine.administering import Asked, record, recorded_subject
from counterfoil.engine.budgets import committed_minor
from counterfoil.engine.catalogue import FundingAccount, Programme
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.journal import Journal
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import AMOUNT_MINOR_MAX, Money, is_currency
from counterfoil.programme import SELLS, ProgrammeStatus
from counterfoil.statements import statement
from counterfoil.voucher import Action

_DATES: Final = ("starts_on", "sales_close_on", "redemption_close_on", "claims_close_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeDesign:
    """What may change of a programme. The dates are plans: people take the steps."""

    name: str
    description: str = ""
    budget_minor: int | None = None
    starts_on: date | None = None
    sales_close_on: date | None = None
    redemption_close_on: date | None = None
    claims_close_on: date | None = None


def open_funding_account(  # what it is, and who asks under which name
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    *,
    fsp: str,
    account: str,
    currency: str,
    name: str = "",
    reference: str | None = None,
) -> int:
    """Another account at a financial provider to pay acceptors from; empty until a deposit.
    Returns its id.

    Raises ConflictError where it is there already.
    """
    check_currency(currency)
    if not fsp.strip() or not account.strip():
        raise ConflictError("A funding account needs its provider and its number.")
    content = (fsp, account, currency, name)
    asked = Asked(
        caller=caller, action=Action.OPEN_FUNDING_ACCOUNT, content=content, reference=reference
    )
    journal = issuer.begin(connection)
    subject = recorded_subject(connection, issuer, asked)
    if subject is None:
        funding_account_id = _insert_funding_account(
            connection, issuer, fsp=fsp, account=account, currency=currency, name=name
        )
        journal.raise_catalogue()
        subject = f"funding:{funding_account_id}"
        record(issuer, journal, asked, subject=subject)
        commit(connection, issuer, journal)
    else:
        connection.rollback()
    return int(subject.removeprefix("funding:"))


def open_programme(  # what it is, and who asks under which name
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    design: ProgrammeDesign,
    *,
    code: str,
    funding_account_id: int,
    reason: str = "",
    reference: str | None = None,
) -> Programme:
    """Raises NotFoundError for an unknown funding account, ConflictError where the code is taken
    or the design is not possible.
    """
    _check_design(design)
    content = (code, funding_account_id, *_content(design))
    asked = Asked(
        caller=caller,
        action=Action.OPEN_PROGRAMME,
        content=content,
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return issuer.catalogue.programmes[code]
    if code in issuer.catalogue.programmes:
        connection.rollback()
        raise ConflictError(f"{issuer.code} has a programme {code} already.")
    if funding_account_id not in issuer.catalogue.funding_accounts:
        connection.rollback()
        raise NotFoundError(f"{issuer.code} has no funding account {funding_account_id}.")
    with design_errors(connection):
        programme_id = _insert_programme(
            connection, issuer, journal, design, code=code, funding_account_id=funding_account_id
        )
        note_step(
            connection, issuer, journal, programme_id, ProgrammeStatus.OPEN, caller, reason=reason
        )
        record(issuer, journal, asked, subject=f"programme:{code}")
        commit(connection, issuer, journal)
    return issuer.catalogue.programmes[code]


def change_programme(  # what it is to be, and who asks under which name
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    code: str,
    design: ProgrammeDesign,
    *,
    expected_version: int,
    reason: str = "",
    reference: str | None = None,
) -> Programme:
    """Another name, description, budget or other dates.

    Raises NotFoundError; ConflictError where somebody changed it meanwhile, where it is closed,
    or where more is committed than the new budget.
    """
    _check_design(design)
    asked = Asked(
        caller=caller,
        action=Action.CHANGE_PROGRAMME,
        content=(code, expected_version, *_content(design)),
        reference=reference,
        reason=reason,
    )
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return issuer.catalogue.programmes[code]
    try:
        programme = programme_of(issuer, code)
        _check_change(connection, issuer, programme, design, expected_version)
    except BaseException:
        connection.rollback()
        raise
    with design_errors(connection):
        connection.execute(
            statement(__package__, "change_programme"),
            {
                "issuer_id": issuer.issuer_id,
                "programme_id": programme.programme_id,
                "changed_version": journal.raise_catalogue(),
            }
            | _columns(design),
        )
        record(issuer, journal, asked, subject=f"programme:{code}")
        commit(connection, issuer, journal)
    return issuer.catalogue.programmes[code]


def ensure_programme(  # where its money is
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    currency: str,
    *,
    fsp: str = "sandbox",
    account: str | None = None,
    account_name: str = "",
) -> int:
    """The oldest open programme of a currency; made, with its funding account, with the first
    use of the currency.

    Raises ConflictError where each has closed its sales.
    """
    programmes = [p for p in issuer.catalogue.programmes.values() if p.currency == currency]
    if programmes:
        selling = [p.programme_id for p in programmes if p.status in SELLS]
        if not selling:
            connection.rollback()
            raise ConflictError(
                f"Every programme of {issuer.code} in {currency} has closed its sales; open"
                " another one first."
            )
        return min(selling)
    funding_account_id = next(
        (f.funding_account_id for f in _funding_accounts(issuer) if f.currency == currency), None
    )
    if funding_account_id is None:
        funding_account_id = _insert_funding_account(
            connection,
            issuer,
            fsp=fsp,
            account=account or f"{issuer.code}-{currency}",
            currency=currency,
            name=account_name,
        )
    number = 1 + len(issuer.catalogue.programmes)
    while f"PROGRAMME-{number}" in issuer.catalogue.programmes:
        number += 1
    return _insert_programme(
        connection,
        issuer,
        journal,
        ProgrammeDesign(name=f"Programme {number}"),
        code=f"PROGRAMME-{number}",
        funding_account_id=funding_account_id,
    )


def programme_of(issuer: Issuer, code: str) -> Programme:
    """Raises NotFoundError."""
    programme = issuer.catalogue.programmes.get(code)
    if programme is None:
        raise NotFoundError(f"{issuer.code} has no programme {code}.")
    return programme


def note_step(  # internal: one row
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    programme_id: int,
    status: ProgrammeStatus,
    caller: Caller,
    *,
    reason: str,
) -> None:
    connection.execute(
        statement(__package__, "insert_programme_step"),
        {
            "issuer_id": issuer.issuer_id,
            "programme_id": programme_id,
            "status": status,
            "at": journal.head.now,
            "actor": caller.actor,
            "reason": reason,
        },
    )


def check_currency(currency: str) -> None:
    if not is_currency(currency):
        raise ConflictError(f"{currency} is not a currency in use (ISO 4217, like KES).")


def _check_design(design: ProgrammeDesign) -> None:
    """In words, what the table would refuse."""
    if not design.name.strip():
        raise ConflictError("A programme needs a name.")
    if design.budget_minor is not None and not 0 < design.budget_minor <= AMOUNT_MINOR_MAX:
        raise ConflictError("A budget is an amount above zero; leave it out for none.")
    dates = [each for each in (getattr(design, name) for name in _DATES) if each is not None]
    if dates != sorted(dates):
        raise ConflictError(
            "The dates must follow each other: the start, then the end of sales, of redemption"
            " and of claims."
        )


def _check_change(
    connection: Connection,
    issuer: Issuer,
    programme: Programme,
    design: ProgrammeDesign,
    expected_version: int,
) -> None:
    if programme.status is ProgrammeStatus.CLOSED:
        raise ConflictError(f"{programme.code} is closed; nothing of it changes any more.")
    if programme.version != expected_version:
        raise ConflictError(f"{programme.code} was changed meanwhile; look at it again.")
    if design.budget_minor is None:
        return
    committed = committed_minor(connection, issuer.issuer_id, programme.programme_id)
    if design.budget_minor < committed:
        raise ConflictError(
            f"{programme.code} has {Money(committed, programme.currency)} committed already;"
            " its budget cannot be less."
        )


def _funding_accounts(issuer: Issuer) -> list[FundingAccount]:
    accounts = issuer.catalogue.funding_accounts.values()
    return sorted(accounts, key=lambda each: each.funding_account_id)


def _insert_funding_account(
    connection: Connection, issuer: Issuer, *, fsp: str, account: str, currency: str, name: str = ""
) -> int:
    known = _funding_accounts(issuer)
    if any((each.fsp, each.account) == (fsp, account) for each in known):
        connection.rollback()
        raise ConflictError(f"{issuer.code} has the funding account {account} at {fsp} already.")
    funding_account_id = 1 + max((each.funding_account_id for each in known), default=0)
    connection.execute(
        statement(__package__, "insert_funding_account"),
        {
            "issuer_id": issuer.issuer_id,
            "funding_account_id": funding_account_id,
            "currency": currency,
            "fsp": fsp,
            "account": account,
            "name": name,
        },
    )
    return funding_account_id


def _insert_programme(
    connection: Connection,
    issuer: Issuer,
    journal: Journal,
    design: ProgrammeDesign,
    *,
    code: str,
    funding_account_id: int,
) -> int:
    programme_id = 1 + max(issuer.catalogue.programmes_by_id, default=0)
    connection.execute(
        statement(__package__, "insert_programme"),
        {
            "issuer_id": issuer.issuer_id,
            "programme_id": programme_id,
            "code": code,
            "funding_account_id": funding_account_id,
            "changed_version": journal.raise_catalogue(),
        }
        | _columns(design),
    )
    return programme_id


def _columns(design: ProgrammeDesign) -> dict[str, object]:
    return {
        "name": design.name,
        "description": design.description,
        "budget_minor": design.budget_minor,
    } | {name: getattr(design, name) for name in _DATES}


def _content(design: ProgrammeDesign) -> list[str | int | None]:
    return [each.isoformat() if isinstance(each, date) else each for each in astuple(design)]
