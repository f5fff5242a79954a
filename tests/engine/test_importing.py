"""Vouchers and acceptors of another system, taken in whole or not at all."""

from itertools import count
from pathlib import Path

import pytest
from tests.given import (
    SYSTEM,
    ask,
    balances,
    change,
    given_group,
    given_issuer,
    given_stock,
    preactivate,
    redemption,
    state_of,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import Connection
from counterfoil.engine.due import sweep_due
from counterfoil.engine.importing_acceptors import import_acceptors
from counterfoil.engine.importing_vouchers import import_vouchers
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Activate, Outcome, Redeem
from counterfoil.errors import BadRowsError, ConflictError, NotFoundError
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.voucher import Action, State

HEADER = "serial,number,group,amount,currency,state,expires_at"
ONE_EACH = """\
1,90000001,FOOD-AID,10.00,KES,stocked,
2,90000002,FOOD-AID,10.00,KES,stocked,2030-01-01
3,90000003,FOOD-AID,10.00,KES,preactivated,2090-01-01
4,90000004,FOOD-AID,10.00,KES,active,2090-01-01T12:00:00+03:00
5,90000005,FOOD-AID,10.00,KES,suspended,2090-01-01
6,90000006,FOOD-AID,10.00,KES,blocked,
7,90000007,FOOD-AID,10.00,KES,redeemed,2020-01-01
8,90000008,FOOD-AID,10.00,KES,cancelled,
9,90000009,FOOD-AID,10.00,KES,expired,2020-01-01
10,4711,FOOD-AID,10.00,KES,active,2090-01-01
11,1234567890123456789012345,FOOD-AID,10.00,KES,active,2090-01-01"""


_codes = count(1)


@pytest.fixture
def connection(shared_connection: Connection) -> Connection:
    return shared_connection


@pytest.fixture
def issuer(connection: Connection, provider: LocalKeyProvider) -> Issuer:
    """One of its own for each test, in a database for all."""
    code = f"IMPORT-{next(_codes)}"
    issuer = given_issuer(connection, provider, code=code, funds="1000.00")
    given_group(connection, issuer)
    return issuer


def given_file(folder: Path, rows: str, header: str = HEADER, name: str = "vouchers.csv") -> Path:
    path = folder / name
    path.write_text(f"{header}\n{rows}\n", encoding="utf-8")
    return path


def redeem(
    connection: Connection, issuer: Issuer, number: str, serial: int | None = None
) -> Outcome:
    base = redemption(number)
    (answer,) = ask(
        connection,
        issuer,
        Redeem(
            caller=SYSTEM,
            number=number,
            serial=serial,
            acceptor_name=base.acceptor_name,
            acceptor_account=base.acceptor_account,
        ),
    )
    return answer.outcome


def test_every_state_is_taken_in(connection: Connection, issuer: Issuer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    result = import_vouchers(
        connection,
        issuer,
        SYSTEM,
        given_file(tmp_path, ONE_EACH),
        progress=lambda done, total: told.append((done, total)),
    )
    assert (result.imported, result.bad, result.bad_file) == (11, (), None)
    assert told[-1] == (11, 11)
    assert balances(connection, issuer) == {
        "funding:0": -100_000,
        "available:0": 92_000,
        "reserved:2": 8000,
    }
    assert [state_of(connection, issuer, serial).word for serial in range(1, 12)] == [
        "stocked", "stocked", "preactivated", "active", "suspended", "blocked", "redeemed",
        "cancelled", "expired", "active", "active",
    ]  # fmt: skip
    assert check(connection, issuer.issuer_id) == []
    assert issuer.catalogue.settings.imported_lengths == {4, 8, 25}


def test_imported_vouchers_live_on(connection: Connection, issuer: Issuer, tmp_path: Path) -> None:
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, ONE_EACH))
    assert redeem(connection, issuer, "90000004") is Outcome.DONE
    assert redeem(connection, issuer, "90000007") is Outcome.ALREADY_REDEEMED
    assert redeem(connection, issuer, "90000009") is Outcome.EXPIRED
    assert redeem(connection, issuer, "90000005") is Outcome.SUSPENDED
    ask(connection, issuer, change(Action.UNSUSPEND, 5), change(Action.UNBLOCK, 6))
    assert redeem(connection, issuer, "90000005") is Outcome.DONE
    (activated,) = ask(connection, issuer, Activate(caller=SYSTEM, serial=3))
    assert activated.outcome is Outcome.DONE
    drawn = [preactivate(connection, issuer) for _ in range(2)]
    assert [answer.serial for answer in drawn] == [1, 2]
    assert [answer.number for answer in drawn] == ["90000001", "90000002"]
    ask(connection, issuer, change(Action.CANCEL, 8), change(Action.PURGE, 7))
    assert check(connection, issuer.issuer_id) == []


