"""What the embedded PostgreSQL lets in, keeps to itself and says of trouble, in whatever home."""

import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.embedded.homes import USER, answer, names, next_line, user_process, wait_until

from counterfoil.embedded import EmbeddedPostgres, database_url, program
from counterfoil.errors import EmbeddedDatabaseError

AS_ROOT = os.geteuid() == 0
NUMBER = "482915073361842907"


def test_only_its_owner_gets_in_and_only_with_the_password(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False) as server:
        password = (home / "postgres" / "password").read_text()
        assert len(password) == 64
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url.replace(password, "0" * 64))
        assert answer(server.url, "SELECT current_setting('listen_addresses')") == ""
        modes = {path.name: path.stat().st_mode for path in (home / "postgres").iterdir()}
        assert {name for name, mode in modes.items() if stat.S_IMODE(mode) & 0o077} == set()
        assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
        rules = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
        assert answer(server.url, rules) == "scram-sha-256"


def test_secrets_of_our_environment_stay_with_us(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_KEY_FILE", "a secret")
    with EmbeddedPostgres(home, durable=False) as server:
        environment = Path("/proc", str(server.pid), "environ").read_text().split("\0")
        assert not any(line.startswith("COUNTERFOIL") for line in environment)


def test_settings_can_be_overridden(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False, settings={"max_connections": "17"}) as server:
        assert answer(server.url, "SELECT current_setting('max_connections')") == "17"
        assert answer(server.url, "SELECT current_setting('fsync')") == "off"


def test_url_of_another_database_and_the_programs_reach_the_server(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute('DROP DATABASE IF EXISTS "an/other"')
            connection.execute('CREATE DATABASE "an/other" TEMPLATE template0')
        url = database_url(home, database="an/other")
        command = [str(program("psql")), "-XAtc", "SELECT current_database()", url]
        said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # no shell
        assert said.stdout == "an/other\n"
    with pytest.raises(EmbeddedDatabaseError, match=r"No embedded PostgreSQL is running in .*home"):
        database_url(home)


@pytest.mark.prove
@pytest.mark.parametrize(
    ("name", "host"), [("l" * 120, "127.0.0.1"), ("a,b", "127.0.0.1"), ("a b'c%20$\\é ", "")]
)
def test_any_home_works_and_nothing_is_left_outside(
    new_home: Path, name: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = new_home / "temporary"
    elsewhere.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    monkeypatch.chdir(elsewhere)
    with EmbeddedPostgres(new_home / name, durable=False) as server:
        assert answer(server.url, "SELECT 1") == 1
        assert answer(server.url, "SELECT current_setting('listen_addresses')") == host
        assert ("@127.0.0.1:" in server.url) is bool(host)
        password = (new_home / name / "postgres" / "password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url.replace(password, "0" * 64))
        assert names(new_home) == sorted([name, "temporary"])
    assert names(elsewhere) == []


@pytest.mark.skipif(not AS_ROOT, reason="only root needs it")
def test_root_without_unshare_is_told_the_way_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(EmbeddedDatabaseError, match=r"as root .* ordinary user.* --database\.$"):
        EmbeddedPostgres(home).start()
    monkeypatch.undo()
    with EmbeddedPostgres(home, durable=False) as server:
        assert answer(server.url, "SELECT 1") == 1


@pytest.mark.prove
@pytest.mark.skipif(not AS_ROOT, reason="the other tests run as an ordinary user already")
def test_it_runs_as_an_ordinary_user_and_root_leaves_that_home_alone() -> None:
    as_nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    command = [*as_nobody, sys.executable, "-c", USER]
    able = subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # no shell
    if b"IndexError" not in able.stderr:
        pytest.skip("an ordinary user cannot run this Python")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        home = Path(folder, "home")
        with user_process(home, *as_nobody) as process:
            said = next_line(process)
            assert said == f"up {EmbeddedPostgres(home).pid}"
            assert Path("/proc", said.split()[1]).stat().st_uid == 65534
            with pytest.raises(EmbeddedDatabaseError, match="belongs to user 65534: run as that"):
                EmbeddedPostgres(home).start()
            process.communicate()
        assert EmbeddedPostgres(home).pid is None


def test_voucher_numbers_never_reach_the_log(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TEMPORARY TABLE secret (number text PRIMARY KEY, own int)")
            connection.execute("INSERT INTO secret VALUES (%s)", [NUMBER])
            for refused in (
                "INSERT INTO secret VALUES (%s)",
                "INSERT INTO secret (own) VALUES (%s)",
                "SELECT (%s::text || 'x')::int",
                "DO $$ BEGIN RAISE EXCEPTION 'number %s'; END $$",
            ):
                with pytest.raises(psycopg.Error), connection.cursor() as cursor:
                    cursor.execute(refused.encode(), [NUMBER] if "$$" not in refused else None)
        with closing(psycopg.connect(server.url)) as crashed:
            backend = crashed.info.backend_pid
            crashed.pgconn.send_query(f"SELECT pg_sleep(60), '{NUMBER}'".encode())
            wait_until(lambda: answer(server.url, active_of(backend)) == 1)
            os.kill(backend, signal.SIGKILL)
        log = home / "postgres" / "log"
        wait_until(lambda: "was terminated by signal 9" in log.read_text())
        server.start()
        assert answer(server.url, "SELECT 1") == 1
    assert NUMBER not in log.read_text()


def test_data_of_another_major_version_is_refused(new_home: Path) -> None:
    (new_home / "postgres" / "data").mkdir(parents=True)
    (new_home / "postgres" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedDatabaseError, match="by PostgreSQL 17 and this is PostgreSQL 18"):
        EmbeddedPostgres(new_home).start()


def test_trouble_is_told_by_the_last_telling_line_of_the_log(home: Path) -> None:
    log = re.escape(str(home / "postgres" / "log"))
    with pytest.raises(EmbeddedDatabaseError, match=rf"{log}.* FATAL: .*\"max_connections\""):
        EmbeddedPostgres(home, durable=False, settings={"max_connections": "x"}).start()
    with EmbeddedPostgres(home, durable=False) as server:
        assert answer(server.url, "SELECT 1") == 1


def test_home_that_cannot_be_a_folder_is_told(new_home: Path) -> None:
    new_home.write_text("a file")
    with pytest.raises(EmbeddedDatabaseError, match=r"cannot use .*home/postgres: Not a directory"):
        EmbeddedPostgres(new_home).start()


def active_of(backend: int) -> str:
    return f"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend} AND state = 'active'"
