"""Money set aside for what agents earn, and what of it is not used put back. Everything they earn
comes from there; it is never more than was available, and never taken back beyond what is left.
"""

from psycopg import errors as pg

from counterfoil.chart import Account, AccountKind, Posting
from counterfoil.engine.administering import Asked, or_nothing, recorded_subject
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import funding_account
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError
from counterfoil.keys.digests import content_hash
from counterfoil.money import Money
from counterfoil.voucher import Action


def budget_incentives(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    money: Money,
    *,
    funding_account_id: int,
    puts_back: bool = False,
    reason: str = "",
    reference: str | None = None,
) -> None:
    """So much more for what agents earn from a funding account, or less. Raises NotFoundError;
    ConflictError where there is not so much, or the account has another currency.
    """
    asked = Asked(
        caller=caller,
        action=Action.BUDGET_INCENTIVES,
        content=[funding_account_id, money.amount_minor, money.currency, puts_back, reason],
        reference=reference,
        reason=reason,
    )
    if money.amount_minor <= 0:
        raise ConflictError("An amount above zero is needed.")
    journal = issuer.begin(connection)
    if recorded_subject(connection, issuer, asked) is not None:
        connection.rollback()
        return
    with or_nothing(connection):
        funding_account(issuer, money.currency, funding_account_id)
        operation_id = journal.record(
            asked.action,
            caller,
            reference=reference,
            content_hash=content_hash(issuer.keys, asked.content),
            amount_minor=money.amount_minor,
            subject=f"incentives:{funding_account_id}",
            reason=reason,
        )
        available = Account(AccountKind.AVAILABLE, funding_account_id)
        incentives = Account(AccountKind.INCENTIVES, funding_account_id)
        debit, credit = (incentives, available) if puts_back else (available, incentives)
        journal.post(operation_id, Posting(debit, credit, money.amount_minor))
        journal.add_leaf(
            asked.action,
            amount_minor=money.amount_minor,
            currency=money.currency,
            actor=caller.actor,
            reference=reference,
        )
        try:
            commit(connection, issuer, journal)
        except pg.CheckViolation as error:
            raise ConflictError(
                "That is more than is left of the budget."
                if puts_back
                else "That is more than is available."
            ) from error