def test_a_short_number_counts_only_with_its_serial(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    rows = "21,4711,FOOD-AID,10.00,KES,active,\n22,4711,FOOD-AID,10.00,KES,active,"
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, rows))
    assert redeem(connection, issuer, "4711") is Outcome.NUMBER_UNKNOWN
    assert redeem(connection, issuer, "4711", serial=23) is Outcome.NUMBER_UNKNOWN
    assert redeem(connection, issuer, "4711", serial=22) is Outcome.DONE
    assert state_of(connection, issuer, 21) is State.ACTIVE


def test_the_secret_column_says_how_a_number_counts(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    rows = (
        "31,123456789,FOOD-AID,10.00,KES,active,,with_serial\n"
        "32,5555,FOOD-AID,10.00,KES,active,,bearer"
    )
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, rows, f"{HEADER},secret"))
    assert redeem(connection, issuer, "123456789") is Outcome.NUMBER_UNKNOWN
    assert redeem(connection, issuer, "123456789", serial=31) is Outcome.DONE
    assert redeem(connection, issuer, "5555") is Outcome.DONE


def test_expired_and_held_ones_are_swept(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    rows = (
        "41,41414141,FOOD-AID,10.00,KES,active,2020-01-01\n"
        "42,42424242,FOOD-AID,10.00,KES,suspended,2020-01-01T00:00:00Z"
    )
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, rows))
    assert sweep_due(connection, issuer) == 2
    assert state_of(connection, issuer, 42) is State.EXPIRED
    assert check(connection, issuer.issuer_id) == []


