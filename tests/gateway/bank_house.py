"""What the journey of payouts to a bank is given: mock-bank and our worker as processes of their
own, an issuer whose money is there, and one clock for all of them.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import httpx
from psycopg import sql
from tests.cli.running import COMMAND, counterfoil, environment
from tests.engine.payouts.given import read_payouts
from tests.gateway.iso20022.mock_bank import MockBank
from tests.given import SYSTEM, ask

from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.banking.reading import Standing, standings
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import BeginPayoutRun, SendPayouts, encoded
from counterfoil.engine.commands.preparing import Decision, Prepared, Verdict, decide, prepare
from counterfoil.engine.database import Connection, connect_as_owner, connected
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.operation import Activate, Outcome, Preactivate, Redeem
from counterfoil.engine.payouts.reading import Run, run_of
from counterfoil.engine.payouts.routes import Route
from counterfoil.engine.payouts.routing import set_routes
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.seals import Seals
from counterfoil.money import decimal_text
from counterfoil.portal.schema import portal_secret

RAIL: Final = "harbour"
FUND: Final = "NL41MOCK0000000001"  # ACME's, as mock-bank has it
BIC: Final = "MOCKNL2A"
CLOSED: Final = "NL84MOCK0000000003"
ACCOUNTS: Final = {
    "Anna": "NL30MOCK0000000005",
    "Bart": CLOSED,
    "Cees": "NL03MOCK0000000006",
    "Dora": "NL73MOCK0000000007",
}
_PATIENCE_SECONDS: Final = 60.0
_CLOCK: Final = """
CREATE SCHEMA bank_clock;
CREATE TABLE bank_clock.behind (ago interval NOT NULL);
INSERT INTO bank_clock.behind VALUES ('0');
CREATE FUNCTION bank_clock.now() RETURNS timestamptz LANGUAGE sql STABLE
AS 'SELECT pg_catalog.now() - ago FROM bank_clock.behind';
CREATE FUNCTION bank_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
AS 'SELECT pg_catalog.clock_timestamp() - ago FROM bank_clock.behind';
GRANT USAGE ON SCHEMA bank_clock TO public;
GRANT SELECT ON bank_clock.behind TO public
"""


@dataclass(frozen=True)
class People:
    """Those of an issuer: one asks, another approves where that is needed, and a worker that is
    awaited does it.
    """

    connection: Connection = field(repr=False)
    issuer: Issuer
    seals: Seals = field(repr=False)
    log_path: Path

    def until(self, is_so: Callable[[], bool]) -> None:
        """Somebody else's work is awaited, never done here."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, self.log_path.read_text()[-3000:]
            time.sleep(0.1)

    def done(self, content: Content, reason: str = "as agreed") -> str:
        """What came of it."""
        command_id = uuid4()
        prepare(
            self.connection,
            self.seals,
            Prepared(
                issuer_id=self.issuer.issuer_id,
                command_id=command_id,
                content=content,
                prepared_by="person:1",
                approvals=content.approvals,
                expires_at=datetime.now(UTC) + timedelta(days=14),
                reason=reason,
            ),
        )
        if content.approvals:
            self._approve(command_id, content)
        self.connection.commit()
        self.until(lambda: self._has_ended(command_id))
        status, outcome = self._command(command_id)
        assert status == "done", (status, outcome)
        self.issuer.catch_up(self.connection)
        self.connection.rollback()
        return outcome

    def sent(self, terms_id: int) -> int:
        """A run, counted as a preview, approved as it was counted, and on its way to the bank."""
        outcome = self.done(BeginPayoutRun(terms_id=terms_id))
        run_id = int(outcome.removeprefix("payout-run:"))
        self.until(lambda: self._run(run_id).status == "previewed")
        run = self._run(run_id)
        self.done(
            SendPayouts(
                run_id=run_id,
                digest=(run.digest or b"").hex(),
                payouts=run.payouts,
                net_minor=run.net_minor,
                currency=run.currency,
            )
        )
        self.until(lambda: self._run(run_id).status in {"sent", "ended"})
        return run_id

    def payouts(self, run_id: int) -> dict[str, str]:
        """How each stands."""
        found = read_payouts(self.connection, self.issuer, run_id)
        return {each.acceptor_name: each.status for each in found}

    def _approve(self, command_id: UUID, content: Content) -> None:
        agreed = Decision(
            issuer_id=self.issuer.issuer_id,
            command_id=command_id,
            content=encoded(content),
            decided_by="person:2",
            on_behalf_of="person:2",
            verdict=Verdict.APPROVE,
            reason="",
        )
        decide(self.connection, self.seals, agreed)

    def _has_ended(self, command_id: UUID) -> bool:
        """What came of one that is done is written a moment later."""
        status, outcome = self._command(command_id)
        return status not in {"waiting", "done"} or outcome != ""

    def _command(self, command_id: UUID) -> tuple[str, str]:
        """Its status, and what came of it."""
        row = self.connection.execute(
            "SELECT status, coalesce(outcome, '') FROM command WHERE command_id = %s",
            (command_id,),
        ).fetchone()
        self.connection.rollback()
        assert row is not None
        return row[0], row[1]

    def _run(self, run_id: int) -> Run:
        run = run_of(self.connection, self.issuer, run_id)
        self.connection.rollback()
        return run


