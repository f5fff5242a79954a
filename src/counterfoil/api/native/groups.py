"""Voucher groups and their versions."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    INT4_MAX,
    Amount,
    Answered,
    Body,
    Code,
    Currency,
    Endpoint,
    Moment,
    Name,
    Reason,
)
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.native.moments import moment
from counterfoil.api.native.pages import CodePage
from counterfoil.api.problem import ProblemError
from counterfoil.engine.commands.content import PublishGroup, TurnGroup
from counterfoil.engine.database import Connection
from counterfoil.engine.groups import GroupDesign, create_group, turn_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import GroupRow, groups_page
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError
from counterfoil.money import decimal_text, is_currency, parse_amount
from counterfoil.voucher import Action

Settlement = Literal["deferred", "instant"]
Accepts = Literal["any", "groups", "acceptors"]
UnusedValue = Literal["issuer", "buyer", "breakage"]
Denominations = Annotated[list[Amount], Meta(max_length=100)]
AcceptsNames = Annotated[list[Name], Meta(max_length=1000)]


class GroupBody(Body, kw_only=True):
    """Without denominations any amount is possible, and vouchers are created on demand. Without
    `programme` it is the group's own, or for a new one the currency's. `unused_value` is whose the
    value of a sold voucher is that is cancelled or expires. `expected_version` is the version this
    one is to follow, 0 for none.
    """

    code: Code
    name: Name
    description: Annotated[str, Meta(max_length=1000)] = ""
    currency: Currency
    denominations: Annotated[list[Amount], Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )
    amount_max: Amount | None = None
    valid_for_days: Annotated[int, Meta(ge=1, le=36500)] | None = None
    valid_until: Moment | None = None
    hold_seconds: Annotated[int, Meta(ge=1, le=INT4_MAX)] = 3600
    settlement: Settlement = "deferred"
    accepts: Accepts = "any"
    accepts_names: Annotated[list[Name], Meta(max_length=1000)] = msgspec.field(
        default_factory=list
    )
    number_digits: Annotated[int, Meta(ge=16, le=18)] = 18
    programme: Code | None = None
    restock_level: Annotated[int, Meta(ge=0, le=INT4_MAX)] | None = None
    unused_value: UnusedValue = "issuer"
    expected_version: Annotated[int, Meta(ge=0, le=INT4_MAX)] | None = None


class GroupStatusBody(Body, kw_only=True):
    """Only an open group is stocked and drawn from; a closed one stays closed."""

    status: Literal["open", "paused", "closed"]
    reason: Reason


class GroupAnswer(msgspec.Struct, kw_only=True):
    code: str
    version: int
    status: str
    name: str
    description: str
    currency: str
    denominations: list[str]
    amount_max: str | None
    valid_for_days: int | None
    valid_until: datetime | None
    hold_seconds: int
    settlement: str
    accepts: str
    accepts_names: list[str]
    number_digits: int
    created_at: datetime
    programme: str
    picture: str | None
    restock_level: int | None
    unused_value: str


class GroupsAnswer(msgspec.Struct):
    groups: list[GroupAnswer]
    next: str | None


async def list_groups(asked: Asked, page: CodePage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: groups_page(connection, issuer_id, after=page.after, limit=page.limit)
    )
    following = rows[-1].code if len(rows) == page.limit else None
    return Answered(GroupsAnswer([_answer(row) for row in rows], following))


async def get_group(asked: Asked) -> Answered:
    return Answered(_answer(await _group(asked, asked.code())))


async def publish_group(asked: Asked, body: GroupBody) -> Answered:
    """A code that exists gets a new version, with the picture it has; the same design again changes
    nothing.
    """
    design = _design(body)
    asks = await asked.desk.read(
        lambda connection: _publication(connection, asked.issuer_id, design, body)
    )
    action = Action.CHANGE_GROUP if asks is None or asks.expected_version else Action.CREATE_GROUP
    if asks is not None and not await acts_alone(asked, action):
        return await in_review(asked, lambda _connection, _issuer: asks)

    def publish(connection: Connection, issuer: Issuer, caller: Caller) -> bool:
        before = groups_page(connection, issuer.issuer_id, code=design.code)
        wanted = replace(design, picture=before[0].picture) if before else design
        if before and _is_design(before[0], wanted):
            return False
        published = create_group(
            connection,
            issuer,
            caller,
            wanted,
            expected_version=body.expected_version,
            reference=asked.reference,
        )
        return not before or published.version > before[0].version

    published = await asked.desk.administer(asked.principal, publish)
    group = await _group(asked, body.code)
    return Answered(_answer(group), 201 if published else 200, f"/groups/{body.code}")


async def turn(asked: Asked, body: GroupStatusBody) -> Answered:
    code = asked.code()
    if body.status != "paused" and not await acts_alone(asked, Action.CHANGE_GROUP):
        await _group(asked, code)
        return await in_review(
            asked,
            lambda _connection, _issuer: TurnGroup(code=code, status=body.status),
            reason=body.reason,
        )
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: turn_group(
            connection,
            issuer,
            caller,
            code,
            body.status,
            reason=body.reason,
            reference=asked.reference,
        ),
    )
    return await get_group(asked)


def _publication(
    connection: Connection, issuer_id: int, design: GroupDesign, body: GroupBody
) -> PublishGroup | None:
    """What it asks for, with the picture there is; None where that is published already."""
    before = groups_page(connection, issuer_id, code=design.code)
    if not before:
        return PublishGroup(design=design, expected_version=body.expected_version or 0)
    wanted = replace(design, picture=before[0].picture)
    if _is_design(before[0], wanted):
        return None
    version = body.expected_version
    return PublishGroup(
        design=wanted, expected_version=before[0].version if version is None else version
    )


async def _group(asked: Asked, code: str) -> GroupRow:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(lambda connection: groups_page(connection, issuer_id, code=code))
    if not rows:
        raise ProblemError(404, "group_unknown", "There is no such group.")
    return rows[0]


def _design(body: GroupBody) -> GroupDesign:
    if not is_currency(body.currency):
        raise ProblemError(422, "currency_invalid", "That is not a currency in use (ISO 4217).")
    if (body.valid_for_days is None) == (body.valid_until is None):
        raise ProblemError(422, "validity_invalid", "Give one of valid_for_days and valid_until.")
    denominations = {parse_amount(text, body.currency).amount_minor for text in body.denominations}
    highest = parse_amount(body.amount_max, body.currency).amount_minor if body.amount_max else None
    if 0 in denominations or highest == 0:
        raise ProblemError(422, "amount_invalid", "An amount above zero is needed.")
    if body.accepts != "any" and not body.accepts_names:
        raise ProblemError(422, "accepts_invalid", "Name in accepts_names who may accept.")
    return GroupDesign(
        code=body.code,
        name=body.name,
        description=body.description,
        currency=body.currency,
        denominations=tuple(sorted(denominations)),
        valid_for_days=body.valid_for_days,
        valid_until=None if body.valid_until is None else moment(body.valid_until),
        hold_seconds=body.hold_seconds,
        settlement=body.settlement,
        accepts=body.accepts,
        accepts_names=tuple(sorted(set(body.accepts_names))),
        number_digits=body.number_digits,
        amount_minor_max=highest,
        programme=body.programme,
        restock_level=body.restock_level,
        unused_value=body.unused_value,
    )


def _is_design(row: GroupRow, design: GroupDesign) -> bool:
    if row.currency != design.currency:
        raise ConflictError(f"{design.code} is in {row.currency}.")
    return (
        GroupDesign(
            code=row.code,
            name=row.name,
            description=row.description,
            currency=row.currency,
            denominations=tuple(sorted(row.denominations)),
            valid_for_days=row.valid_for_days,
            valid_until=row.valid_until,
            hold_seconds=row.hold_seconds,
            settlement=row.settlement,
            accepts=row.accepts,
            accepts_names=tuple(sorted(row.accepts_names)),
            number_digits=row.number_digits,
            amount_minor_max=row.amount_minor_max,
            programme=None if design.programme is None else row.programme,
            picture=row.picture,
            restock_level=row.restock_level,
            unused_value=row.unused_value,
        )
        == design
    )


def _answer(row: GroupRow) -> GroupAnswer:
    highest = row.amount_minor_max
    return GroupAnswer(
        code=row.code,
        version=row.version,
        status=row.status,
        name=row.name,
        description=row.description,
        currency=row.currency,
        denominations=[decimal_text(each, row.currency) for each in sorted(row.denominations)],
        amount_max=None if highest is None else decimal_text(highest, row.currency),
        valid_for_days=row.valid_for_days,
        valid_until=row.valid_until,
        hold_seconds=row.hold_seconds,
        settlement=row.settlement,
        accepts=row.accepts,
        accepts_names=sorted(row.accepts_names),
        number_digits=row.number_digits,
        created_at=row.created_at,
        programme=row.programme,
        picture=row.picture,
        restock_level=row.restock_level,
        unused_value=row.unused_value,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/groups",
        name="list_groups",
        summary="Voucher groups, each in its current version",
        handler=list_groups,
        takes=CodePage,
        answer=GroupsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/groups/{code}",
        name="get_group",
        summary="One voucher group",
        handler=get_group,
        answer=GroupAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/groups",
        name="publish_group",
        summary="Publish a voucher group, or a new version of it",
        description=(
            "A code that exists gets a new version; vouchers that are in stock keep theirs."
            " The same design again is answered 200 and changes nothing."
        ),
        handler=publish_group,
        guarded=True,
        takes=GroupBody,
        answer=GroupAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="PATCH",
        path="/groups/{code}",
        name="turn_group",
        summary="Pause a voucher group, open it again, or close it for good",
        handler=turn,
        guarded=True,
        takes=GroupStatusBody,
        answer=GroupAnswer,
        refusals=frozenset({404, 409}),
    ),
)