def test_funds_that_do_not_suffice_refuse_the_whole_file(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    rows = "\n".join(f"{s},{80000000 + s},FOOD-AID,10.00,KES,active," for s in range(1, 102))
    path = given_file(tmp_path, rows)
    with pytest.raises(ConflictError, match=r"1010\.00 KES is more than is available"):
        import_vouchers(connection, issuer, SYSTEM, path)
    assert balances(connection, issuer) == {"funding:0": -100_000, "available:0": 100_000}
    assert _vouchers(connection, issuer) == 0
    assert check(connection, issuer.issuer_id) == []


def test_bad_rows_import_nothing_and_are_all_named(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    path = given_file(tmp_path, BAD_ROWS, f"{HEADER},secret")
    given_stock(connection, issuer, 1)
    with pytest.raises(BadRowsError, match=r"vouchers\.csv has 15 bad rows; nothing") as refused:
        import_vouchers(connection, issuer, SYSTEM, path)
    assert [(error.row, error.column) for error in refused.value.rows] == [
        (3, "serial"), (4, "number"), (5, "group"), (6, "amount"), (7, "currency"), (8, "state"),
        (9, "expires_at"), (10, "expires_at"), (11, "secret"), (12, "serial"), (13, "number"),
        (14, "amount"), (15, "state"), (16, "serial"), (16, "number"), (16, "state"),
        (17, "serial"),
    ]  # fmt: skip
    assert not any("7777" in str(error) for error in refused.value.rows)
    assert _vouchers(connection, issuer) == 1
    assert not path.with_suffix(".bad.csv").exists()


BAD_ROWS = """\
1,77770001,FOOD-AID,10.00,KES,active,,
x2,77770002,FOOD-AID,10.00,KES,active,,
3,7777000a,FOOD-AID,10.00,KES,active,,
4,77770004,NO-SUCH,10.00,KES,active,,
5,77770005,FOOD-AID,11.00,KES,active,,
6,77770006,FOOD-AID,10.00,EUR,active,,
7,77770007,FOOD-AID,10.00,KES,redeeming,,
8,77770008,FOOD-AID,10.00,KES,active,2030-02-30,
9,77770009,FOOD-AID,10.00,KES,active,2030-01-01T00:00:00,
10,77770010,FOOD-AID,10.00,KES,active,,maybe
1,77770011,FOOD-AID,10.00,KES,active,,
12,77770001,FOOD-AID,10.00,KES,active,,
13,77770013,FOOD-AID,1e1,KES,active,,
14,77770014,GENERAL-PURPOSE,10.00,KES,stocked,,
0,777,FOOD-AID,10.00,KES,,,
1000000000000001,77770016,FOOD-AID,10.00,KES,active,,"""


def test_skipping_writes_the_bad_rows_beside(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    given_stock(connection, issuer, 1)
    path = given_file(tmp_path, BAD_ROWS, f"{HEADER},secret")
    result = import_vouchers(connection, issuer, SYSTEM, path, skip_bad=True)
    assert (result.imported, len(result.bad)) == (1, 17)
    assert result.bad_file == tmp_path / "vouchers.bad.csv"
    assert result.bad_file.stat().st_mode & 0o777 == 0o600
    lines = result.bad_file.read_text().splitlines()
    assert len(lines) == 16
    assert lines[0] == f"{HEADER},secret,reason"
    assert lines[1] == (
        "x2,77770002,FOOD-AID,10.00,KES,active,,,serial: a serial has 1 to 18 digits and is not 0."
    )
    assert check(connection, issuer.issuer_id) == []


def test_the_same_file_twice_is_noticed(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    path = given_file(tmp_path, ONE_EACH)
    import_vouchers(connection, issuer, SYSTEM, path)
    copy = given_file(tmp_path, ONE_EACH, name="again.csv")
    with pytest.raises(ConflictError, match=r"again\.csv was imported already, on .* \(11 rows\)"):
        import_vouchers(connection, issuer, SYSTEM, copy)
    other = given_file(tmp_path, ONE_EACH + "\n12,90000012,FOOD-AID,10.00,KES,active,")
    with pytest.raises(BadRowsError) as refused:
        import_vouchers(connection, issuer, SYSTEM, other)
    assert len({error.row for error in refused.value.rows}) == 11
    assert _vouchers(connection, issuer) == 11


def test_the_issuers_own_serials_step_aside(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    far = 1_000_000_000_000_501
    rows = (
        f"{far},77770001,FOOD-AID,10.00,KES,stocked,\n"
        "9100000000000000,77770002,FOOD-AID,10.00,KES,active,"
    )
    given_stock(connection, issuer, 3)
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, rows))
    given_stock(connection, issuer, 1)
    (row,) = connection.execute(
        "SELECT max(serial_first) FROM provision WHERE issuer_id = %s AND kind = 'stock'",
        (issuer.issuer_id,),
    )
    assert row == (far + 1,)
    assert [preactivate(connection, issuer).serial for _ in range(5)] == [
        far - 500, far - 499, far - 498, far, far + 1,
    ]  # fmt: skip
    assert check(connection, issuer.issuer_id) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "has no column serial"),
        (b"serial,number\n1,2\n", "has no column group"),
        (HEADER.encode() + b",colour\n", "has a column too many"),
        (HEADER.encode() + b"\n\xff\xfe\n", "is not UTF-8 after row 1"),
        (HEADER.encode() + b'\n1,"2\n', "cannot be read after row 1"),
        (HEADER.encode() + b"\n" + b"9" * 20_000 + b"\n", "cannot be read after row 1"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(
    connection: Connection, issuer: Issuer, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "vouchers.csv"
    path.write_bytes(content)
    with pytest.raises(ConflictError, match=sentence):
        import_vouchers(connection, issuer, SYSTEM, path)
    with pytest.raises(NotFoundError, match="No such file"):
        import_vouchers(connection, issuer, SYSTEM, tmp_path / "missing.csv")


def test_nul_bytes_are_a_bad_row(connection: Connection, issuer: Issuer, tmp_path: Path) -> None:
    path = given_file(tmp_path, "1,9000\x000001,FOOD-AID,10.00,KES,acti\x00ve,")
    with pytest.raises(BadRowsError) as refused:
        import_vouchers(connection, issuer, SYSTEM, path)
    assert [error.column for error in refused.value.rows] == ["number", "state"]


def test_a_spreadsheets_file_is_read(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    path = tmp_path / "vouchers.csv"
    text = f'{HEADER}\r\n"1","90000001","FOOD-AID","10.00","KES","Active",""\r\n,,,,,,\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert import_vouchers(connection, issuer, SYSTEM, path).imported == 1


def test_no_number_is_kept_in_the_clear(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, ONE_EACH))
    for table in ("operation", "voucher", "voucher_secret", "leaf", "provision", "import_file"):
        rows = connection.execute(
            f"SELECT t::text FROM {table} t WHERE issuer_id = %s", (issuer.issuer_id,)
        ).fetchall()
        assert rows
        assert not any(f"9000000{digit}" in row[0] for row in rows for digit in range(1, 10))


def test_a_replaced_one_gets_a_number_of_ours(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    import_vouchers(connection, issuer, SYSTEM, given_file(tmp_path, ONE_EACH))
    (answer,) = ask(connection, issuer, change(Action.REPLACE, 11))
    assert answer.outcome is Outcome.DONE
    assert redeem(connection, issuer, answer.number or "") is Outcome.DONE
    assert redeem(connection, issuer, "1234567890123456789012345") is Outcome.ALREADY_CANCELLED
    assert check(connection, issuer.issuer_id) == []


ACCEPTOR_HEADER = "name,kind,account,fsp,groups,status"


def test_acceptors_are_taken_in(connection: Connection, issuer: Issuer, tmp_path: Path) -> None:
    rows = "Mama Mboga,merchant,ACC-7,sandbox,FOOD; HARDWARE,approved\nKiosk,agent,8,bank,,draft"
    path = given_file(tmp_path, rows, ACCEPTOR_HEADER)
    result = import_acceptors(connection, issuer, SYSTEM, path)
    assert (result.imported, result.bad) == (2, ())
    shop = issuer.catalogue.acceptors["Mama Mboga", "ACC-7"]
    assert (shop.kind, shop.status, shop.groups) == (
        "merchant",
        "approved",
        frozenset({"FOOD", "HARDWARE"}),
    )
    with pytest.raises(ConflictError, match="was imported already"):
        import_acceptors(connection, issuer, SYSTEM, path)
    assert check(connection, issuer.issuer_id) == []


def test_bad_acceptors_are_named_or_skipped(
    connection: Connection, issuer: Issuer, tmp_path: Path
) -> None:
    rows = (
        "Mama Mboga,merchant,ACC-7,sandbox,FOOD|SHOES,approved\n"
        ",shop,,,FOOD!,open\n"
        "Mama Mboga,merchant,ACC-7,sandbox,,approved\n"
        "Asha Stores,merchant,ACC-1,sandbox,,approved"
    )
    path = given_file(tmp_path, rows, ACCEPTOR_HEADER)
    with pytest.raises(BadRowsError, match="has 3 bad rows") as refused:
        import_acceptors(connection, issuer, SYSTEM, path)
    assert [(error.row, error.column) for error in refused.value.rows] == [
        (3, "name"), (3, "account"), (3, "fsp"), (3, "kind"), (3, "status"), (3, "groups"),
        (4, "name"), (5, "name"),
    ]  # fmt: skip
    assert len(issuer.catalogue.acceptors) == 1
    result = import_acceptors(connection, issuer, SYSTEM, path, skip_bad=True)
    assert result.imported == 1
    assert len(issuer.catalogue.acceptors) == 2


def _vouchers(connection: Connection, issuer: Issuer) -> int:
    row = connection.execute(
        "SELECT count(*) FROM voucher WHERE issuer_id = %s", (issuer.issuer_id,)
    ).fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])
