"""What the database itself must look like, so that it can be sharded, trusted and kept apart."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from psycopg import errors as pg
from psycopg import sql
from tests.busy_life import given_busy_life

import counterfoil
from counterfoil.engine.database import Connection, connect
from counterfoil.keys.provider import LocalKeyProvider

ROOT: Final = Path(counterfoil.__file__).parent
HOT: Final = (
    "voucher",
    "voucher_secret",
    "voucher_comment",
    "provision",
    "operation",
    "payment",
    "posting",
    "account",
    "stock_count",
    "purged_count",
    "due",
    "leaf",
    "log_head",
    "miss",
    "bulk",
    "bulk_refusal",
    "daily_use",
    "figure",
    "allocation_count",
    "redemption",
    "redeemed_where",
)
SMALL: Final = (
    "issuer",
    "issuer_setting",
    "funding_account",
    "programme",
    "programme_step",
    "voucher_group",
    "group_version",
    "acceptor",
    "acceptor_group",
    "client",
    "data_key",
    "purge_cursor",
    "import_file",
    "command",
    "decision",
    "approval_rule",
    "organisation",
    "sale",
    "allocation",
    "allocation_range",
    "handover",
    "handover_part",
    "figure_cursor",
    "figure_range",
    "payout_terms",
    "bank_holiday",
    "redemption_refund",
    "earning",
    "earning_rule",
    "client_agent",
    "earning_cursor",
    "payout_run",
    "payout",
    "payout_line",
    "payout_route",
    "bank_batch",
    "bank_file",
    "bank_file_refused",
    "bank_file_brought",
    "bank_report",
    "bank_start",
    "bank_entry",
    "bank_match",
    "bank_exception",
    "bank_look",
    "deposit_rule",
    "deposit_by_rule",
    "closed_period",
    "closed_balance",
    "value_date",
    "rail",
    "account_answer",
    "account_lookup",
    "number_range",
    "ported_number",
)
APPEND_ONLY: Final = ("operation", "posting", "leaf", "decision")
# What a voucher goes through in its life; an index on any of it would make every step dearer.
CHANGING: Final = {"state", "prior_state", "changed_at", "expires_at", "hold_until"}
# The only keys that are looked up before the issuer is known.
WITHOUT_ISSUER: Final = {"issuer_code_key", "client_key_digest_key"}

_COMMENT: Final = re.compile(rb"--[^\n]*")


@pytest.fixture(scope="module")
def tables(shared_connection: Connection) -> set[str]:
    rows = shared_connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    shared_connection.rollback()
    return {name for (name,) in rows}


def test_every_table_of_the_engine_is_named_here(tables: set[str]) -> None:
    """A new table must say whether it is hot, and then obey."""
    others = (
        tables - {"schema_step"} - {name for name in tables if name.startswith("procrastinate")}
    )
    assert others == set(HOT) | set(SMALL)


def test_every_unique_key_begins_with_the_issuer(shared_connection: Connection) -> None:
    rows = shared_connection.execute(
        "SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, a.attname"
        " FROM pg_index i JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indisunique AND i.indrelid::regclass::text = ANY(%s)",
        ([*HOT, *SMALL],),
    ).fetchall()
    shared_connection.rollback()
    assert len(rows) > len(HOT)
    exceptions = {name for name, _table, column in rows if column != "issuer_id"}
    assert exceptions == WITHOUT_ISSUER
    assert not exceptions & {name for name, table, _column in rows if table in HOT}


def test_every_index_of_a_hot_table_begins_with_the_issuer(shared_connection: Connection) -> None:
    rows = shared_connection.execute(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid::regclass::text = ANY(%s) AND a.attname <> 'issuer_id'",
        (list(HOT),),
    ).fetchall()
    shared_connection.rollback()
    assert rows == []


def test_nothing_that_changes_in_a_voucher_is_indexed(shared_connection: Connection) -> None:
    rows = shared_connection.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])"
        " WHERE i.indrelid = 'voucher'::regclass"
    ).fetchall()
    shared_connection.rollback()
    assert not CHANGING & {name for (name,) in rows}


def test_no_table_of_the_engine_has_a_trigger_or_a_rule(shared_connection: Connection) -> None:
    """Foreign keys of the small tables work by internal triggers; the hot ones have none."""
    triggers = shared_connection.execute(
        "SELECT tgname FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(%s)",
        ([*HOT, *SMALL],),
    ).fetchall()
    rules = shared_connection.execute(
        "SELECT rulename FROM pg_rules WHERE tablename = ANY(%s)", ([*HOT, *SMALL],)
    ).fetchall()
    shared_connection.rollback()
    assert (triggers, rules) == ([], [])


def test_no_number_comes_from_a_sequence(shared_connection: Connection) -> None:
    rows = shared_connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = ANY(%s) AND (is_identity = 'YES' OR column_default LIKE 'nextval%%')",
        ([*HOT, *SMALL],),
    ).fetchall()
    shared_connection.rollback()
    assert rows == []


def _statements() -> list[tuple[str, bytes]]:
    """Of the engine, the keys and the schema; the portal's are its own."""
    return [
        (path.name, _COMMENT.sub(b"", path.read_bytes()))
        for folder in ("engine", "keys", "schema")
        for path in (ROOT / folder).rglob("*.sql")
    ]


