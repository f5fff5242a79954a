"""What tests are given: an issuer with money, merchants, stock, and vouchers in any state."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from counterfoil.chart import AccountKind
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.apply import apply
from counterfoil.engine.catalogue import Programme
from counterfoil.engine.clients import create_client
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.operation import (
    Activate,
    Answer,
    Caller,
    Change,
    FinishPayment,
    Operation,
    Outcome,
    Preactivate,
    Redeem,
)
from counterfoil.engine.programme_steps import step_programme
from counterfoil.engine.programmes import ProgrammeDesign, open_programme
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import Money, parse_amount
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action, State

SYSTEM: Final = Caller(0, "test")
SHOP: Final = AcceptorDesign(name="Asha Stores", kind="merchant", account="ACC-1", groups=("FOOD",))


def given_issuer(
    connection: Connection, provider: KeyProvider, code: str = "AID", funds: str = "100000.00"
) -> Issuer:
    issuer = create_issuer(
        connection, provider, SYSTEM, code=code, name="Aid Agency", currency="KES"
    )
    create_acceptors(connection, issuer, SYSTEM, [SHOP])
    deposit(connection, issuer, SYSTEM, parse_amount(funds, "KES"), reference="opening balance")
    return issuer


def given_group(
    connection: Connection,
    issuer: Issuer,
    code: str = "FOOD-AID",
    *,
    denominations: tuple[int, ...] = (1000,),
    settlement: str = "deferred",
    hold_seconds: int = 3600,
    valid_until: datetime | None = None,
    accepts: str = "any",
    accepts_names: tuple[str, ...] = (),
    programme: str | None = None,
    unused_value: str = "issuer",
) -> None:
    create_group(
        connection,
        issuer,
        SYSTEM,
        GroupDesign(
            code=code,
            name=code.title(),
            currency="KES",
            denominations=denominations,
            settlement=settlement,
            hold_seconds=hold_seconds,
            valid_for_days=None if valid_until else 90,
            valid_until=valid_until,
            accepts=accepts,
            accepts_names=accepts_names,
            programme=programme,
            unused_value=unused_value,
        ),
    )


def given_programme(
    connection: Connection, issuer: Issuer, code: str = "WINTER", *, budget_minor: int | None = None
) -> Programme:
    """Another one in the issuer's first funding account."""
    return open_programme(
        connection,
        issuer,
        SYSTEM,
        ProgrammeDesign(name=code.title(), budget_minor=budget_minor),
        code=code,
        funding_account_id=1,
    )


def given_step(
    connection: Connection, issuer: Issuer, to_status: ProgrammeStatus, code: str = "WINTER"
) -> Programme:
    """All the steps up to that one."""
    programme = issuer.catalogue.programmes[code]
    while programme.status is not to_status:
        after = programme.status.next
        assert after is not None
        programme = step_programme(
            connection,
            issuer,
            SYSTEM,
            code,
            after,
            expected_status=programme.status,
            reason="it is time",
        )
    return programme


def given_client(
    connection: Connection,
    issuer: Issuer,
    name: str,
    scopes: Iterable[str],
    *,
    unattended_minor_max: int = 0,
) -> tuple[Caller, str]:
    """Who it is to the engine, and its key."""
    key = new_api_key()
    client = create_client(
        connection,
        issuer,
        SYSTEM,
        name=name,
        scopes=sorted(scopes),
        key_digest=api_key_digest(key),
        unattended_minor_max=unattended_minor_max,
    )
    return Caller(client.client_id, name), key


def given_stock(
    connection: Connection,
    issuer: Issuer,
    count: int,
    *,
    group: str = "FOOD-AID",
    amount_minor: int = 1000,
) -> int:
    """The provision's id."""
    provision = begin_provision(
        connection,
        issuer,
        SYSTEM,
        group_code=group,
        money=Money(amount_minor, "KES"),
        count=count,
    )
    for _step in finish_provision(connection, issuer, provision.provision_id):
        pass
    return provision.provision_id


def ask(connection: Connection, issuer: Issuer, *operations: Operation) -> list[Answer]:
    return apply(connection, issuer, operations)


def preactivate(
    connection: Connection, issuer: Issuer, *, group: str = "FOOD-AID", amount: str = "10.00"
) -> Answer:
    (answer,) = ask(
        connection,
        issuer,
        Preactivate(caller=SYSTEM, amount=amount, currency="KES", group=group),
    )
    assert answer.outcome is Outcome.DONE, answer
    return answer


def redemption(number: str, reference: str | None = None) -> Redeem:
    return Redeem(
        caller=SYSTEM,
        reference=reference,
        number=number,
        acceptor_name=SHOP.name,
        acceptor_account=SHOP.account,
        acceptor_group="FOOD",
    )


def given_active(connection: Connection, issuer: Issuer, *, group: str = "FOOD-AID") -> Answer:
    """An active voucher: its serial and its number."""
    drawn = preactivate(connection, issuer, group=group)
    assert drawn.serial is not None
    (answer,) = ask(connection, issuer, Activate(caller=SYSTEM, serial=drawn.serial))
    assert answer.outcome is Outcome.DONE, answer
    return drawn


def change(action: Action, serial: int, reason: str = "because") -> Change:
    return Change(caller=SYSTEM, action=action, serial=serial, reason=reason)


def finish(answer: Answer, *, completed: bool, reason: str | None = None) -> FinishPayment:
    assert answer.payment is not None
    return FinishPayment(
        caller=SYSTEM,
        payment_id=answer.payment.payment_id,
        serial=answer.payment.serial,
        completed=completed,
        reason=reason,
    )


def state_of(connection: Connection, issuer: Issuer, serial: int) -> State:
    row = connection.execute(
        "SELECT state FROM voucher WHERE issuer_id = %s AND serial = %s",
        (issuer.issuer_id, serial),
    ).fetchone()
    connection.rollback()
    assert row is not None
    return State(row[0])


def balances(connection: Connection, issuer: Issuer) -> dict[str, int]:
    """Credit less debit of every account, by kind and owner; those at nought are left out."""
    rows = connection.execute(
        "SELECT kind, owner_id, credit_minor - debit_minor FROM account WHERE issuer_id = %s",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return {f"{AccountKind(k).word}:{owner}": amount for k, owner, amount in rows if amount}


def acceptor_changes(connection: Connection, issuer: Issuer) -> list[tuple[str, str, str]]:
    """What the journal says of changes of acceptors: who, what, why."""
    rows = connection.execute(
        "SELECT actor, subject, coalesce(reason, '') FROM operation"
        " WHERE issuer_id = %s AND action = 114 ORDER BY operation_id",
        (issuer.issuer_id,),
    ).fetchall()
    connection.rollback()
    return [(actor, subject, reason) for actor, subject, reason in rows]


LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
