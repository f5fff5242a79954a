"""Redemption for agents and terminals: by number, or by serial and secret."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Body, Code, Endpoint, Name, Number, Serial
from counterfoil.api.problem import ProblemError
from counterfoil.engine.journal import new_reference
from counterfoil.engine.operation import Outcome, Redeem
from counterfoil.keys.numbers import check_digit_is_right
from counterfoil.money import decimal_text


class RedemptionBody(Body, kw_only=True):
    """`serial` only for a secret that counts together with it."""

    number: Number
    serial: Serial | None = None
    acceptor_name: Name
    acceptor_account: Annotated[str, Meta(min_length=1, max_length=64)]
    acceptor_group: Code | None = None
    override: bool = False


class RedemptionAnswer(msgspec.Struct, kw_only=True):
    """`outcome` is done, or pending while the payment is under way: ask again with the same
    Idempotency-Key.
    """

    outcome: str
    serial: str
    amount: str | None
    currency: str | None
    repeated: bool


async def redeem(asked: Asked, body: RedemptionBody) -> Answered:
    is_own = body.serial is None and len(body.number) not in asked.principal.imported_lengths
    if is_own and not check_digit_is_right(body.number):
        raise ProblemError(
            422,
            Outcome.NUMBER_MALFORMED.value,
            "The number is mistyped: its check digit does not fit.",
        )
    operation = Redeem(
        caller=asked.principal.caller,
        reference=asked.reference or new_reference(),
        number=body.number,
        serial=body.serial,
        acceptor_name=body.acceptor_name,
        acceptor_account=body.acceptor_account,
        acceptor_group=body.acceptor_group,
        override=body.override,
    )
    answer = await asked.desk.apply(asked.principal, operation)
    amount = None
    if answer.amount_minor is not None and answer.currency is not None:
        amount = decimal_text(answer.amount_minor, answer.currency)
    return Answered(
        RedemptionAnswer(
            outcome=answer.outcome,
            serial=str(answer.serial),
            amount=amount,
            currency=answer.currency,
            repeated=answer.repeated,
        ),
        200 if answer.outcome is Outcome.DONE else 202,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/redemptions",
        name="redeem_voucher",
        summary="Redeem a voucher at a merchant or an agent",
        handler=redeem,
        takes=RedemptionBody,
        answer=RedemptionAnswer,
        also=(202,),
        scopes=frozenset({"redeem"}),
        refusals=frozenset({404, 409, 429}),
    ),
)
