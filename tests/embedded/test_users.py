"""The embedded PostgreSQL, with real processes: who starts it, who stops it, what survives."""

import os
import shutil
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Timer

import psycopg
import pytest
from tests.embedded.homes import (
    answer,
    names,
    next_line,
    postgres_processes,
    record,
    user_process,
    wait_until,
)

from counterfoil.embedded import EmbeddedPostgres, database_url
from counterfoil.errors import EmbeddedDatabaseError


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
    (home / "postgres" / ".s.PGSQL.5432").unlink()
    assert postgres_processes(home) == []


@pytest.mark.prove
def test_server_that_is_just_dying_is_waited_for(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dying:
        dying.bind(str(home / "postgres" / ".s.PGSQL.5432"))
        dying.listen()
        Timer(1.0, dying.close).start()
        with EmbeddedPostgres(home, durable=False) as server:
            assert answer(server.url, "SELECT 1") == 1
            assert dying.fileno() == -1
