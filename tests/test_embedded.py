"""The embedded PostgreSQL, with real processes: who starts it, who stops it, what survives."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from counterfoil.embedded import EmbeddedPostgres, database_url, program
from counterfoil.errors import EmbeddedDatabaseError

AS_ROOT = os.geteuid() == 0
NUMBER = "482915073361842907"

# One user of a home, in a process of its own: says that it is up, stops when its input ends, and
# after Ctrl-C first asks the database once more, as a server that drains does.
USER = """
import signal
import sys
from pathlib import Path
import psycopg
from counterfoil.embedded import EmbeddedPostgres

# Who is started in the background by a shell is told to ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    try:
        print("up", server.pid, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        with psycopg.connect(server.url) as connection:
            print("drained", *connection.execute("SELECT 42").fetchone(), flush=True)
print("stopped", server.pid, flush=True)
"""


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("u") / "home"
    with EmbeddedPostgres(home, durable=False):
        return home


@pytest.fixture
def home(used_home: Path) -> Iterator[Path]:
    """Used before and stopped: to make a new one takes longer than most tests."""
    yield used_home
    if end_all(used_home):
        shutil.rmtree(used_home)


@pytest.fixture
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Not made yet. Its name is short, so that sockets fit."""
    home = tmp_path_factory.mktemp("n") / "home"
    yield home
    end_all(home)
    shutil.rmtree(home.parent)


def end_all(home: Path) -> bool:
    """What a failed test left running."""
    left = postgres_processes(home)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return bool(left)


def postgres_processes(home: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").samefile(home / "postgres" / "data"):
                found.append(int(process.name))
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def wait_until(condition: Callable[[], object], *, seconds_max: float = 10) -> None:
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answer(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def record(url: str, number: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT %s AS number", [number])


@contextmanager
def user_process(home: Path, *prefix: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603  # no shell
        [*prefix, sys.executable, "-W", "error", "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.prove
def test_restart_keeps_data_and_stop_leaves_nothing_running(new_home: Path) -> None:
    with EmbeddedPostgres(new_home) as server:
        first = server.pid
        record(server.url, 7)
        assert answer(server.url, "SELECT current_database()") == "counterfoil"
        assert answer(server.url, "SELECT current_setting('fsync')") == "on"
        assert answer(server.url, "SELECT current_setting('synchronous_commit')") == "on"
        assert answer(server.url, "SELECT current_setting('data_checksums')") == "on"
        assert answer(server.url, "SELECT current_setting('TimeZone')") == "UTC"
    assert server.pid is None
    assert postgres_processes(new_home) == []
    with EmbeddedPostgres(new_home) as server:
        assert server.pid != first
        assert answer(server.url, "SELECT number FROM kept") == 7
    assert names(new_home.parent) == ["home"]
    assert names(new_home) == ["postgres"]
    left = ["data", "log", "password", "starting.lock", "users.lock"]
    assert names(new_home / "postgres") == left


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


def test_the_last_of_several_users_stops_it(home: Path) -> None:
    first, second = EmbeddedPostgres(home, durable=False), EmbeddedPostgres(home, durable=False)
    first.start()
    pid = first.pid
    second.start()
    with user_process(home) as third:
        assert next_line(third) == f"up {pid}"
        first.stop()
        first.stop()
        assert answer(second.url, "SELECT 1") == 1
        second.stop()
        assert second.pid == pid
        third.communicate()
    assert second.pid is None


@pytest.mark.prove
def test_users_that_come_and_go_at_once_never_miss_it(new_home: Path) -> None:
    def come_and_go(_: int) -> object:
        with EmbeddedPostgres(new_home, durable=False) as server:
            return answer(server.url, "SELECT 1")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(come_and_go, range(12))) == [1] * 12
    assert EmbeddedPostgres(new_home).pid is None


@pytest.mark.prove
def test_killed_server_recovers_although_a_backend_outlives_it(home: Path) -> None:
    with EmbeddedPostgres(home) as server, closing(psycopg.connect(server.url)) as orphaned:
        record(server.url, 7)
        # It never waits, so it never notices that its postmaster has died.
        orphaned.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
        busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
        wait_until(lambda: answer(server.url, busy) == 1)
        killed = server.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: server.pid is None)
        assert postgres_processes(home)
        with EmbeddedPostgres(home) as again:
            assert answer(again.url, "SELECT number FROM kept") == 7
            assert again.pid != killed
        server.start()
        assert answer(server.url, "SELECT number FROM kept") == 7
    assert server.pid is None


@pytest.mark.prove
def test_server_of_a_killed_user_is_adopted(home: Path) -> None:
    with user_process(home) as process:
        said = next_line(process)
        record(database_url(home), 7)
        process.kill()
    with EmbeddedPostgres(home) as server:
        assert said == f"up {server.pid}"
        assert answer(server.url, "SELECT number FROM kept") == 7
    assert server.pid is None


@pytest.mark.prove
def test_everything_killed_at_once_recovers(home: Path) -> None:
    with user_process(home) as process:
        next_line(process)
        record(database_url(home), 7)
        killed = [process.pid, *postgres_processes(home)]
        for pid in killed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with EmbeddedPostgres(home, durable=False) as server:
        assert answer(server.url, "SELECT number FROM kept") == 7


def test_ctrl_c_reaches_the_server_only_through_us(home: Path) -> None:
    with user_process(home) as process:
        assert next_line(process).startswith("up")
        os.killpg(process.pid, signal.SIGINT)
        assert next_line(process) == "drained 42"
        assert next_line(process) == "stopped None"
        assert process.wait() == 0


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


def active_of(backend: int) -> str:
    return f"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend} AND state = 'active'"


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


@pytest.mark.prove
def test_what_a_crash_left_is_no_obstacle(new_home: Path) -> None:
    (new_home / "postgres" / "data.new" / "base").mkdir(parents=True)
    with EmbeddedPostgres(new_home, durable=False) as server:
        record(server.url, 7)
        files = ("data/postmaster.pid", ".s.PGSQL.5432.lock")
        texts = [(new_home / "postgres" / name).read_text() for name in files]
    # The machine restarted, and the dead server's number belongs to another program now.
    with subprocess.Popen([shutil.which("sleep") or "sleep", "60"]) as stranger:  # noqa: S603  # no shell
        for name, text in zip(files, texts, strict=True):
            _, newline, rest = text.partition("\n")
            (new_home / "postgres" / name).write_text(f"{stranger.pid}{newline}{rest}")
        with EmbeddedPostgres(new_home, durable=False) as server:
            assert answer(server.url, "SELECT number FROM kept") == 7
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.prove
def test_server_of_another_container_is_never_joined_by_a_second(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as unseen:
        unseen.bind(str(home / "postgres" / ".s.PGSQL.5432"))
        unseen.listen()
        with pytest.raises(EmbeddedDatabaseError, match=r"not visible from here .* --database"):
            EmbeddedPostgres(home).start()
    assert postgres_processes(home) == []