def test_the_statements_use_nothing_forbidden() -> None:
    forbidden = re.compile(
        rb"\b(NOTIFY|pg_notify|LISTEN|pg_(try_)?advisory\w*|CREATE\s+(OR\s+REPLACE\s+)?"
        rb"(CONSTRAINT\s+)?TRIGGER|CREATE\s+RULE|LOCK\s+TABLE|SERIALIZABLE)\b",
        re.IGNORECASE,
    )
    assert [name for name, text in _statements() if forbidden.search(text)] == []


def test_every_statement_names_its_issuer_and_says_what_it_locks() -> None:
    """But for those that find or create one, and those that are not about one at all."""
    not_about_one = {
        "check_begin.sql",
        "client_by_key.sql",
        "create_issuer.sql",
        "insert_issuer.sql",
        "issuer_by_code.sql",
        "issuer_codes.sql",
    }
    paths = list((ROOT / "engine").rglob("*.sql"))
    silent = [
        entry.name
        for entry in paths
        if b"-- Caller:" not in entry.read_bytes() or b"-- Locks:" not in entry.read_bytes()
    ]
    assert silent == []
    nameless = {
        entry.name for entry in paths if b"issuer_id" not in _COMMENT.sub(b"", entry.read_bytes())
    }
    assert nameless <= not_about_one


def test_no_statement_is_built_from_strings() -> None:
    """In the data plane SQL is in files, or one literal; never an f-string, a `+` or a format."""
    built = re.compile(
        r"execute\(\s*(f[\"']|[\"'][^\"']*[\"']\s*(%(?!s)|\+|\.format))|\bf[\"']+(SELECT|INSERT|"
        r"UPDATE|DELETE)\b"
    )
    sources = {path.name: path.read_text() for path in (ROOT / "engine").rglob("*.py")}
    assert len(sources) > 10
    assert [name for name, text in sources.items() if built.search(text)] == []


@pytest.fixture(scope="module")
def portal(shared_database: str) -> Iterator[Connection]:
    connection = connect(shared_database, role="portal")
    connection.autocommit = True
    yield connection
    connection.close()


def test_the_journal_cannot_be_rewritten(
    connection: Connection, provider: LocalKeyProvider
) -> None:
    given_busy_life(connection, provider)
    for table in APPEND_ONLY:
        for text in ("UPDATE {} SET issuer_id = 0", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(pg.InsufficientPrivilege):
                connection.execute(sql.SQL(text).format(sql.Identifier(table)))
            connection.rollback()


@pytest.mark.parametrize("table", ["voucher_secret", "voucher_comment", "data_key"])
def test_the_portal_cannot_read_what_is_sealed(portal: Connection, table: str) -> None:
    with pytest.raises(pg.InsufficientPrivilege):
        portal.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))


@pytest.mark.parametrize("table", [*HOT, *SMALL])
def test_the_portal_cannot_write_the_engines_tables(portal: Connection, table: str) -> None:
    name = sql.Identifier(table)
    for text in (
        sql.SQL("UPDATE {} SET issuer_id = 0").format(name),
        sql.SQL("DELETE FROM {}").format(name),
        sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name, name),
        sql.SQL("TRUNCATE {}").format(name),
        sql.SQL("DROP TABLE {}").format(name),
    ):
        with pytest.raises(pg.InsufficientPrivilege):
            portal.execute(text)


@pytest.mark.parametrize("table", ["voucher", "posting", "account", "leaf", "operation"])
def test_the_portal_reads_the_ledger(portal: Connection, table: str) -> None:
    portal.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(table)))