@dataclass
class House:
    """The worker is there between `work` and `kill`, and reaches the bank by `rails`."""

    url: str = field(repr=False)
    settings: Mapping[str, str] = field(repr=False)
    log_path: Path
    connection: Connection = field(repr=False)
    issuer: Issuer
    people: People
    bank: MockBank
    client: httpx.Client
    worker: subprocess.Popen[bytes] | None = None

    # ------------------------------------------------------------- the worker

    def work(self) -> None:
        with self.log_path.open("ab") as log:
            self.worker = subprocess.Popen(  # noqa: S603  # ourselves
                [*COMMAND, "work"], env=environment(self.settings), stdout=log, stderr=log
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.worker is not None:
            self.worker.send_signal(how)
            self.worker.wait(30)
            self.worker = None

    def until(self, is_so: Callable[[], bool]) -> None:
        self.people.until(is_so)

    # -------------------------------------------------------------- the clock

    def turn(self, day: date) -> None:
        """It is the first minute of that day, for us and then for the bank."""
        self.turn_ours(datetime.combine(day, hour(0, 1), UTC))
        self.bank.advance(day.isoformat())

    def turn_ours(self, moment: datetime) -> None:
        _turn(self.url, moment)

    # ---------------------------------------------------------- what there is

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        found = self.connection.execute(query.encode(), values).fetchall()
        self.connection.rollback()
        return found

    def shop(self, name: str) -> int:
        return next(
            each.acceptor_id
            for each in self.issuer.catalogue.acceptors_by_id.values()
            if each.name == name
        )

    def redeem(self, **amounts_minor: int) -> None:
        """A voucher of so much at each of those shops."""
        for name, amount_minor in amounts_minor.items():
            (drawn,) = ask(
                self.connection,
                self.issuer,
                Preactivate(
                    caller=SYSTEM,
                    amount=decimal_text(amount_minor, "EUR"),
                    currency="EUR",
                    group="MARKET",
                ),
            )
            (active,) = ask(
                self.connection, self.issuer, Activate(caller=SYSTEM, serial=drawn.serial or 0)
            )
            acceptor = self.issuer.catalogue.acceptors_by_id[self.shop(name)]
            redeemed = Redeem(
                caller=SYSTEM,
                number=drawn.number or "",
                acceptor_name=name,
                acceptor_account=acceptor.account,
            )
            (paid,) = ask(self.connection, self.issuer, redeemed)
            assert {drawn.outcome, active.outcome, paid.outcome} == {Outcome.DONE}

    def payable(self) -> dict[str, int]:
        """What is owed to whom, where it is anything."""
        found = self.rows(
            "SELECT c.name, (a.credit_minor - a.debit_minor)::bigint FROM account AS a"
            " INNER JOIN acceptor AS c"
            " ON a.issuer_id = c.issuer_id AND a.owner_id = c.acceptor_id"
            " WHERE a.kind = 5 AND a.credit_minor > a.debit_minor"
        )
        return {str(name): int(str(minor)) for name, minor in found}

    def lines(self) -> dict[str, str]:
        found = self.rows("SELECT bank_reference, status FROM bank_entry")
        return {str(reference): str(status) for reference, status in found}

    def differences(self) -> list[str]:
        """The kinds of those that are open."""
        found = self.rows("SELECT kind FROM bank_exception WHERE ended_at IS NULL ORDER BY kind")
        return [str(kind) for (kind,) in found]

    def standing(self) -> Standing | None:
        found = standings(self.connection, self.issuer.issuer_id, [1])
        self.connection.rollback()
        return found[0] if found else None

    def stands_at(self, day: date) -> bool:
        """The bank and the ledger agree at the end of that day."""
        standing = self.standing()
        return standing is not None and standing.closed_on == day and standing.agrees

    # ---------------------------------------------------- as the bank has it

    def at_the_bank(self) -> int:
        return int(self.client.get("/_mock/accounts/ACME").raise_for_status().json()["balance"])

    def paid(self) -> dict[str, int]:
        """What has left for each payee and not come back."""
        found: dict[str, int] = {}
        for each in self.client.get("/_mock/payments").raise_for_status().json():
            if each["status"] == "accepted" and each["booked_at"]:
                name = each["creditor_name"]
                found[name] = found.get(name, 0) + int(each["amount"])
        return found


@contextmanager
def opened_house(
    url: str, folder: Path, rails: Callable[[str], str], *options: str, first: date
) -> Iterator[House]:
    """`rails` writes the rail's table for the bank at an address; `options` are mock-bank's. It is
    nine o'clock of the `first` day; the bank books all it is given on the next day.
    """
    provider = LocalKeyProvider(folder / "keys.json", create=True)
    settings = {
        "COUNTERFOIL_DATABASE": url,
        "COUNTERFOIL_KEY_FILE": str(folder / "keys.json"),
        "COUNTERFOIL_RAILS": str(folder / "rails.toml"),
    }
    made = counterfoil("migrate", settings=settings)
    assert made.code == 0, made.err
    _shift_clock(url)
    bank = MockBank(folder / "bank.log", "--cutoff", "00:00", *options, opens=f"{first}T09:00")
    with (
        bank,
        httpx.Client(base_url=bank.base_url, trust_env=False, timeout=10) as client,
        connected(url) as connection,
    ):
        (folder / "rails.toml").write_text(rails(bank.base_url))
        _turn(url, datetime.combine(first, hour(9), UTC))
        bank.change("ACME", balance=0)
        for other in ("GLOBEX", "EURODIS"):
            bank.change(other, closed=True)
        issuer, log_path = _issuer(connection, provider), folder / "work.log"
        seals = Seals.of_secret(portal_secret(url, provider))
        house = House(
            url=url,
            settings=settings,
            log_path=log_path,
            connection=connection,
            issuer=issuer,
            people=People(connection, issuer, seals, log_path),
            bank=bank,
            client=client,
        )
        try:
            house.work()
            yield house
        finally:
            house.kill(signal.SIGTERM)


def _shift_clock(url: str) -> None:
    """What asks for the time in this database gets the bank's: the owner can say how far behind."""
    with connect_as_owner(url) as owner:
        owner.execute(_CLOCK)
        name = sql.Identifier(owner.info.dbname)
        path = sql.SQL("ALTER DATABASE {} SET search_path = bank_clock, pg_catalog, public")
        owner.execute(path.format(name))
        owner.commit()


def _turn(url: str, moment: datetime) -> None:
    with connect_as_owner(url) as owner:
        query = "UPDATE bank_clock.behind SET ago = pg_catalog.clock_timestamp() - %s"
        owner.execute(query, (moment,))
        owner.commit()


def _issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    issuer = create_issuer(
        connection,
        provider,
        SYSTEM,
        code="HARBOUR",
        name="Harbour Relief",
        currency="EUR",
        fsp=BIC,
        funding_account=FUND,
    )
    market = GroupDesign(
        code="MARKET", name="Market", currency="EUR", denominations=(), valid_for_days=90
    )
    create_group(connection, issuer, SYSTEM, market)
    create_acceptors(connection, issuer, SYSTEM, _shops())
    set_routes(connection, issuer, SYSTEM, (Route(rail=RAIL, scheme="iban"),))
    return issuer


def _shops() -> Sequence[AcceptorDesign]:
    return [
        AcceptorDesign(name=name, kind="merchant", account=account, fsp=BIC, scheme="iban")
        for name, account in ACCOUNTS.items()
    ]
