"""Merchants and agents, and the groups they belong to."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import (
    SERIAL_MAX,
    Answered,
    Body,
    Code,
    Endpoint,
    Name,
    Reason,
)
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.native.pages import CodePage, IdPage
from counterfoil.api.problem import ProblemError
from counterfoil.engine.acceptors import (
    AcceptorChange,
    AcceptorDesign,
    change_acceptor,
    create_acceptor_group,
    create_acceptors,
)
from counterfoil.engine.catalogue import Acceptor, BankData
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import (
    RebankAcceptor,
    RegroupAcceptor,
    ReleasePayouts,
    TurnAcceptor,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.listings import (
    acceptor_groups_page,
    acceptors_page,
    subject_of_reference,
)
from counterfoil.engine.operation import Caller
from counterfoil.voucher import Action

Status = Literal["draft", "approved", "rejected", "suspended", "closed"]
Scheme = Literal["account", "iban", "wallet"]
Account = Annotated[str, Meta(min_length=1, max_length=64)]
Provider = Annotated[str, Meta(min_length=1, max_length=40)]
Groups = Annotated[list[Code], Meta(max_length=100)]


class AcceptorBody(Body, kw_only=True):
    name: Name
    kind: Literal["merchant", "agent"]
    account: Account
    fsp: Provider = "sandbox"
    scheme: Scheme = "account"
    groups: Groups = msgspec.field(default_factory=list)
    status: Status = "draft"


class AcceptorChangeBody(Body, kw_only=True):
    """What is left out stays. Bank data counts when the cooling-off is over, until when nothing is
    paid; the bank data of now drops what waits. `expected_version` is the `version` it was read at.
    """

    reason: Reason
    status: Status | None = None
    groups: Groups | None = None
    account: Account | None = None
    fsp: Provider | None = None
    scheme: Scheme | None = None
    payouts_held: bool | None = None
    expected_version: Annotated[int, Meta(ge=0, le=SERIAL_MAX)] | None = None


class NextBankAnswer(msgspec.Struct):
    scheme: str
    fsp: str
    account: str
    counts_from: datetime


class AcceptorAnswer(msgspec.Struct, kw_only=True):
    acceptor_id: int
    name: str
    kind: str
    account: str
    fsp: str
    scheme: str
    groups: list[str]
    status: str
    payouts_held: bool
    payouts_hold_reason: str
    next_bank: NextBankAnswer | None
    version: int


class AcceptorsAnswer(msgspec.Struct):
    acceptors: list[AcceptorAnswer]
    next: int | None


class AcceptorPage(IdPage, kw_only=True):
    status: Status | None = None


class AcceptorGroupBody(Body, kw_only=True):
    code: Code
    name: Name


class AcceptorGroupAnswer(msgspec.Struct):
    code: str
    name: str


class AcceptorGroupsAnswer(msgspec.Struct):
    acceptor_groups: list[AcceptorGroupAnswer]
    next: str | None


async def list_acceptors(asked: Asked, page: AcceptorPage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: acceptors_page(
            connection, issuer_id, after=page.after, limit=page.limit, status=page.status
        )
    )
    following = rows[-1].acceptor_id if len(rows) == page.limit else None
    return Answered(AcceptorsAnswer([_answer(row) for row in rows], following))


async def get_acceptor(asked: Asked) -> Answered:
    return Answered(_answer(await _acceptor(asked, asked.id("acceptor_id"))))


async def create_acceptor(asked: Asked, body: AcceptorBody) -> Answered:
    design = AcceptorDesign(
        name=body.name,
        kind=body.kind,
        account=body.account,
        fsp=body.fsp,
        scheme=body.scheme,
        groups=tuple(sorted(set(body.groups))),
        status=body.status,
    )

    if body.status == "approved" and not await acts_alone(asked, Action.CREATE_ACCEPTOR):
        return await _draft_in_review(asked, design)

    def create(connection: Connection, issuer: Issuer, caller: Caller) -> tuple[int, bool]:
        subject = subject_of_reference(
            connection, issuer.issuer_id, caller, Action.CREATE_ACCEPTOR, asked.reference
        )
        (acceptor_id,) = create_acceptors(
            connection, issuer, caller, [design], reference=asked.reference
        )
        return acceptor_id, subject is None

    acceptor_id, is_new = await asked.desk.administer(asked.principal, create)
    acceptor = await _acceptor(asked, acceptor_id)
    return Answered(_answer(acceptor), 201 if is_new else 200, f"/acceptors/{acceptor_id}")


async def change_one_acceptor(asked: Asked, body: AcceptorChangeBody) -> Answered:
    before = await _acceptor(asked, asked.id("acceptor_id"))
    asks = _guarded_parts(before, body)
    if asks and not await acts_alone(asked, Action.CHANGE_ACCEPTOR):
        if len(asks) > 1 or _has_safe_parts(body):
            raise ProblemError(
                422, "one_at_a_time", "This needs approval: ask for one change at a time."
            )
        return await in_review(asked, lambda _connection, _issuer: asks[0], reason=body.reason)
    change = AcceptorChange(
        status=body.status,
        groups=None if body.groups is None else tuple(sorted(set(body.groups))),
        bank=_bank(before, body),
        payouts_held=body.payouts_held,
    )
    after = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_acceptor(
            connection,
            issuer,
            caller,
            before.acceptor_id,
            change,
            reason=body.reason,
            reference=asked.reference,
            expected_version=body.expected_version,
        ),
    )
    return Answered(_answer(after))


async def _draft_in_review(asked: Asked, design: AcceptorDesign) -> Answered:
    """Registered at once, as a draft that can redeem nothing; its approval waits for people."""
    reference = None if asked.reference is None else f"{asked.reference} draft"
    (acceptor_id,) = await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: create_acceptors(
            connection, issuer, caller, [replace(design, status="draft")], reference=reference
        ),
    )
    return await in_review(
        asked,
        lambda _connection, _issuer: TurnAcceptor(acceptor_id=acceptor_id, status="approved"),
    )


def _guarded_parts(before: Acceptor, body: AcceptorChangeBody) -> list[Content]:
    """What of it needs approval, each as a command of its own."""
    acceptor_id, version = before.acceptor_id, before.changed_version
    if body.expected_version is not None:
        version = body.expected_version
    parts: list[Content] = []
    if body.status not in {None, "suspended"}:
        parts.append(TurnAcceptor(acceptor_id=acceptor_id, status=body.status))
    if body.groups is not None:
        parts.append(
            RegroupAcceptor(
                acceptor_id=acceptor_id,
                expected_version=version,
                groups=tuple(sorted(set(body.groups))),
                daily_amount_minor_max=before.daily_amount_minor_max,
                daily_count_max=before.daily_count_max,
            )
        )
    bank = _bank(before, body)
    if bank is not None:
        parts.append(
            RebankAcceptor(
                acceptor_id=acceptor_id,
                expected_version=version,
                scheme=bank.scheme,
                fsp=bank.fsp,
                account=bank.account,
            )
        )
    if body.payouts_held is False:
        parts.append(ReleasePayouts(acceptor_id=acceptor_id))
    return parts


def _has_safe_parts(body: AcceptorChangeBody) -> bool:
    """They only stop something, and are done at once."""
    return body.status == "suspended" or body.payouts_held is True


def _bank(before: Acceptor, body: AcceptorChangeBody) -> BankData | None:
    if body.scheme is None and body.fsp is None and body.account is None:
        return None
    return BankData(
        body.scheme or before.scheme, body.fsp or before.fsp, body.account or before.account
    )


async def list_acceptor_groups(asked: Asked, page: CodePage) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: acceptor_groups_page(
            connection, issuer_id, after=page.after, limit=page.limit
        )
    )
    following = rows[-1][0] if len(rows) == page.limit else None
    groups = [AcceptorGroupAnswer(code, name) for code, name in rows]
    return Answered(AcceptorGroupsAnswer(groups, following))


async def create_one_acceptor_group(asked: Asked, body: AcceptorGroupBody) -> Answered:
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: create_acceptor_group(
            connection, issuer, caller, code=body.code, name=body.name, reference=asked.reference
        ),
    )
    return Answered(AcceptorGroupAnswer(body.code, body.name))


async def _acceptor(asked: Asked, acceptor_id: int) -> Acceptor:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(
        lambda connection: acceptors_page(connection, issuer_id, after=acceptor_id - 1, limit=1)
    )
    if not rows or rows[0].acceptor_id != acceptor_id:
        raise ProblemError(404, "acceptor_unknown", "There is no such acceptor.")
    return rows[0]


def _answer(row: Acceptor) -> AcceptorAnswer:
    bank, counts_from = row.next_bank, row.next_from
    return AcceptorAnswer(
        acceptor_id=row.acceptor_id,
        name=row.name,
        kind=row.kind,
        account=row.account,
        fsp=row.fsp,
        scheme=row.scheme,
        groups=sorted(row.groups),
        status=row.status,
        payouts_held=row.payouts_held,
        payouts_hold_reason=row.payouts_hold_reason,
        next_bank=None
        if bank is None or counts_from is None
        else NextBankAnswer(bank.scheme, bank.fsp, bank.account, counts_from),
        version=row.changed_version,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/acceptors",
        name="list_acceptors",
        summary="Merchants and agents",
        handler=list_acceptors,
        takes=AcceptorPage,
        answer=AcceptorsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/acceptors/{acceptor_id}",
        name="get_acceptor",
        summary="One merchant or agent",
        handler=get_acceptor,
        answer=AcceptorAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/acceptors",
        name="create_acceptor",
        summary="Register a merchant or an agent",
        handler=create_acceptor,
        guarded=True,
        takes=AcceptorBody,
        answer=AcceptorAnswer,
        status=201,
        also=(200,),
        refusals=frozenset({409}),
    ),
    Endpoint(
        method="PATCH",
        path="/acceptors/{acceptor_id}",
        name="change_acceptor",
        summary="Approve, suspend, close, regroup, rebank, hold payouts; counts from now on",
        handler=change_one_acceptor,
        guarded=True,
        takes=AcceptorChangeBody,
        answer=AcceptorAnswer,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        method="GET",
        path="/acceptor-groups",
        name="list_acceptor_groups",
        summary="Groups of acceptors",
        handler=list_acceptor_groups,
        takes=CodePage,
        answer=AcceptorGroupsAnswer,
    ),
    Endpoint(
        method="POST",
        path="/acceptor-groups",
        name="create_acceptor_group",
        summary="Name a group of acceptors",
        handler=create_one_acceptor_group,
        takes=AcceptorGroupBody,
        answer=AcceptorGroupAnswer,
        refusals=frozenset({409}),
    ),
)
