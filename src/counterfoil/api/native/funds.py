"""Money: deposits and withdrawals of the funding account, and what every account holds."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    Amount,
    Answered,
    Body,
    Currency,
    Endpoint,
    Id,
    Limit,
    Reason,
)
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.problem import ProblemError
from counterfoil.chart import AccountKind
from counterfoil.engine.commands.content import Deposit, Withdraw
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit, funding_account, withdraw
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.journal import new_reference
from counterfoil.engine.listings import AccountKey, accounts_page
from counterfoil.money import Money, decimal_text, is_currency, parse_amount
from counterfoil.voucher import Action

KIND_WORDS: Final = tuple(kind.word for kind in AccountKind)


class FundsBody(Body, kw_only=True):
    """Without a funding account it is the first one of the currency."""

    amount: Amount
    currency: Currency
    funding_account_id: Id | None = None
    reason: Reason | None = None


class FundsAnswer(msgspec.Struct):
    amount: str
    currency: str
    reference: str


class BalancePage(Body, kw_only=True):
    """`after` is the `next` of the page before."""

    after: Annotated[str, Meta(pattern="^[0-9]{1,9}:[0-9]{1,2}:[0-9]{1,18}$")] | None = None
    limit: Limit = 100


class BalanceAnswer(msgspec.Struct):
    """`owner_id` is a group's, acceptor's or provision's id, 0 where a kind has no owner."""

    kind: Literal[
        "funding",
        "available",
        "earmarked",
        "reserved",
        "payable",
        "customer",
        "fees",
        "breakage",
        "in_transit",
        "incentives",
    ]
    owner_id: int
    funding_account_id: int
    currency: str
    balance: str


class BalancesAnswer(msgspec.Struct):
    balances: list[BalanceAnswer]
    next: str | None


async def create_deposit(asked: Asked, body: FundsBody) -> Answered:
    return await _moved(asked, body, Action.DEPOSIT)


async def create_withdrawal(asked: Asked, body: FundsBody) -> Answered:
    return await _moved(asked, body, Action.WITHDRAW)


async def _moved(asked: Asked, body: FundsBody, action: Action) -> Answered:
    content: type[Deposit | Withdraw] = Deposit if action is Action.DEPOSIT else Withdraw
    move = deposit if action is Action.DEPOSIT else withdraw
    money, reference = money_of(body.amount, body.currency), asked.reference or new_reference()
    if not await acts_alone(asked, action, money=money):
        return await in_review(
            asked,
            lambda connection, issuer: content(
                funding_account_id=_account_id(connection, issuer, body),
                amount_minor=money.amount_minor,
                currency=money.currency,
                reference=reference,
            ),
            reason=body.reason or "",
        )
    is_new = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: move(
            connection,
            issuer,
            caller,
            money,
            reference=reference,
            funding_account_id=body.funding_account_id,
            reason=body.reason or "",
        ),
    )
    return _funds(money, reference, is_new=is_new)


async def list_balances(asked: Asked, page: BalancePage) -> Answered:
    issuer_id = asked.issuer_id
    after = AccountKey(*map(int, page.after.split(":"))) if page.after else AccountKey(-1, 0, 0)
    rows = await asked.desk.read(
        lambda connection: accounts_page(connection, issuer_id, after=after, limit=page.limit)
    )
    last = rows[-1].key if len(rows) == page.limit else None
    balances = [
        BalanceAnswer(
            AccountKind(row.key.kind).word,  # type: ignore[arg-type]  # the words are these
            row.key.owner_id,
            row.key.funding_account_id,
            row.currency,
            decimal_text(row.balance_minor, row.currency),
        )
        for row in rows
    ]
    following = None if last is None else ":".join(map(str, last))
    return Answered(BalancesAnswer(balances, following))


def money_of(amount: str, currency: str) -> Money:
    """Above zero; raises ProblemError (422)."""
    if not is_currency(currency):
        raise ProblemError(422, "currency_invalid", "That is not a currency in use (ISO 4217).")
    money = parse_amount(amount, currency)
    if money.amount_minor == 0:
        raise ProblemError(422, "amount_invalid", "An amount above zero is needed.")
    return money


def _account_id(connection: Connection, issuer: Issuer, body: FundsBody) -> int:
    """The one that is named, or the first of the currency, as where it is done at once."""
    issuer.catch_up(connection)
    return funding_account(issuer, body.currency, body.funding_account_id).funding_account_id


def _funds(money: Money, reference: str, *, is_new: bool) -> Answered:
    amount = decimal_text(money.amount_minor, money.currency)
    return Answered(FundsAnswer(amount, money.currency, reference), 201 if is_new else 200)


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/deposits",
        name="create_deposit",
        summary="Record money that arrived in a funding account",
        handler=create_deposit,
        guarded=True,
        takes=FundsBody,
        answer=FundsAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="POST",
        path="/withdrawals",
        name="create_withdrawal",
        summary="Record money that left a funding account; never beyond what is available",
        handler=create_withdrawal,
        guarded=True,
        takes=FundsBody,
        answer=FundsAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/balances",
        name="list_balances",
        summary="What every account holds; the funding account's is what the provider owes us",
        handler=list_balances,
        takes=BalancePage,
        answer=BalancesAnswer,
    ),
)
