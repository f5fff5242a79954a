"""Rails by commands: listed, checked, and their secrets kept; each fault is one sentence."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.running import COMMAND, Said, counterfoil, environment

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.keys.secret_store import SecretStore
from counterfoil.sandbox_fsp.process import BankProcess

TOKEN = "a-token-of-a-bank"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("rails") / "home"
    with EmbeddedPostgres(home, durable=False):
        arguments = ("issuer", "create", "AID", "--name", "Aid Agency", "--currency", "KES")
        assert counterfoil(*arguments, home=home).code == 0
        yield home


@pytest.fixture
def rails(tmp_path: Path) -> Path:
    return tmp_path / "rails.toml"


def run(home: Path, rails: Path, *arguments: str, told: str = "") -> Said:
    done = subprocess.run(  # noqa: S603  # ourselves
        [*COMMAND, *arguments, "--home", str(home)],
        env=environment({"COUNTERFOIL_RAILS": str(rails)}),
        input=told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_rail_is_listed_and_reached(home: Path, rails: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(TOKEN)
    (tmp_path / "out").mkdir()
    with BankProcess(tmp_path / "bank.sqlite", tmp_path / "secret") as bank:
        rails.write_text(
            f'[try]\nkind = "sandbox"\nurl = "{bank.base_url}"\nsecret = "try"\n'
            f'[bank]\nkind = "iso20022"\nissuer = "AID"\nout = "{tmp_path}/out"\n'
        )
        listed = run(home, rails, "rail", "list", "--json").json
        assert listed == [
            {"rail": "try", "kind": "sandbox", "issuer": None, "pays_at_once": True},
            {"rail": "bank", "kind": "iso20022", "issuer": "AID", "pays_at_once": False},
        ]
        refused = run(home, rails, "rail", "check", "try")
        assert (refused.code, refused.out) == (1, "")
        assert refused.err == (
            "counterfoil: Rail try: There is no secret try; `counterfoil rail secret set try`"
            " keeps one.\n"
        )
        kept = run(home, rails, "rail", "secret", "set", "try", told=f"{TOKEN}\n")
        assert (kept.code, kept.out) == (0, "The secret try is kept.\n")
        assert TOKEN not in kept.out + kept.err
        assert run(home, rails, "rail", "check", "try").out == "Rail try is reached.\n"
    assert run(home, rails, "rail", "check", "bank").out == "Rail bank is reached.\n"
    away = run(home, rails, "rail", "check", "try")
    assert away.err == "counterfoil: Rail try, url: nothing answers there (ConnectError).\n"
    (tmp_path / "out").rmdir()
    gone = run(home, rails, "rail", "check", "bank")
    assert gone.err == f"counterfoil: Rail bank, out: {tmp_path}/out is not a folder.\n"


def test_a_rail_of_nobody_is_said(home: Path, rails: Path, tmp_path: Path) -> None:
    rails.write_text(f'[bank]\nkind = "iso20022"\nissuer = "aid"\nout = "{tmp_path}"\n')
    said = run(home, rails, "rail", "check", "bank")
    assert said.err == "counterfoil: Rail bank, issuer: there is no issuer aid.\n"


def test_secrets_are_listed_by_name_alone(home: Path, rails: Path) -> None:
    rails.write_text("")
    for name in ("hub", "bank"):
        assert run(home, rails, "rail", "secret", "set", name, told=TOKEN).code == 0
    listed = run(home, rails, "rail", "secret", "list", "--json")
    assert [sorted(each) for each in listed.json] == [["secret", "set_at"]] * 2
    assert [each["secret"] for each in listed.json] == ["bank", "hub"]
    assert TOKEN not in listed.out
    store = SecretStore(rails.with_name("rails.secrets.json"), LocalKeyProvider(home / "keys.json"))
    assert store.secret("hub") == TOKEN
    assert TOKEN not in store.path.read_text()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[bank]\nkind = "swift"\n', "Rail bank, kind: invalid value 'swift'."),
        ("[bank\n", "is not TOML"),
        ('[a]\nkind = "iso20022"\nissuer = "AID"\nout = "/x"\nsecret = "none"\n', "secret none"),
    ],
)
def test_a_worker_does_not_start_with_a_wrong_rail(
    home: Path, rails: Path, text: str, sentence: str
) -> None:
    rails.write_text(text)
    said = run(home, rails, "work")
    assert said.code == 1
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_a_secret_has_nowhere_to_be_without_a_file_of_rails(home: Path) -> None:
    said = counterfoil("rail", "secret", "list", home=home)
    assert said.err == ("counterfoil: Set COUNTERFOIL_RAILS: secrets are kept beside that file.\n")
    assert counterfoil("rail", "list", home=home).out == (
        "There are no rails: set COUNTERFOIL_RAILS.\n"
    )
    assert counterfoil("rail", "check", "bank", home=home).err == (
        "counterfoil: There is no rail bank.\n"
    )


def test_numbers_are_imported_and_accounts_verified_by_command(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "numbers.csv"
    table.write_text("prefix,number,fsp\n25471,,gazelle\n,254722000001,lion\n")
    assert counterfoil("directory", "import", str(table), home=home).out == (
        "AID has 1 ranges of numbers, and 1 that moved.\n"
    )
    table.write_text("prefix,number,fsp\n25471,,\n")
    assert counterfoil("directory", "import", str(table), home=home).err == (
        "row 2, fsp: it is missing\ncounterfoil: 1 rows are wrong; nothing was imported.\n"
    )
    said = counterfoil("issuer", "verify-accounts", "redemption", home=home)
    assert said.out == "Accounts of AID are verified: redemption.\n"
