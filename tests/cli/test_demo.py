"""`counterfoil demo`: what it prints works, its portal has something of everything, and
Ctrl-C leaves nothing.
"""

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from tests.cli.running import Process, counterfoil, interrupted, started, wait_until_gone
from tests.gateway.bank_house import People

from counterfoil.cli.place import Place
from counterfoil.engine.database import connect_as_owner
from counterfoil.keys.seals import Seals
from counterfoil.portal.schema import portal_secret
from counterfoil.sandbox_fsp import store
from counterfoil.sandbox_fsp.process import free_port
from counterfoil.settings import Settings

# What each of them sees first.
LOGINS: Final = {
    "administrator": "Trail",
    "operator": "School term 3",
    "approver": "8 wait for approval",
    "approver2": "Waiting for you",
    "finance": "School term 3",
    "auditor": "Resumen",
    "owner": "Owed to you",
    "cashier": "Wanjiku Grocers",
    "manager": "Your basket",
    "distributor": "Turkana County Drought Office",
}
COUNTED: Final[dict[str, dict[str | int, str | int]]] = {
    "SELECT status, count(*) FROM command GROUP BY 1": {
        "done": 189,
        "refused": 1,
        "rejected": 2,
        "waiting": 8,
        "withdrawn": 1,
    },
    "SELECT verdict, count(*) FROM decision GROUP BY 1": {
        "approve": 117,
        "reject": 2,
        "withdraw": 1,
    },
    "SELECT status, count(*) FROM portal.merchant_profile GROUP BY 1": {
        "approved": 20,
        "closed": 1,
        "draft": 1,
        "in_review": 3,
        "more_information": 1,
        "rejected": 1,
        "submitted": 1,
    },
    "SELECT status, count(*) FROM acceptor GROUP BY 1": {
        "approved": 19,
        "draft": 1,
        "suspended": 1,
    },
    "SELECT name, status FROM client": {
        "DEMO-POS": "active",
        "DEMO-ADMIN": "active",
        "NGO-CASH-APP": "active",
        "OLD-TILLS": "revoked",
    },
    "SELECT code, status FROM programme": {
        "CLINICS-2026": "open",
        "DROUGHT-2025": "sales_closed",
        "DROUGHT-2026": "open",
        "PROGRAMME-1": "open",
        "SCHOOL-TERM-3": "open",
    },
    "SELECT code, status || ' ' || version FROM voucher_group": {
        "CASH-AID": "open 1",
        "CLINIC-SUPPLIES": "open 1",
        "DROUGHT-RELIEF": "open 1",
        "FOOD-AID": "open 2",
        "GENERAL-PURPOSE": "open 1",
        "HYGIENE-KIT": "open 1",
        "SCHOOL-FEES": "open 1",
        "WATER-CANS": "paused 1",
    },
    "SELECT status, sum(next_created - serial_first)::int FROM provision WHERE kind = 'stock'"
    " GROUP BY 1": {"paused": 10_000, "ready": 21_320},
    "SELECT status, done + refused FROM bulk": {"finished": 40},
    "SELECT 'people', count(*) FROM portal.portal_person": {"people": 22},
    "SELECT 'files', count(*) FROM portal.upload WHERE attached": {"files": 105},
    "SELECT 'loose files', count(*) FROM portal.upload WHERE NOT attached": {"loose files": 0},
    "SELECT status, count(*) FROM portal.organisation_profile GROUP BY 1": {
        "approved": 7,
        "returned": 1,
        "submitted": 1,
    },
    "SELECT name, status || ' ' || commission_points FROM organisation": {
        "Coastal Aid Partners": "suspended 300",
        "Kakuma Refugee Mission": "approved 100",
        "Lokichar School Meals": "approved 150",
        "Rift Tea Staff Welfare Fund": "approved 250",
        "St. Clare Charity Marsabit": "approved 0",
        "Turkana County Drought Office": "approved 0",
        "Wajir Youth Trust": "approved 150",
    },
    "SELECT status, count(*) FROM portal.purchase GROUP BY 1": {
        "allocated": 26,
        "cancelled": 1,
        "draft": 1,
        "expired": 1,
        "proof": 2,
        "quoted": 1,
        "recorded": 1,
        "rejected": 1,
        "requested": 2,
        "returned": 1,
    },
    "SELECT status, count(*) FROM sale GROUP BY 1": {"allocated": 26, "held": 5, "released": 2},
    "SELECT 'partly', count(*) FROM allocation AS a INNER JOIN sale AS s USING (issuer_id, sale_id)"
    " WHERE s.status = 'allocated' AND a.sold < a.quantity": {"partly": 1},
    "SELECT 'used twice', count(*) FROM (SELECT digest FROM portal.purchase_proof"
    " GROUP BY digest HAVING count(*) > 1) AS d": {"used twice": 1},
    "SELECT kind, count(*) FROM portal.paper WHERE kind <> 'credit_note' GROUP BY 1": {
        "commission": 15,
        "pro_forma": 33,
        "receipt": 26,
    },
    "SELECT kind || ' ' || status, count(*) FROM command WHERE kind = 'refund_organisation'"
    " GROUP BY 1": {"refund_organisation done": 1, "refund_organisation waiting": 1},
    "SELECT CASE WHEN fetched_at IS NULL THEN 'kept' ELSE 'fetched' END, sum(people)::int"
    " FROM portal.handover_list WHERE settled GROUP BY 1": {"fetched": 1750, "kept": 60},
    "SELECT p.name, count(*) FROM portal.notification AS n INNER JOIN portal.portal_person AS p"
    " ON n.person_id = p.id WHERE n.read_at IS NULL AND p.email IN"
    " ('finance@demo.example', 'approver@demo.example') GROUP BY 1": {
        "Faith Kiplagat": 6,
        "Ana Wanjiru": 8,
    },
    "SELECT status, count(*) FROM payout_run GROUP BY 1": {"ended": 12, "previewed": 1},
    "SELECT rail || ' ' || status, count(*) FROM payment WHERE run_id IS NOT NULL GROUP BY 1": {
        "mock-bank completed": 6,
        "mock-bank rejected": 1,
        "mock-bank returned": 1,
        "sandbox completed": 68,
    },
    "SELECT status, count(*) FROM bank_entry GROUP BY 1": {
        "attached": 10,  # two tranches, seven payments, one of them back
        "proposed": 1,
        "unexplained": 1,
    },
    "SELECT kind, count(*) FROM bank_exception GROUP BY 1": {"unexplained_debit": 1},
    "SELECT 'refused', count(*) FROM bank_file_refused": {"refused": 0},
    "SELECT 'behind', count(*) FROM log_head AS h INNER JOIN figure_cursor AS f USING (issuer_id)"
    " WHERE f.next_operation + 50 < h.next_operation": {"behind": 0},
    "SELECT 'trail', count(*) FROM portal.trail": {"trail": 946},
    "SELECT action, count(*) FROM operation WHERE action IN (102, 103, 104, 113) GROUP BY 1": {
        102: 8,  # deposits
        103: 1,
        104: 9,  # provisions
        113: 21,  # merchants and agents
    },
}
# At the bank already, and waiting for an approval: the fourth tranche, and a purchase's payment.
AT_THE_BANK_ONLY_MINOR: Final = 5_000_000_00 + 225_000_00
# At mock-bank, in euros: what is proposed, and what it took for itself.
AT_MOCK_BANK_ONLY_MINOR: Final = 1_500_00 - 12_50
ENDED: Final = "SELECT count(*) FROM portal.trail WHERE at < now() - interval '90 days'"
DAYS: Final = "SELECT count(DISTINCT at::date) >= 74 FROM operation WHERE action = 4"
_TILL: Final = {"Gov_Stack_BB": "DEMO-POS"}
_EUROS: Final = _TILL | {
    "voucher_amount": "321.00",
    "voucher_currency": "EUR",
    "voucher_group": "CLINIC-SUPPLIES",
}
_DELFT: Final = {
    "merchant_name": "Delft Water Filters",
    "merchant_bank_details": "NL30MOCK0000000005",
    "merchant_voucher_group": "SUPPLIERS",
    "override": False,
}
_SATURDAY: Final = 6
CLOCK: Final = "SELECT to_regnamespace('demonstration_clock') IS NULL"
IN_ORDER: Final = (
    "SELECT count(*) FROM (SELECT at < lag(at) OVER (ORDER BY operation_id) AS back FROM operation)"
    " AS o WHERE o.back"
)


