"""Whose an identifier is: asked of one source after the other, kept with its day, told to those who
may know, and never written down.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.api.conftest import Server, given_key, running_server
from tests.gateway.payment_hub.stub import TENANT, TOKEN, HubStub, served
from tests.given import SYSTEM, given_issuer

from counterfoil.engine.accounts.directory import forget_lookups, import_directory
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.errors import BadRowsError, NotFoundError
from counterfoil.gateway.payment_hub.rail import Hub, PaymentHubGateway
from counterfoil.gateway.rails import Rail, Rails
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.sandbox_fsp.process import BankProcess

SECRET = "a-shared-secret"
PHONE = "+254712345678"
BLOCKED_CODE = "PLAIN"


@dataclass(frozen=True)
class Scene:
    server: Server
    hub: HubStub
    teller: httpx.Client


@pytest.fixture(scope="module")
def scene(
    api_database: str, provider: LocalKeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder, hub = tmp_path_factory.mktemp("lookup_bank"), HubStub()
    (folder / "secret").write_text(SECRET)
    with (
        served(hub) as address,
        BankProcess(folder / "bank.sqlite", folder / "secret") as bank,
        httpx.Client(
            base_url=bank.base_url,
            headers={"Authorization": f"Bearer {SECRET}"},
            trust_env=False,
        ) as teller,
    ):
        settings = Hub(
            channel_url=address,
            operations_url=address,
            mapper_url=address,
            tenant=TENANT,
            registering_institution="counterfoil",
            refuses_repeats=True,
        )
        sandbox = SandboxGateway(bank.base_url, secret=SECRET)
        mapper = PaymentHubGateway(settings, secret=TOKEN)
        rails = Rails(
            every=(
                Rail(name="hub", online=mapper, looks_up=True),
                Rail(name="sandbox", online=sandbox, looks_up=True),
            ),
            sources=((BLOCKED_CODE, ("portability",)),),
        )
        with running_server(api_database, provider, rails=rails) as server:
            yield Scene(server, hub, teller)
        sandbox.close()
        mapper.close()


@pytest.fixture
def own(books: Connection, provider: LocalKeyProvider) -> Issuer:
    return given_issuer(books, provider, f"L{secrets.token_hex(4).upper()}")


@pytest.fixture
def caller(scene: Scene, books: Connection, own: Issuer) -> Iterator[httpx.Client]:
    key = given_key(books, own, "Payments desk", frozenset({"lookup"}))
    with scene.server.client(key) as client:
        yield client


def look_up(caller: httpx.Client, identifier: str) -> httpx.Response:
    return caller.get("/api/v1/account-lookup", headers={"X-Account-Identifier": identifier})


def given_directory(connection: Connection, issuer: Issuer, folder: Path, *rows: str) -> None:
    path = folder / "numbers.csv"
    path.write_text("\n".join(["prefix,number,fsp", *rows, ""]))
    import_directory(connection, issuer, SYSTEM, path)


def given_identifier(scene: Scene, identifier: str, account: str) -> None:
    body = {"currency": "KES", "name": "Asha", "kind": "merchant", "identifier": identifier}
    assert scene.teller.put(f"/accounts/{account}", json=body).is_success


def test_the_first_source_that_knows_answers(scene: Scene, caller: httpx.Client) -> None:
    scene.hub.beneficiaries["+254700000001"] = ("0123456789", "lion")
    answer = look_up(caller, "+254700000001")
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("asked_at")
    assert body == {
        "status": "found",
        "account_masked": "…6789",
        "fsp": "lion",
        "currency": None,
        "source": "hub",
    }


def test_the_next_source_is_asked_where_one_does_not_know(
    scene: Scene, caller: httpx.Client
) -> None:
    given_identifier(scene, "asha@example.org", "ACC-ASHA-1")
    body = look_up(caller, "asha@example.org").json()
    assert (body["source"], body["fsp"], body["currency"]) == ("sandbox", "SANDBOX", "KES")
    assert body["account_masked"] == "…HA-1"


def test_an_answer_is_kept_with_its_day(scene: Scene, caller: httpx.Client) -> None:
    scene.hub.beneficiaries["+254700000002"] = ("0123456789", "lion")
    first = look_up(caller, "+254700000002").json()
    scene.hub.beneficiaries["+254700000002"] = ("9876543210", "gazelle")
    asked = len(scene.hub.seen)
    assert look_up(caller, "+254700000002").json() == first
    assert len(scene.hub.seen) == asked, "nobody was asked"


def test_what_nobody_knows_is_not_found_and_counts_as_a_guess(
    caller: httpx.Client, own: Issuer, books: Connection, scene: Scene
) -> None:
    statuses = [look_up(caller, f"+2547999{number:05}").status_code for number in range(11)]
    assert statuses == [200] * 10 + [429]
    refused = look_up(caller, "+254799900001")
    assert refused.json()["code"] == "too_many_guesses"
    assert int(refused.headers["Retry-After"]) > 0
    with scene.server.client(given_key(books, own, "Another", frozenset({"lookup"}))) as another:
        assert look_up(another, "+254799900001").status_code == 200, "who misses, not others"


def test_a_source_that_is_away_makes_nothing_unknown_for_long(
    scene: Scene, caller: httpx.Client
) -> None:
    scene.hub.token, token = "another", scene.hub.token
    assert look_up(caller, "+254700000003").json()["status"] == "unknown"
    scene.hub.token = token
    scene.hub.beneficiaries["+254700000003"] = ("0123456789", "lion")
    assert look_up(caller, "+254700000003").json()["status"] == "found"


def test_tables_of_numbers_say_the_provider(
    caller: httpx.Client, own: Issuer, books: Connection, tmp_path: Path
) -> None:
    given_directory(
        books,
        own,
        tmp_path,
        "2547,,safari",
        "25471,,gazelle",
        "+254 70,,lion",
        ",+254712345678,zebra",
    )
    assert look_up(caller, PHONE).json()["fsp"] == "zebra", "it moved"
    assert look_up(caller, "254712345679").json()["fsp"] == "gazelle", "the longest beginning"
    assert look_up(caller, "00254 (722) 345-679").json()["fsp"] == "safari"
    body = look_up(caller, PHONE).json()
    assert (body["source"], body["account_masked"]) == ("portability", None)


def test_an_import_takes_the_place_of_all_before(
    caller: httpx.Client, own: Issuer, books: Connection, tmp_path: Path
) -> None:
    given_directory(books, own, tmp_path, "25471,,gazelle")
    assert look_up(caller, PHONE).json()["fsp"] == "gazelle"
    given_directory(books, own, tmp_path, "25471,,lion")
    assert look_up(caller, PHONE).json()["fsp"] == "lion", "what was kept counts no more"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number,fsp\n1,x\n", "The columns are prefix, number, fsp."),
        ("prefix,number,fsp\n254,254712345678,x\n", "1 rows are wrong"),
        ("prefix,number,fsp\n,,x\n", "1 rows are wrong"),
        ("prefix,number,fsp\n254,,\n", "1 rows are wrong"),
        ("prefix,number,fsp\nabc,,x\n254,,x\n+254,,y\n", "2 rows are wrong"),
        ("prefix,number,fsp\n254,,x\n\xff\n", "1 rows are wrong"),
    ],
)
def test_a_table_that_is_wrong_is_refused_whole(
    own: Issuer, books: Connection, tmp_path: Path, text: str, said: str
) -> None:
    given_directory(books, own, tmp_path, "25471,,gazelle")
    path = tmp_path / "wrong.csv"
    path.write_text(text)
    with pytest.raises(BadRowsError, match=said) as refused:
        import_directory(books, own, SYSTEM, path)
    assert not any("254712345678" in str(row) for row in refused.value.rows)
    rows = books.execute(
        "SELECT prefix, fsp FROM number_range WHERE issuer_id = %s", (own.issuer_id,)
    ).fetchall()
    books.rollback()
    assert rows == [("25471", "gazelle")]


def test_a_table_that_is_not_there_is_said(own: Issuer, books: Connection, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        import_directory(books, own, SYSTEM, tmp_path / "none.csv")


def test_an_issuer_says_which_sources_it_asks(
    scene: Scene, books: Connection, provider: LocalKeyProvider
) -> None:
    plain = given_issuer(books, provider, BLOCKED_CODE)
    scene.hub.beneficiaries["+254700000004"] = ("0123456789", "lion")
    with scene.server.client(given_key(books, plain, "Desk", frozenset({"lookup"}))) as caller:
        assert look_up(caller, "+254700000004").json()["status"] == "not_found"


def test_what_one_issuer_was_told_is_not_another_s(
    scene: Scene,
    caller: httpx.Client,
    own: Issuer,
    books: Connection,
    provider: LocalKeyProvider,
    tmp_path: Path,
) -> None:
    given_directory(books, own, tmp_path, "25471,,gazelle")
    assert look_up(caller, PHONE).json()["fsp"] == "gazelle"
    other = given_issuer(books, provider, f"L{secrets.token_hex(4).upper()}")
    with scene.server.client(given_key(books, other, "Desk", frozenset({"lookup"}))) as stranger:
        assert look_up(stranger, PHONE).json()["status"] == "not_found"


@pytest.mark.parametrize("identifier", ["", "x" * 101, "caf\u00e9"])
def test_an_identifier_that_cannot_be_is_refused(caller: httpx.Client, identifier: str) -> None:
    headers = {b"X-Account-Identifier": identifier.encode()}
    refused = caller.get("/api/v1/account-lookup", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "identifier_malformed")
    assert "caf" not in refused.text


def test_without_the_identifier_or_the_scope_nothing_is_said(
    scene: Scene, caller: httpx.Client, own: Issuer, books: Connection
) -> None:
    assert caller.get("/api/v1/account-lookup").status_code == 422
    with scene.server.client(given_key(books, own, "Till", frozenset({"redeem"}))) as till:
        assert look_up(till, PHONE).status_code == 403
    with scene.server.client() as nobody:
        assert look_up(nobody, PHONE).status_code == 401


def test_an_identifier_is_written_down_nowhere(
    scene: Scene, caller: httpx.Client, own: Issuer, books: Connection, tmp_path: Path
) -> None:
    secret_phone = "+254733987654"
    given_directory(books, own, tmp_path, ",254733987654,zebra")
    scene.hub.beneficiaries[secret_phone] = ("5544332211", "lion")
    look_up(caller, secret_phone)
    assert b"733987654" not in scene.server.log.getvalue()
    for table in ("account_lookup", "ported_number", "operation"):
        rows = books.execute(f"SELECT t::text FROM {table} AS t").fetchall()
        assert rows
        assert not any("733987654" in row or "5544332211" in row for (row,) in rows)
    books.rollback()


def test_what_counts_no_more_is_forgotten(
    scene: Scene, caller: httpx.Client, own: Issuer, books: Connection
) -> None:
    scene.hub.beneficiaries["+254700000005"] = ("0123456789", "lion")
    look_up(caller, "+254700000005")
    assert forget_lookups(books, own) == 0
    books.execute(
        "UPDATE account_lookup SET asked_at = asked_at - interval '2 days', valid_until = now()"
        " WHERE issuer_id = %s",
        (own.issuer_id,),
    )
    books.commit()
    assert forget_lookups(books, own) == 1
