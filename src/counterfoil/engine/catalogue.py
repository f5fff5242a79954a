"""What decisions look things up in: groups, acceptors, clients and settings of one issuer.

Held in memory by every process and kept true by `log_head.catalogue_version`: whoever changes
one of these rows raises it in the same transaction, stamps the row with it, and every batch
compares it under the lock. So a suspension counts from its commit on, in every process, and
only rows that changed are read again.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Self

from counterfoil.engine.database import Connection
from counterfoil.engine.payouts.routes import Route, rail_for, routes_of
from counterfoil.programme import REDEEMS, SELLS, ProgrammeStatus
from counterfoil.statements import statement

GENERAL_PURPOSE = "GENERAL-PURPOSE"
CODE_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9_. -]{0,39}"  # of groups of vouchers or acceptors


@dataclass(frozen=True, slots=True)
class DailyLimits:
    """What may be redeemed in a day (UTC), in each currency; None is without limit."""

    amount_minor_max: int | None = None
    count_max: int | None = None

    @property
    def are_set(self) -> bool:
        return self.amount_minor_max is not None or self.count_max is not None


@dataclass(frozen=True, slots=True)
class GroupVersion:
    """One published version of a voucher group. No denominations: any amount, on demand."""

    group_id: int
    version: int
    code: str
    currency: str
    funding_account_id: int
    denominations: frozenset[int]
    valid_for_days: int | None
    valid_until: datetime | None
    hold_seconds: int
    instant: bool
    accepts: str
    accepts_names: frozenset[str]
    number_digits: int
    amount_minor_max: int | None
    daily_amount_minor_max: int | None
    daily_count_max: int | None
    programme_id: int
    picture: str | None
    restock_level: int | None
    unused_value: str

    @property
    def on_demand(self) -> bool:
        return not self.denominations

    @property
    def daily_limits(self) -> DailyLimits:
        return DailyLimits(self.daily_amount_minor_max, self.daily_count_max)


@dataclass(frozen=True, slots=True)
class Group:
    group_id: int
    code: str
    status: str
    current: GroupVersion


@dataclass(frozen=True, slots=True)
class BankData:
    """Where an acceptor is paid. `scheme` says what the account is: an account number at the
    provider (account), an IBAN (iban) or a mobile wallet (wallet).
    """

    scheme: str
    fsp: str
    account: str


@dataclass(frozen=True, slots=True)
class Acceptor:
    """A merchant or agent. What begins with `next_` is its bank data from `next_from` on."""

    acceptor_id: int
    name: str
    kind: str
    fsp: str
    account: str
    groups: frozenset[str]
    status: str
    daily_amount_minor_max: int | None
    daily_count_max: int | None
    scheme: str
    payouts_held: bool
    payouts_hold_reason: str
    next_scheme: str | None
    next_fsp: str | None
    next_account: str | None
    next_from: datetime | None
    changed_version: int

    @property
    def daily_limits(self) -> DailyLimits:
        return DailyLimits(self.daily_amount_minor_max, self.daily_count_max)

    @property
    def bank(self) -> BankData:
        return BankData(self.scheme, self.fsp, self.account)

    @property
    def next_bank(self) -> BankData | None:
        if self.next_scheme is None or self.next_fsp is None or self.next_account is None:
            return None
        return BankData(self.next_scheme, self.next_fsp, self.next_account)

    @property
    def payouts_wait(self) -> bool:
        """Nothing is sent to it: its payouts are held, or its bank data has not changed yet."""
        return self.payouts_held or self.next_from is not None


@dataclass(frozen=True, slots=True)
class Client:
    """`unattended_minor_max` is the most one guarded command may move that it asks for without
    anybody's approval, in minor units of any currency.
    """

    client_id: int
    name: str
    scopes: frozenset[str]
    active: bool
    has_key: bool
    unattended_minor_max: int


@dataclass(frozen=True, slots=True)
class FundingAccount:
    funding_account_id: int
    currency: str
    fsp: str
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Programme:
    """A budget in the currency of its funding account; None is without limit. `version` changes
    with it.
    """

    programme_id: int
    code: str
    name: str
    description: str
    status: ProgrammeStatus
    funding_account_id: int
    currency: str
    budget_minor: int | None
    starts_on: date | None
    sales_close_on: date | None
    redemption_close_on: date | None
    claims_close_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    activate_at_once: bool = False
    retention_days: int = 365
    imported_lengths: frozenset[int] = frozenset()
    miss_budget: int = 10
    miss_window_seconds: int = 900
    issuer_miss_budget: int = 1000
    secret_tries: int = 5
    cooling_off_days: int = 3
    verify_accounts: str = "never"


@dataclass(slots=True)
class Catalogue:
    """The rows of one issuer up to `version`. Threads share it, so it is never changed once it
    is in use: `refreshed` makes the next one.
    """

    issuer_id: int
    version: int = 0
    settings: IssuerSettings = field(default_factory=IssuerSettings)
    groups: dict[str, Group] = field(default_factory=dict)
    group_versions: dict[tuple[int, int], GroupVersion] = field(default_factory=dict)
    acceptors: dict[tuple[str, str], Acceptor] = field(default_factory=dict)
    acceptors_by_id: dict[int, Acceptor] = field(default_factory=dict)
    clients: dict[int, Client] = field(default_factory=dict)
    funding_accounts: dict[int, FundingAccount] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    programmes_by_id: dict[int, Programme] = field(default_factory=dict)
    # Programmes of which nothing more is sold, redeemed, or left to happen.
    sales_closed: frozenset[int] = frozenset()
    redemption_closed: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    routes: tuple[Route, ...] = ()
    rails: dict[str, bool] = field(default_factory=dict)  # whether each pays at once
    accounts_missing: frozenset[int] = frozenset()  # whose account their provider does not have
    limited: bool = False  # whether any acceptor or group has a limit by day

    def rail_at_once(self, version: GroupVersion, acceptor: Acceptor) -> str | None:
        """By which rail a voucher is paid as it is redeemed; None where its route leads to files,
        or nowhere. A rail that no worker has told of may come.
        """
        rail = rail_for(
            self.routes,
            scheme=acceptor.scheme,
            currency=version.currency,
            programme_id=version.programme_id,
        )
        return rail if rail is not None and self.rails.get(rail, True) else None

    def refreshed(self, connection: Connection, version: int) -> Self:
        """With what changed after this one; `version` was read earlier in the same transaction,
        so that nothing up to it can be missing.
        """
        fresh = type(self)(
            self.issuer_id,
            self.version,
            groups=dict(self.groups),
            group_versions=dict(self.group_versions),
            acceptors=dict(self.acceptors),
            acceptors_by_id=dict(self.acceptors_by_id),
            clients=dict(self.clients),
            programmes=dict(self.programmes),
            programmes_by_id=dict(self.programmes_by_id),
        )
        fresh._read(connection, version)  # noqa: SLF001  # the next one of our own kind
        return fresh

    def _read(self, connection: Connection, version: int) -> None:
        since = {"issuer_id": self.issuer_id, "since": self.version}
        self._read_settings(connection)
        self._read_funding_accounts(connection)
        self._read_rails(connection)
        self._read_programmes(connection, since)
        self._read_groups(connection, since)
        self._read_acceptors(connection, since)
        rows = connection.execute(statement(__package__, "clients_changed"), since)
        for client_id, name, scopes, status, *rest in rows:
            self.clients[client_id] = Client(
                client_id, name, frozenset(scopes), status == "active", *rest
            )
        self.limited = any(a.daily_limits.are_set for a in self.acceptors_by_id.values()) or any(
            group.current.daily_limits.are_set for group in self.groups.values()
        )
        self.version = version

    def _read_settings(self, connection: Connection) -> None:
        row = connection.execute(
            statement(__package__, "issuer_setting"), {"issuer_id": self.issuer_id}
        ).fetchone()
        if row is not None:
            at_once, days, lengths, *rest = row
            self.settings = IssuerSettings(at_once, days, frozenset(lengths), *rest)

    def _read_funding_accounts(self, connection: Connection) -> None:
        rows = connection.execute(
            statement(__package__, "funding_accounts"), {"issuer_id": self.issuer_id}
        )
        self.funding_accounts = {row[0]: FundingAccount(*row) for row in rows}

    def _read_rails(self, connection: Connection) -> None:
        whose = {"issuer_id": self.issuer_id}
        self.routes = tuple(routes_of(connection, self.issuer_id))
        self.rails = dict(connection.execute(statement(__package__, "rails"), whose).fetchall())
        if self.settings.verify_accounts == "redemption":
            rows = connection.execute(statement(__package__, "accounts_missing"), whose)
            self.accounts_missing = frozenset(acceptor_id for (acceptor_id,) in rows)

    def _read_programmes(self, connection: Connection, since: dict[str, int]) -> None:
        rows = connection.execute(statement(__package__, "programmes_changed"), since).fetchall()
        for programme_id, code, name, description, status, *rest in rows:
            programme = Programme(
                programme_id, code, name, description, ProgrammeStatus(status), *rest
            )
            self.programmes[code] = self.programmes_by_id[programme_id] = programme
        status_of = {each.programme_id: each.status for each in self.programmes.values()}
        self.sales_closed = frozenset(p for p, status in status_of.items() if status not in SELLS)
        self.redemption_closed = frozenset(
            p for p, status in status_of.items() if status not in REDEEMS
        )
        self.closed = frozenset(
            p for p, status in status_of.items() if status is ProgrammeStatus.CLOSED
        )

    def _read_groups(self, connection: Connection, since: dict[str, int]) -> None:
        for row in connection.execute(statement(__package__, "groups_changed"), since).fetchall():
            group_id, code, status, current_version, version, *rest = row
            rest[2] = frozenset(rest[2])
            rest[8] = frozenset(rest[8])
            published = GroupVersion(group_id, version, code, *rest)
            self.group_versions[group_id, version] = published
            if version == current_version:
                self.groups[code] = Group(group_id, code, status, published)

    def _read_acceptors(self, connection: Connection, since: dict[str, int]) -> None:
        rows = connection.execute(statement(__package__, "acceptors_changed"), since)
        changed = [
            Acceptor(acceptor_id, name, kind, fsp, account, frozenset(groups), *rest)
            for acceptor_id, name, kind, fsp, account, groups, *rest in rows
        ]
        for acceptor in changed:  # all of them, before one takes an account another has left
            before = self.acceptors_by_id.get(acceptor.acceptor_id)
            if before is not None:
                del self.acceptors[before.name, before.account]
        for acceptor in changed:
            self.acceptors_by_id[acceptor.acceptor_id] = acceptor
            self.acceptors[acceptor.name, acceptor.account] = acceptor
