"""From a deposit to stock by commands alone, in one home; what is wrong is one sentence."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.cli.running import (
    Process,
    counterfoil,
    in_this_process,
    processes_of,
    started,
    wait_until_gone,
)

from counterfoil.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With an issuer, money, a group and 5,000 vouchers."""
    home = tmp_path_factory.mktemp("cli") / "home"
    with EmbeddedPostgres(home, durable=False):  # the commands adopt it, and are quick
        assert counterfoil("migrate", home=home).code == 0
        for arguments in (
            ("issuer", "create", "AID", "--name", "Aid Agency", "--currency", "KES"),
            ("deposit", "AID", "100000.00", "KES", "--reference", "R-1"),
            (
                *("group", "create", "AID", "FOOD", "--name", "Food", "--currency", "KES"),
                *("--denominations", "10.00,25.00", "--valid-for", "90d", "--hold", "30m"),
                *("--accepts", "acceptor:Asha Stores,Bima Shop", "--digits", "16"),
                *("--restock-level", "100", "--unused-value", "breakage"),
                *("--programme", "PROGRAMME-1"),
            ),
            ("provision", "AID", "FOOD", "--amount", "10.00", "--count", "5000"),
        ):
            said = in_this_process(*arguments, home=home)
            assert (said.code, said.err) == (0, ""), said
        yield home


def test_money_is_where_it_belongs(home: Path) -> None:
    rows = in_this_process("balances", "AID", "--json", home=home).json
    assert {(row["account"], row["owner"]): row["balance"] for row in rows} == {
        ("funding", None): "100000.00",
        ("available", None): "50000.00",
        ("earmarked", "1"): "0.00",
        ("reserved", "FOOD"): "50000.00",
    }
    assert counterfoil("check", home=home).code == 0


def test_a_group_is_what_was_asked(home: Path) -> None:
    food, general = in_this_process("group", "list", "AID", "--json", home=home).json
    assert food == {
        "code": "FOOD",
        "version": 1,
        "status": "open",
        "currency": "KES",
        "denominations": ["10.00", "25.00"],
        "valid": "90d",
        "hold_seconds": 1800,
        "settlement": "deferred",
        "accepts": "acceptors: Asha Stores, Bima Shop",
        "number_digits": 16,
        "restock_level": 100,
        "unused_value": "breakage",
    }
    assert general["code"] == "GENERAL-PURPOSE"


def test_the_same_deposit_counts_once(home: Path) -> None:
    again = in_this_process("deposit", "AID", "100000", "KES", "--reference", "R-1", home=home)
    assert (again.code, "recorded already" in again.out) == (0, True)
    other = in_this_process("deposit", "AID", "1.00", "KES", "--reference", "R-1", home=home)
    assert (other.code, other.err) == (
        1,
        "counterfoil: The reference R-1 stands for another amount.\n",
    )


def test_a_key_is_shown_once_and_can_be_revoked(home: Path) -> None:
    arguments = ("client", "create", "TILL", "--issuer", "AID", "--scopes", "redeem,status")
    limit = ("--unattended-max", "5000")
    created = in_this_process(*arguments, *limit, "--json", home=home).json
    assert created["key"].startswith("cf_")
    assert created["scopes"] == ["redeem", "status"]
    assert (created["has_key"], created["unattended_minor_max"]) == (True, 5000)
    listed = in_this_process("client", "list", "--issuer", "AID", home=home)
    assert created["key"] not in listed.out
    revoked = in_this_process("client", "revoke", "TILL", "--issuer", "AID", "--json", home=home)
    assert revoked.json["status"] == "revoked"


def test_a_voucher_is_shown_without_its_number(home: Path) -> None:
    shown = counterfoil(
        "voucher", "show", "1000000000000007", "--issuer", "AID", "--json", home=home
    ).json
    assert shown["state"] == "stocked"
    assert shown["amount"] == "10.00"
    assert "number" not in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("balances", "NOBODY"), "There is no issuer NOBODY."),
        (("deposit", "AID", "1e3", "KES", "--reference", "x"), "'1e3' is not an amount"),
        (("deposit", "AID", "0.00", "KES", "--reference", "x"), "An amount above zero is needed."),
        (("deposit", "AID", "1.00", "EUR", "--reference", "x"), "no funding account in EUR."),
        (("withdraw", "AID", "60000.00", "KES", "--reference", "x"), "more than is available."),
        (("provision", "AID", "FOOD", "--amount", "11.00", "--count", "1"), "not a denomination"),
        (("provision", "AID", "RENT", "--amount", "11.00", "--count", "1"), "no group RENT."),
        (("provision", "AID", "FOOD", "--amount", "10.00", "--count", "5001"), "than is available"),
        (("client", "create", "X", "--issuer", "AID", "--scopes", "fly"), "There is no scope fly"),
        (("voucher", "show", "12", "--issuer", "AID"), "AID has no voucher 12."),
        (("issuer", "create", "AID", "--name", "A", "--currency", "KES"), "an issuer AID already."),
        (("issuer", "create", "B", "--name", "B", "--currency", "XXX"), "not a currency in use"),
    ],
)
def test_a_refusal_is_one_sentence(home: Path, arguments: tuple[str, ...], sentence: str) -> None:
    said = in_this_process(*arguments, home=home)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("counterfoil: ")
    assert sentence in said.err
    assert said.err.count("\n") == 1