@pytest.mark.prove
def test_a_demonstration_starts_and_what_it_prints_works(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    port = str(free_port())
    keys = []
    for _start in ("first", "later"):
        with started("demo", "--port", port, "--home", str(home)) as process:
            tour = _tour(process)
            keys.append(sorted(re.findall(r"DEMO-\w+ +(cf_\w+)$", tour, re.MULTILINE)))
            _paste(tour)
            if len(keys) == 1:  # a code works once, so soon after it does not
                _sign_in_everybody(tour)
            said = interrupted(process)
        assert (said.code, said.out) == (0, "Stopped; nothing is lost.\n")
        wait_until_gone(home)
        assert [path.name for path in tmp_path.iterdir()] == ["demo"]
        _assert_counted(home)
    assert len(keys[0]) == 2
    assert keys[0] == keys[1]
    assert (home / "demo.json").stat().st_mode & 0o777 == 0o600
    assert counterfoil("check", home=home).code == 0
    balances = counterfoil("balances", "DEMO", "--json", home=home).json
    assert _at_the_bank(home) == {
        1: _minor(balances, 1) + AT_THE_BANK_ONLY_MINOR,
        2: _minor(balances, 2),
    }
    assert _at_mock_bank(home) == _minor(balances, 3) + AT_MOCK_BANK_ONLY_MINOR
    payable = [row for row in balances if row["account"] == "payable"]
    assert len(payable) == 16
    assert {row["owner"]: row["balance"] for row in payable if row["currency"] == "EUR"} == {
        "Delft Water Filters": "0.00",
        "Haarlem Medical Supplies": "1415.75",  # it came back
        "Zeeland Seed House": "0.00",
        "Utrecht Cold Chain": "2080.00",  # its account is closed
    }
    with started("demo", "--port", port, "--home", str(home)) as process:
        _pays_a_supplier(home, _tour(process))
        assert interrupted(process).code == 0
    assert counterfoil("check", home=home).code == 0


def _pays_a_supplier(home: Path, tour: str) -> None:
    """A run that is sent now is answered by mock-bank at once, and booked when banks work."""
    base, key = (
        re.findall(r"Counterfoil .* at (\S+)", tour)[0],
        re.findall(r"DEMO-POS +(\S+)", tour)[0],
    )
    with httpx.Client(base_url=base, headers={"X-API-Key": key}, trust_env=False) as till:
        drawn = till.post("vouchers/voucher_preactivation", json=_EUROS).raise_for_status().json()
        serial = {"voucher_serial_number": drawn["voucher_serial_number"]} | _TILL
        till.patch("vouchers/voucher_activation", json=serial).raise_for_status()
        redeemed = {"voucher_number": drawn["voucher_number"]} | _DELFT | _TILL
        till.post("vouchers/voucher_redemption", json=redeemed).raise_for_status()
    with (
        Place(home, None, Settings.read({})).opened() as workspace,
        workspace.issuer("DEMO") as (connection, issuer),
    ):
        seals = Seals.of_secret(portal_secret(workspace.url, workspace.provider))
        people = People(connection, issuer, seals, home / "counterfoil.log")
        run_id = people.sent(3)
        is_workday = datetime.now(UTC).isoweekday() < _SATURDAY
        paid = {"Delft Water Filters": "completed" if is_workday else "processed"}
        people.until(lambda: people.payouts(run_id) == paid)


@pytest.mark.prove
def test_a_first_start_that_was_killed_goes_on_without_doing_anything_twice(
    tmp_path: Path,
) -> None:
    home = tmp_path / "demo"
    port = str(free_port())
    pictures, papers = home / "uploads" / "pictures", home / "uploads"
    for is_time in (
        lambda: len(list(papers.rglob("*"))) > 25,  # while merchants are registered
        lambda: len(list(pictures.rglob("*.webp"))) == 2,  # while vouchers are made and used
        lambda: _files_at_mock_bank(home) == 2,  # while suppliers are paid by files
    ):
        _kill_when(is_time, "demo", "--port", port, "--home", str(home))
        assert not (home / "demo.json").exists()
    with started("demo", "--port", port, "--home", str(home)) as process:
        _paste(_tour(process))
        assert interrupted(process).code == 0
    wait_until_gone(home)
    assert counterfoil("check", home=home).code == 0
    _assert_counted(home)


def _kill_when(is_time: Callable[[], bool], *arguments: str) -> None:
    """Without a chance to tidy up; what it started ends by itself."""
    with started(*arguments) as process:
        while not is_time():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _assert_counted(home: Path) -> None:
    with (
        Place(home, None, Settings.read({})).opened() as workspace,
        connect_as_owner(workspace.url) as connection,
    ):
        found: dict[str, dict[str | int, str | int]] = {
            query: dict(connection.execute(query.encode()).fetchall()) for query in COUNTED
        }
        assert found == COUNTED
        assert connection.execute(ENDED.encode()).fetchone() == (0,)
        assert connection.execute(CLOCK.encode()).fetchone() == (True,)
        assert connection.execute(IN_ORDER.encode()).fetchone() == (0,)
        assert connection.execute(DAYS.encode()).fetchone() == (True,)


def _at_the_bank(home: Path) -> dict[int, int]:
    """What the sandbox provider says of the funding accounts, by their ids."""
    with store.reading_connection(home / "sandbox-fsp.sqlite") as connection:
        found = {
            number: store.account(connection, account)
            for number, account in ((1, "DEMO-FUNDING"), (2, "DEMO-BURSARIES"))
        }
    return {number: account.balance_minor for number, account in found.items() if account}


def _at_mock_bank(home: Path) -> int:
    with closing(sqlite3.connect(home / "mock-bank.db")) as connection:
        ((balance_minor,),) = connection.execute("SELECT balance FROM account WHERE id = 'RELIEF'")
    return int(balance_minor)


def _files_at_mock_bank(home: Path) -> int:
    """How many payment files it has; none while it is not there."""
    try:
        with closing(sqlite3.connect(f"file:{home}/mock-bank.db?mode=ro", uri=True)) as connection:
            ((files,),) = connection.execute("SELECT count(*) FROM file")
    except sqlite3.OperationalError:
        return 0
    return int(files)


def _minor(balances: list[dict[str, Any]], funding_account: int) -> int:
    """What the ledger says is in a funding account; shillings and euros have cents."""
    (found,) = (
        row["balance"]
        for row in balances
        if (row["funding_account"], row["account"]) == (funding_account, "funding")
    )
    return int(found.replace(".", ""))


def _tour(process: Process) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    raise AssertionError(process.communicate())


def _paste(tour: str) -> None:
    pasted = [line for line in tour.splitlines() if "curl " in line]
    assert len(pasted) == 3
    done = subprocess.run(
        ["bash", "-e"],  # noqa: S607  # whichever bash a person has
        input="\n".join(pasted),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    drawn, activated, redeemed = done.stdout.splitlines()
    assert "voucher_serial_number" in drawn
    assert "activated" in activated
    assert "redeemed" in redeemed


def _sign_in_everybody(tour: str) -> None:
    """Each as it is printed: with that password, and a code from the outbox where one is needed."""
    base = re.findall(r"Portal +(\S+)", tour)[0]
    password = re.findall(r"password is: (.+)", tour)[0]
    emails = re.findall(r"^ +(\S+)@demo.example +\w+$", tour, re.MULTILINE)
    assert emails == list(LOGINS)
    for who, seen in LOGINS.items():
        assert seen in _page_of(base, f"{who}@demo.example", password), who


def _page_of(base: str, email: str, password: str) -> str:
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=30) as browser:
        door = browser.get(f"{base}sign-in")
        answer = browser.post(
            door.url, data={"login": email, "password": password} | _token(door.text)
        )
        if 'name="code"' in answer.text:
            outbox = browser.get(f"{base}outbox").text
            code = re.findall(rf"<dt>{email}</dt><dd[^>]*>(\d+)</dd>", outbox)[0]
            answer = browser.post(answer.url, data={"code": code} | _token(answer.text))
        answer.raise_for_status()
        return answer.text


def _token(page: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)[0]}
