"""Refusals come in one fixed order: of two faults at once, the one that stands first in `Outcome`
is told, and nothing moves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, count
from typing import Final

import pytest
from tests.any_voucher import given_voucher
from tests.busy_life import make_due
from tests.given import (
    SHOP,
    SYSTEM,
    ask,
    given_client,
    given_group,
    given_issuer,
    given_programme,
    given_step,
    given_stock,
    preactivate,
)

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.check import check
from counterfoil.engine.clients import change_client
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import (
    Activate,
    Caller,
    Change,
    Operation,
    Outcome,
    Preactivate,
    Redeem,
)
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action, State

ORDER: Final = list(Outcome)
SOLD: Final = "SOLD"
DRAFT: Final = AcceptorDesign(name="New Stores", kind="merchant", account="ACC-2", status="draft")
_numbers = count(1)


@dataclass(slots=True)
class Request:
    """A good request; each fault spoils one thing about it."""

    connection: Connection
    issuer: Issuer
    clients: dict[str, Caller]
    allowed: bool = True
    revoked: bool = False
    reused: bool = False
    amount: str = "10.00"
    currency: str = "KES"
    group: str = "PLENTY"
    after_sales: bool = False
    after_redemption: bool = False
    accepts: str = "any"
    state: State = State.ACTIVE
    prior: State = State.ACTIVE
    is_due: bool = False
    unknown: bool = False
    acceptor: tuple[str, str] = (SHOP.name, SHOP.account)
    claimed_group: str | None = "FOOD"
    reference: str = field(default_factory=lambda: f"r{next(_numbers)}")

    @property
    def caller(self) -> Caller:
        rights = "all" if self.allowed else "none"
        return self.clients[f"{rights} revoked" if self.revoked else rights]

    @property
    def stock(self) -> str:
        """The group that is asked for; each is there again in a programme without sales."""
        return f"{self.group}-{SOLD}" if self.after_sales else self.group


Fault = Callable[[Request], None]


def _spoil(**changes: object) -> Fault:
    def spoil(request: Request) -> None:
        for name, value in changes.items():
            setattr(request, name, value)

    return spoil


_CALLER: Final[dict[Outcome, Fault]] = {
    Outcome.CLIENT_UNKNOWN: _spoil(revoked=True),
    Outcome.SCOPE_MISSING: _spoil(allowed=False),
    Outcome.REFERENCE_REUSED: _spoil(reused=True),
}
PREACTIVATION: Final = _CALLER | {
    Outcome.AMOUNT_INVALID: _spoil(amount="0.00"),
    Outcome.CURRENCY_INVALID: _spoil(currency="ZZZ"),
    Outcome.GROUP_UNKNOWN: _spoil(group="NO-SUCH"),
    Outcome.SALES_CLOSED: _spoil(after_sales=True),
    Outcome.OUT_OF_STOCK: _spoil(group="EMPTY"),
    Outcome.FUNDS_MISSING: _spoil(group="ON-DEMAND", amount="99999999.00"),
}
_STATES: Final[dict[Outcome, Fault]] = {
    Outcome.ALREADY_REDEEMED: _spoil(state=State.REDEEMED),
    Outcome.PAYMENT_IN_PROGRESS: _spoil(state=State.REDEEMING),
    Outcome.SUSPENDED: _spoil(state=State.SUSPENDED),
    Outcome.BLOCKED: _spoil(state=State.BLOCKED),
    Outcome.ALREADY_CANCELLED: _spoil(state=State.CANCELLED),
    Outcome.PURGED: _spoil(state=State.PURGED),
}
REDEMPTION: Final = (
    _CALLER
    | {Outcome.NUMBER_UNKNOWN: _spoil(unknown=True), Outcome.EXPIRED: _spoil(is_due=True)}
    | _STATES
    | {
        Outcome.NOT_PREACTIVATED: _spoil(state=State.STOCKED),
        Outcome.NOT_ACTIVE: _spoil(state=State.PREACTIVATED),
        Outcome.REDEMPTION_CLOSED: _spoil(after_redemption=True),
        Outcome.ACCEPTOR_UNKNOWN: _spoil(acceptor=("Nobody", "ACC-9")),
        Outcome.ACCEPTOR_NOT_APPROVED: _spoil(acceptor=(DRAFT.name, DRAFT.account)),
        Outcome.GROUP_MISMATCH: _spoil(claimed_group="HARDWARE"),
    }
)
ACTIVATION: Final = (
    _CALLER
    | {Outcome.SERIAL_UNKNOWN: _spoil(unknown=True), Outcome.EXPIRED: _spoil(is_due=True)}
    | _STATES
    | {
        Outcome.NOT_PREACTIVATED: _spoil(state=State.STOCKED),
        Outcome.NOT_ALLOWED: _spoil(state=State.ACTIVE),
        Outcome.REDEMPTION_CLOSED: _spoil(after_redemption=True),
    }
)
SUSPENSION: Final = (
    _CALLER
    | {Outcome.SERIAL_UNKNOWN: _spoil(unknown=True), Outcome.EXPIRED: _spoil(is_due=True)}
    | _STATES
    | {Outcome.NOT_PREACTIVATED: _spoil(state=State.STOCKED)}
)
# A voucher that is over, or whose money is on its way, does not expire any more.
_NEVER_EXPIRES: Final = frozenset(
    {
        Outcome.ALREADY_REDEEMED,
        Outcome.PAYMENT_IN_PROGRESS,
        Outcome.ALREADY_CANCELLED,
        Outcome.PURGED,
        Outcome.NOT_PREACTIVATED,
    }
)
_VOUCHER_IS: Final = frozenset(_STATES) | {
    Outcome.NOT_PREACTIVATED,
    Outcome.NOT_ACTIVE,
    Outcome.NOT_ALLOWED,
}
_SAME_FIELD: Final = (
    _VOUCHER_IS,
    _NEVER_EXPIRES | {Outcome.EXPIRED},
    frozenset({Outcome.ACCEPTOR_UNKNOWN, Outcome.ACCEPTOR_NOT_APPROVED, Outcome.GROUP_MISMATCH}),
    frozenset({Outcome.GROUP_UNKNOWN, Outcome.OUT_OF_STOCK, Outcome.FUNDS_MISSING}),
    frozenset({Outcome.AMOUNT_INVALID, Outcome.FUNDS_MISSING}),
)


def pairs(faults: dict[Outcome, Fault]) -> list[tuple[Outcome, Outcome]]:
    """Each fault with itself and with every other that can be there at the same time."""
    return [(first, first) for first in faults] + [
        (first, second)
        for first, second in combinations(sorted(faults, key=ORDER.index), 2)
        if not any({first, second} <= field for field in _SAME_FIELD)
    ]


@pytest.fixture(scope="module")
def given(
    shared_connection: Connection, provider: LocalKeyProvider
) -> Iterator[Callable[[], Request]]:
    connection = shared_connection
    issuer = given_issuer(connection, provider, code="PRECEDENCE")
    create_acceptors(connection, issuer, SYSTEM, [DRAFT])
    given_programme(connection, issuer, SOLD)
    for suffix, programme in (("", None), (f"-{SOLD}", SOLD)):
        given_group(connection, issuer, f"PLENTY{suffix}", programme=programme)
        given_stock(connection, issuer, 50, group=f"PLENTY{suffix}")
        given_group(connection, issuer, f"EMPTY{suffix}", programme=programme)
        given_group(connection, issuer, f"ON-DEMAND{suffix}", denominations=(), programme=programme)
    given_step(connection, issuer, ProgrammeStatus.SALES_CLOSED, SOLD)
    clients = {}
    for rights, scopes in (
        ("all", ["preactivate", "activate", "redeem", "cancel", "admin"]),
        ("none", ["status"]),
    ):
        for suffix in ("", " revoked"):
            name = f"{rights}{suffix}"
            clients[name], _key = given_client(connection, issuer, name, scopes)
            if suffix:
                change_client(connection, issuer, SYSTEM, clients[name].client_id, revoke=True)
    yield lambda: Request(connection, issuer, clients)
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize(("first", "second"), pairs(PREACTIVATION))
def test_preactivation_is_refused_for_the_first_reason(
    given: Callable[[], Request], first: Outcome, second: Outcome
) -> None:
    request = _spoiled(given(), PREACTIVATION, first, second)
    if request.reused:
        _use(
            request,
            Preactivate(
                caller=request.caller,
                reference=request.reference,
                amount="10.00",
                currency="KES",
                group="PLENTY",
                comment="before",
            ),
        )
    operation = Preactivate(
        caller=request.caller,
        reference=request.reference,
        amount=request.amount,
        currency=request.currency,
        group=request.stock,
    )
    _refused(request, operation, first)


@pytest.mark.parametrize(("first", "second"), pairs(REDEMPTION))
def test_redemption_is_refused_for_the_first_reason(
    given: Callable[[], Request], first: Outcome, second: Outcome
) -> None:
    request = _spoiled(given(), REDEMPTION, first, second)
    _serial, number = _voucher(request)
    if request.reused:
        _other, other_number = _voucher(Request(request.connection, request.issuer, {}))
        _use(request, _redemption(request, other_number, good=True))
    _refused(request, _redemption(request, number), first)


@pytest.mark.parametrize(("first", "second"), pairs(ACTIVATION))
def test_activation_is_refused_for_the_first_reason(
    given: Callable[[], Request], first: Outcome, second: Outcome
) -> None:
    request = given()
    request.state = State.PREACTIVATED
    request = _spoiled(request, ACTIVATION, first, second)
    serial, _number = _voucher(request)
    if request.reused:
        other = preactivate(request.connection, request.issuer, group="ON-DEMAND")
        _use(
            request,
            Activate(caller=request.caller, reference=request.reference, serial=other.serial or 0),
        )
    _refused(
        request, Activate(caller=request.caller, reference=request.reference, serial=serial), first
    )


@pytest.mark.parametrize(("first", "second"), pairs(SUSPENSION))
def test_suspension_is_refused_for_the_first_reason(
    given: Callable[[], Request], first: Outcome, second: Outcome
) -> None:
    request = _spoiled(given(), SUSPENSION, first, second)
    serial, _number = _voucher(request)
    if request.reused:
        other = preactivate(request.connection, request.issuer, group="ON-DEMAND")
        _use(request, _suspension(request, other.serial or 0))
    _refused(request, _suspension(request, serial), first)


def _spoiled(
    request: Request, faults: dict[Outcome, Fault], first: Outcome, second: Outcome
) -> Request:
    faults[second](request)
    faults[first](request)
    return request


def _suspension(request: Request, serial: int) -> Change:
    return Change(
        caller=request.caller, reference=request.reference, action=Action.SUSPEND, serial=serial
    )


def _redemption(request: Request, number: str, *, good: bool = False) -> Redeem:
    name, account = (SHOP.name, SHOP.account) if good else request.acceptor
    return Redeem(
        caller=request.caller,
        reference=request.reference,
        number=number,
        acceptor_name=name,
        acceptor_account=account,
        acceptor_group="FOOD" if good else request.claimed_group,
    )


def _voucher(request: Request) -> tuple[int, str]:
    """Serial and number of a voucher as the request needs it, in a group of its own."""
    if request.unknown:
        return 999_999_999_999_999_999, "100000000000000009"
    code = f"G{next(_numbers)}"
    instant = request.state is State.REDEEMING
    programme = f"OF-{code}" if request.after_redemption else None
    if programme is not None:
        given_programme(request.connection, request.issuer, programme)
    given_group(
        request.connection,
        request.issuer,
        code,
        settlement="instant" if instant else "deferred",
        programme=programme,
    )
    given_stock(request.connection, request.issuer, 1, group=code)
    voucher = given_voucher(
        request.connection, request.issuer, request.state, group=code, prior=request.prior
    )
    assert voucher.serial is not None
    if programme is not None:
        closed = ProgrammeStatus.REDEMPTION_CLOSED
        given_step(request.connection, request.issuer, closed, programme)
    if request.is_due:
        make_due(request.connection, request.issuer, voucher.serial)
    return voucher.serial, voucher.number or ""


def _use(request: Request, operation: Operation) -> None:
    """Use the reference for something else, while the caller still may."""
    if operation.caller == request.clients["all"]:
        (answer,) = ask(request.connection, request.issuer, operation)
        assert answer.outcome is Outcome.DONE, answer


def _refused(request: Request, operation: Operation, expected: Outcome) -> None:
    before = _moved(request)
    (answer,) = ask(request.connection, request.issuer, operation)
    assert answer.outcome is expected
    assert _moved(request) == before


def _moved(request: Request) -> list[object]:
    rows = request.connection.execute(
        "SELECT next_leaf, next_operation, next_posting, next_serial, next_provision,"
        " (SELECT md5(string_agg(v::text, ',' ORDER BY serial)) FROM voucher v"
        "  WHERE v.issuer_id = h.issuer_id),"
        " (SELECT md5(string_agg(a::text, ',' ORDER BY kind, owner_id)) FROM account a"
        "  WHERE a.issuer_id = h.issuer_id)"
        " FROM log_head h WHERE issuer_id = %s",
        (request.issuer.issuer_id,),
    ).fetchall()
    request.connection.rollback()
    return list(rows)
