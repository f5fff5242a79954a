"""Credits that a gateway tells of as they arrive, so that nobody waits for the bank's statement."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Amount, Answered, Body, Currency, Endpoint, Id
from counterfoil.api.native.funds import money_of
from counterfoil.api.problem import ProblemError
from counterfoil.engine.banking.notices import CreditNotice, NotedCredit, take_notice
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import funding_account
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Caller
from counterfoil.money import decimal_text

_TEXT_LETTERS_MAX: Final = 140
_BankReference = Annotated[
    str,
    Meta(
        pattern="^[!-~]([ -~]{0,78}[!-~])?$",
        description="What the bank calls this credit, there and on its statement.",
    ),
]
_Text = Annotated[str, Meta(max_length=_TEXT_LETTERS_MAX)]


class CreditNoticeBody(Body, kw_only=True):
    """Without a funding account it is the first one of the currency; without a day it was booked
    today (UTC), and without another one its value counts from then.
    """

    amount: Amount
    currency: Currency
    bank_reference: _BankReference
    funding_account_id: Id | None = None
    booked_on: date | None = None
    value_on: date | None = None
    payer_name: _Text = ""
    payer_reference: _Text = ""
    note: _Text = ""


class CreditNoticeAnswer(msgspec.Struct, kw_only=True):
    """`attached` where it is in the ledger, under a deposit or purchase that was recorded with that
    reference; `proposed` where a person or a rule has yet to say what it is.
    """

    status: Literal["attached", "proposed"]
    amount: str
    currency: str
    bank_reference: str
    funding_account_id: int


async def tell_of_credit(asked: Asked, body: CreditNoticeBody) -> Answered:
    money = money_of(body.amount, body.currency)
    booked_on = _booked_on(body)

    def take(connection: Connection, issuer: Issuer, caller: Caller) -> tuple[int, NotedCredit]:
        issuer.catch_up(connection)
        account = funding_account(issuer, money.currency, body.funding_account_id)
        notice = CreditNotice(
            account=account,
            amount_minor=money.amount_minor,
            bank_reference=body.bank_reference,
            booked_on=booked_on,
            value_on=body.value_on or booked_on,
            payer_name=body.payer_name,
            payer_reference=body.payer_reference,
            note=body.note,
        )
        return account.funding_account_id, take_notice(connection, issuer, caller, notice)

    funding_account_id, noted = await asked.desk.administer(asked.principal, take)
    answer = CreditNoticeAnswer(
        status="attached" if noted.is_attached else "proposed",
        amount=decimal_text(money.amount_minor, money.currency),
        currency=money.currency,
        bank_reference=body.bank_reference,
        funding_account_id=funding_account_id,
    )
    return Answered(answer, 201 if noted.is_new else 200)


def _booked_on(body: CreditNoticeBody) -> date:
    """Raises ProblemError (422) for a day to come; the bank's may have begun before ours."""
    today = datetime.now(UTC).date()
    booked_on = body.booked_on or today
    if booked_on > today + timedelta(days=1):
        raise ProblemError(422, "booked_on_invalid", "Tell of a credit once it is booked.")
    return booked_on


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/credit-notices",
        name="create_credit_notice",
        summary="Tell of money that arrived in a funding account",
        description=(
            "Once for each reference of the bank, however often and by whomever it is told. It"
            " moves nothing: what nobody recorded under that reference is proposed as a deposit."
        ),
        handler=tell_of_credit,
        takes=CreditNoticeBody,
        answer=CreditNoticeAnswer,
        status=201,
        also=(200,),
        scopes=frozenset({"notify"}),
        refusals=frozenset({404, 409}),
    ),
)
