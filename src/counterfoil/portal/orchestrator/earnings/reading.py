"""What the pages of what agents earn read: the rules, whose systems are whose, and the budgets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from counterfoil.engine.earnings.reading import Waiting
from counterfoil.engine.earnings.rules import ClientAgent, EarningRule, rules_now
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_accounts
from counterfoil.portal.queries import engine_connection, rows

_ENGINE: Final = "counterfoil.engine.earnings"
_CLIENTS_MAX: Final = 10_000
_PROGRAMMES_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Budget:
    """Of a funding account; `waiting` where it does not suffice."""

    account: FundingAccount
    waiting: Waiting | None

    @property
    def left(self) -> Money:
        return Money(self.account.incentives_minor, self.account.currency)

    @property
    def missing(self) -> Money:
        """The least that must be put aside before agents earn on; nothing where all is well."""
        needs_minor = 0 if self.waiting is None else self.waiting.needs_minor
        missing_minor = max(needs_minor - self.account.incentives_minor, 0)
        return Money(missing_minor, self.account.currency)


@dataclass(frozen=True, slots=True)
class System:
    """A calling system, and the agent to whom it belongs."""

    client_id: int
    client: str
    is_revoked: bool
    acceptor_id: int
    agent: str

    @property
    def asked(self) -> ClientAgent:
        return ClientAgent(client_id=self.client_id, acceptor_id=self.acceptor_id)


@dataclass(frozen=True, slots=True)
class Programme:
    programme_id: int
    name: str
    code: str
    funding_account_id: int


def budgets(office: Office) -> list[Budget]:
    """Two queries."""
    found = rows(_ENGINE, "waiting", {"issuer_id": office.issuer_id})
    waiting = {each.funding_account_id: each for each in (Waiting(*row) for row in found)}
    return [
        Budget(account, waiting.get(account.funding_account_id))
        for account in funding_accounts(office)
    ]


def rules_of(office: Office) -> list[EarningRule]:
    """In their order."""
    return [each.rule for each in rules_now(engine_connection(), office.issuer_id)]


def systems_of(office: Office) -> list[System]:
    return [System(*row) for row in rows(__package__, "agents", {"issuer_id": office.issuer_id})]


def agents_of(systems: Sequence[System]) -> tuple[ClientAgent, ...]:
    """In the order in which they are kept."""
    return tuple(each.asked for each in sorted(systems, key=lambda each: each.client_id))


def programmes_of(office: Office) -> list[Programme]:
    asked = {"issuer_id": office.issuer_id, "rows_max": _PROGRAMMES_MAX}
    return [Programme(*row) for row in rows(__package__, "programmes", asked)]


def clients_of(office: Office) -> dict[int, str]:
    """By name, those that are in use."""
    asked = {"issuer_id": office.issuer_id, "rows_max": _CLIENTS_MAX}
    return dict(rows(__package__, "clients", asked))


def kinds_of(office: Office, acceptor_ids: Iterable[int]) -> dict[int, str]:
    """Of those numbers that are somebody's: whether merchant or agent."""
    wanted = sorted(set(acceptor_ids))
    if not wanted:
        return {}
    asked = {"issuer_id": office.issuer_id, "acceptor_ids": wanted}
    return dict(rows(__package__, "known_acceptors", asked))
