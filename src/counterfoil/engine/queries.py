"""What the API reads, and the few marks it leaves on payments. Each ends its transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from counterfoil.engine.arrays import Blobs
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, issuer_codes
from counterfoil.engine.operation import PaymentDue, issuer_of_payment
from counterfoil.engine.writing import LEASE_SECONDS
from counterfoil.errors import WrongSettingError
from counterfoil.keys.numbers import number_hashes_probed
from counterfoil.statements import statement
from counterfoil.voucher import OPEN, State


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A registered calling system, as the database has it."""

    issuer_code: str
    client_id: int
    name: str
    scopes: frozenset[str]
    active: bool
    imported_lengths: frozenset[int]


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """One voucher at `read_at`."""

    serial: int
    stored_state: State
    prior_state: State | None
    amount_minor: int
    currency: str
    group_code: str
    group_version: int
    provision_id: int
    expires_at: datetime | None
    hold_until: datetime | None
    changed_at: datetime
    replaced_by: int | None
    read_at: datetime

    @property
    def state(self) -> State:
        """As it counts: what is due is over, whether or not the sweep has been there."""
        state = self.stored_state
        if state is State.PREACTIVATED and self.hold_until and self.hold_until <= self.read_at:
            return State.CANCELLED
        if state in OPEN and self.expires_at and self.expires_at <= self.read_at:
            return State.EXPIRED
        return state


def client_of_key(connection: Connection, key_digest: bytes) -> KnownClient | None:
    return _client(connection, "client_of_key", {"key_digest": key_digest})


def client_of_name(connection: Connection, issuer_code: str, name: str) -> KnownClient | None:
    return _client(connection, "client_of_name", {"code": issuer_code, "name": name})


def _client(connection: Connection, name: str, parameters: dict[str, object]) -> KnownClient | None:
    row = connection.execute(statement(__package__, name), parameters).fetchone()
    connection.rollback()
    if row is None:
        return None
    code, client_id, client_name, scopes, active, lengths = row
    return KnownClient(code, client_id, client_name, frozenset(scopes), active, frozenset(lengths))


def sole_issuer_code(connection: Connection) -> str:
    """Raises WrongSettingError where there is not exactly one issuer."""
    codes = issuer_codes(connection)
    if len(codes) != 1:
        raise WrongSettingError(f"Open mode needs one issuer and there are {len(codes)}.")
    return codes[0]


def voucher_by_serial(connection: Connection, issuer_id: int, serial: int) -> VoucherRow | None:
    row = connection.execute(
        statement(__package__, "voucher_by_serial"), {"issuer_id": issuer_id, "serial": serial}
    ).fetchone()
    connection.rollback()
    if row is None:
        return None
    serial, state, prior, *rest = row
    return VoucherRow(serial, State(state), None if prior is None else State(prior), *rest)


def serial_by_number(
    connection: Connection, issuer: Issuer, number: str, *, serial: int | None = None
) -> int | None:
    """The serial of the voucher with that number; with `serial`, of a secret that needs it."""
    found = _serial_by_number(connection, issuer, number, serial)
    if found is None and issuer.catch_up(connection):  # another process may have rotated the key
        found = _serial_by_number(connection, issuer, number, serial)
    connection.rollback()
    return found


def _serial_by_number(
    connection: Connection, issuer: Issuer, number: str, serial: int | None
) -> int | None:
    row = connection.execute(
        statement(__package__, "serial_by_number"),
        {
            "issuer_id": issuer.issuer_id,
            "number_hashes": Blobs(number_hashes_probed(issuer.keys, number, serial)),
            "with_serial": serial is not None,
        },
    ).fetchone()
    return None if row is None else int(row[0])


def claim_payment(connection: Connection, issuer_id: int, operation_id: int) -> PaymentDue | None:
    """The payment of a redemption, leased to us; None while another process has it."""
    row = connection.execute(
        statement(__package__, "claim_payment"),
        {
            "issuer_id": issuer_id,
            "operation_id": operation_id,
            "lease_seconds": LEASE_SECONDS,
        },
    ).fetchone()
    connection.commit()
    return None if row is None else PaymentDue(*row)


def release_payment(
    connection: Connection, issuer_id: int, payment_id: UUID, *, again_in_seconds: int
) -> None:
    connection.execute(
        statement(__package__, "release_payment"),
        {
            "issuer_id": issuer_id,
            "payment_id": payment_id,
            "again_in_seconds": again_in_seconds,
        },
    )
    connection.commit()


def make_payment_due(connection: Connection, payment_id: UUID) -> None:
    connection.execute(
        statement(__package__, "payment_due_now"),
        {"issuer_id": issuer_of_payment(payment_id), "payment_id": payment_id},
    )
    connection.commit()


@dataclass(frozen=True, slots=True)
class StockLevel:
    issuer_code: str
    group_code: str
    state: State
    vouchers: int


def stock_levels(connection: Connection) -> list[StockLevel]:
    """How many vouchers of each group are in each state, of all issuers."""
    rows = connection.execute(statement(__package__, "stock_levels")).fetchall()
    connection.rollback()
    return [StockLevel(issuer, group, State(state), count) for issuer, group, state, count in rows]