_GROUP = ("group", "create", "AID", "X", "--name", "X", "--currency", "KES", "--denominations")


@pytest.mark.parametrize(
    "arguments",
    [
        (*_GROUP, "any", "--valid-for", "90"),
        (*_GROUP, "any", "--valid-for", "36h"),
        (*_GROUP, "any", "--valid-for", "1.5d"),
        (*_GROUP, "any", "--valid-until", "31.12.2027"),
        (*_GROUP, "any", "--valid-until", "2027-12-31T10:00"),
        (*_GROUP, "any"),
        (*_GROUP, "any", "--valid-for", "1d", "--valid-until", "2027-12-31"),
        (*_GROUP, "5.00", "--valid-for", "1d", "--max", "10.00"),
        (*_GROUP, "any", "--valid-for", "1d", "--hold", "0h"),
        (*_GROUP, "any", "--valid-for", "1d", "--digits", "19"),
        (*_GROUP, "any", "--valid-for", "1d", "--accepts", "acceptor:"),
        ("provision", "AID", "FOOD", "--amount", "10.00", "--count", "-1"),
        ("no-such-command",),
    ],
)
def test_what_is_not_understood_exits_with_2(home: Path, arguments: tuple[str, ...]) -> None:
    said = in_this_process(*arguments, home=home)
    assert (said.code, said.out) == (2, "")
    assert "Error: " in said.err


@pytest.mark.parametrize(
    ("settings", "arguments", "sentence"),
    [
        ({"COUNTERFOIL_QUEUE_MAX": "many"}, (), "COUNTERFOIL_QUEUE_MAX is 'many'"),
        ({"COUNTERFOIL_QUEU_MAX": "1"}, (), "COUNTERFOIL_QUEU_MAX is not a setting"),
        ({"COUNTERFOIL_TRANSIT_URL": "https://kms"}, (), "needs COUNTERFOIL_TRANSIT_TOKEN_FILE"),
        ({"COUNTERFOIL_KEY_FILE": "/nowhere/keys.json"}, (), "/nowhere/keys.json cannot be read"),
        ({}, ("--database", "postgresql://u:p@127.0.0.1:9/x"), "COUNTERFOIL_KEY_FILE"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    tmp_path: Path, settings: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    place = arguments or ("--home", str(tmp_path / "home"))
    said = counterfoil("issuer", "list", *place, settings=settings)
    assert said.code == 1
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "home" / "postgres").exists()


@pytest.mark.prove
def test_a_database_by_its_url(home: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(home) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE by_url")
        url = server.url.replace("/counterfoil?", "/by_url?")
        key_file = tmp_path / "keys.json"
        assert counterfoil("keys", "create", str(key_file)).code == 0
        settings = {"COUNTERFOIL_DATABASE": url, "COUNTERFOIL_KEY_FILE": str(key_file)}
        create = ("issuer", "create", "URL", "--name", "By URL", "--currency", "EUR")
        assert counterfoil(*create, settings=settings).code == 0
        (listed,) = counterfoil("issuer", "list", "--json", settings=settings).json
        assert (listed["code"], listed["currencies"]) == ("URL", ["EUR"])
    assert list(tmp_path.iterdir()) == [key_file]


@pytest.mark.prove
def test_help_is_there_for_every_command() -> None:
    names = [
        line.split()[0]
        for line in counterfoil("--help").out.partition("Commands:")[2].splitlines()
        if line.strip()
    ]
    assert len(names) > 15
    for name in names:
        said = in_this_process(name, "--help")
        assert (said.code, said.err) == (0, ""), name


@pytest.mark.prove
def test_a_killed_provision_is_finished_by_the_same_command(home: Path) -> None:
    """Killed for good in the middle; the same words finish it, and once more begin another."""
    provision = ("provision", "KILL", "X", "--amount", "25.00", "--count", "30000")
    for arguments in (
        ("issuer", "create", "KILL", "--name", "Killed", "--currency", "KES"),
        ("deposit", "KILL", "2000000.00", "KES", "--reference", "for two of them"),
        (*("group", "create", "KILL"), *_GROUP[3:], "25.00", "--valid-for", "1d"),
    ):
        assert in_this_process(*arguments, home=home).code == 0
    with started(*provision, "--home", str(home)) as process, EmbeddedPostgres(home) as server:
        with psycopg.connect(server.url, autocommit=True) as watcher:
            _wait_for_chunk(watcher, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    again = counterfoil(*provision, "--json", home=home)
    assert "Going on with provision 1" in again.err
    assert (again.json["provision"], again.json["vouchers"]) == (1, 30_000)
    once_more = counterfoil(*provision, "--json", home=home)
    assert (once_more.json["provision"], once_more.err) == (2, "")
    assert counterfoil("check", home=home).code == 0


def _wait_for_chunk(watcher: psycopg.Connection, process: Process) -> None:
    deadline = time.monotonic() + 30
    begun = "SELECT next_created - serial_first FROM provision WHERE amount_minor = 2500"
    while (row := watcher.execute(begun).fetchone()) is None or not row[0]:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.prove
def test_a_command_alone_starts_and_stops_its_own_postgres(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert counterfoil("issuer", "list", home=home).code == 0
    wait_until_gone(home)
    assert processes_of(home) == []
    assert {path.name for path in tmp_path.iterdir()} == {"home"}
