"""The file of the rails: what stands in it is made, and each fault names its rail and key."""

import resource
from pathlib import Path

import pytest

from counterfoil.errors import NotFoundError, WrongSettingError
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.csv_files.template import PaymentColumn
from counterfoil.gateway.delivery import FolderDelivery, HttpDelivery
from counterfoil.gateway.inbox import FolderInbox, HttpInbox
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.port import PaymentStatus
from counterfoil.gateway.rail_settings import Iso20022Settings, read_rails
from counterfoil.gateway.rails import Rails, rails_of
from counterfoil.gateway.reaching import faults_of

ALL = """
[try]
kind = "sandbox"
url = "http://127.0.0.1:8100"
secret = "try"

[hub]
kind = "payment_hub"
channel_url = "https://channel.hub.example"
operations_url = "https://operations.hub.example"
mapper_url = "https://mapper.hub.example"
tenant = "gorilla"
institution = "counterfoil"
refuses_repeats = true
secret = "hub"

[hub-files]
kind = "payment_hub_bulk"
issuer = "AID"
bulk_url = "https://bulk.hub.example"
operations_url = "https://operations.hub.example"
tenant = "gorilla"
institution = "counterfoil"
payment_mode = "mojaloop"
batch_max = 200

[bank]
kind = "iso20022"
issuer = "AID"
out = "/var/bank/out"
in = "/var/bank/in"
latin_only = true
debtor_bic = "MOCKNL2A"
batch_max = 1000

[post]
kind = "iso20022"
issuer = "FOOD"
out = "https://bank.example/payments"
in = "https://bank.example/mailbox?leave"
acknowledge = "https://bank.example/mailbox"
archive = "https://bank.example/messages"
secret = "post"

[coop]
kind = "csv"
issuer = "FOOD"
out = "/var/coop/out"
separator = ";"
decimal_sign = ","
date_format = "%d.%m.%Y"

[coop.columns]
payment_id = "Ref"
account = "Konto"
amount = "Betrag"

[coop.answer]
payment_id = "Ref"
status = "Stand"

[coop.words]
bezahlt = "completed"

[directory.AID]
sources = ["hub", "portability", "try"]
"""


def made(tmp_path: Path, text: str) -> Rails:
    path = tmp_path / "rails.toml"
    path.write_text(text)
    return rails_of(read_rails(path), lambda name: f"secret-of-{name}")


def test_every_kind_of_rail_is_made(tmp_path: Path) -> None:
    rails = made(tmp_path, ALL)
    assert [rail.name for rail in rails.every] == [
        "try",
        "hub",
        "hub-files",
        "bank",
        "post",
        "coop",
    ]
    assert list(rails.online_of("AID")) == ["try", "hub"], "files pay nothing at once"
    assert list(rails.asked_by("AID")) == ["try", "hub", "hub-files"]
    assert list(rails.files_of("AID")) == ["hub-files", "bank"], "others' rails are theirs"
    assert list(rails.files_of("FOOD")) == ["post", "coop"]
    assert dict(rails.sources) == {"AID": ("hub", "portability", "try")}


def test_a_rail_of_files_is_as_its_table_says(tmp_path: Path) -> None:
    by_name = {rail.name: rail for rail in made(tmp_path, ALL).every}
    bank, post, coop = by_name["bank"].files, by_name["post"].files, by_name["coop"].files
    assert bank is not None
    assert post is not None
    assert coop is not None
    assert bank.format == Iso20022(is_latin_only=True)
    assert bank.delivery == FolderDelivery(Path("/var/bank/out"), ".xml")
    assert (bank.batch_max, bank.debtor_fsp, bank.debtor_scheme) == (1000, "MOCKNL2A", "iban")
    assert by_name["bank"].inbox == FolderInbox(Path("/var/bank/in"))
    assert isinstance(post.delivery, HttpDelivery)
    assert isinstance(by_name["post"].inbox, HttpInbox)
    assert coop.delivery == FolderDelivery(Path("/var/coop/out"), ".csv")
    assert isinstance(coop.format, CsvFile)
    template = coop.format.template
    assert template.columns == (
        (PaymentColumn.PAYMENT_ID, "Ref"),
        (PaymentColumn.ACCOUNT, "Konto"),
        (PaymentColumn.AMOUNT, "Betrag"),
    )
    assert (template.separator, template.decimal_sign) == (";", ",")
    assert template.words == (("bezahlt", PaymentStatus.COMPLETED),)
    assert by_name["coop"].inbox is None


SANDBOX = 'kind = "sandbox"\nurl = "http://127.0.0.1:8100"\nsecret = "try"\n'
BANK = 'kind = "iso20022"\nissuer = "AID"\nout = "/out"\n'
CSV = 'kind = "csv"\nissuer = "AID"\nout = "/out"\n'
BULK = (
    'kind = "payment_hub_bulk"\nissuer = "AID"\nbulk_url = "http://b"\n'
    'operations_url = "http://o"\ntenant = "t"\ninstitution = "i"\n'
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[a\n", "is not TOML"),
        ("a = 1\n", "Rail a: expected `object`"),
        ("[a]\nurl = 'x'\n", "Rail a: object missing required field `kind`"),
        ("[a]\nkind = 'swift'\n", "Rail a, kind: invalid value 'swift'"),
        (f"[A]\n{SANDBOX}", "Rail 'A': a name is"),
        (f"[portability]\n{SANDBOX}", "Rail portability: that name is kept"),
        (f"[a]\n{SANDBOX}colour = 'red'\n", "Rail a: object contains unknown field `colour`"),
        (f"[a]\n{SANDBOX}timeout_seconds = 60\n", "Rail a, timeout_seconds: expected `int` <= 5"),
        ("[a]\nkind = 'sandbox'\nurl = 'http://x'\n", "Rail a: object missing required field `se"),
        (f"[a]\n{SANDBOX}".replace("http:", "ftp:"), "Rail a, url: write an http://"),
        (f"[a]\n{SANDBOX}".replace('"try"', '"my secret!"'), "Rail a, secret: expected `str`"),
        ("[a]\nkind = 'iso20022'\nout = '/x'\n", "Rail a: object missing required field `issuer`"),
        (f"[a]\n{BANK}batch_max = 0\n", "Rail a, batch_max: expected `int` >= 1"),
        (f"[a]\n{BANK}debtor_scheme = 'cash'\n", "Rail a, debtor_scheme: invalid enum"),
        (f"[a]\n{BANK}in = 'http://x/list'\n", "Rail a, acknowledge: where files are listed"),
        (f"[a]\n{BANK}acknowledge = 'http://x'\n", "Rail a, acknowledge: only where in is an"),
        (f"[a]\n{BANK}in = '/in'\narchive = 'http://x'\n", "Rail a, archive: only where in is an"),
        (
            f"[a]\n{BANK}in = 'http://x'\nacknowledge = 'http://x'\narchive = '/y'\n",
            "Rail a, archive: write an http://",
        ),
        (f"[a]\n{CSV}separator = '.'\n", "Rail a: A CSV template separates by"),
        (f"[a]\n{CSV}[a.columns]\namount = 'B'\n", "Rail a: A CSV template has no column for"),
        (f"[a]\n{CSV}[a.columns]\nprice = 'B'\n", "Rail a, columns: invalid enum value 'price'"),
        (f"[a]\n{CSV}[a.words]\nok = 'fine'\n", "Rail a, words"),
        (f"[a]\n{BULK}payment_mode = 'bulk'\n", "Rail a, payment_mode: of whole batches"),
        (f"[a]\n{BULK}payment_mode = 'a,b'\n", "Rail a: A payment mode of a payment hub"),
        (f"[a]\n{SANDBOX}[directory.X]\nsources = ['b']\n", "Table directory, X: b is no rail"),
        (f"[a]\n{BANK}[directory.X]\nsources = ['a']\n", "Table directory, X: a is no rail"),
        (
            f"[a]\n{SANDBOX}issuer = 'Y'\n[directory.X]\nsources = ['a']\n",
            "Table directory, X: a is a rail of another issuer",
        ),
        ("[directory.X]\nsource = ['a']\n", "Table directory"),
        (f"[a]\n{SANDBOX}".replace("127.0.0.1", "[::1"), "Rail a, url: write an http://"),
        (f"[a]\n{SANDBOX}".replace(":8100", "/\\n"), "Rail a, url: write an http://"),
        (f"[a]\n{SANDBOX}".replace("127", "me:mine@127"), "Rail a, url: no user and no password"),
        (f"[a]\n{BANK}".replace("/out", "out"), "Rail a, out: write the whole path"),
        (f"[a]\n{BANK}".replace("/out", "sftp://x/out"), "Rail a, out: write the whole path"),
        (f"[a]\n{BANK}".replace("/out", "/o\\u0000"), "Rail a, out: write the whole path"),
        (f"[a]\n{BANK}in = '/out'\n", "Rail a, in: it is out as well"),
        (f"[a]\n{BANK}in = '/in'\n[b]\n{CSV}in = '/in/'\n", "Rail b, in: rail a takes what"),
        (f"[a]\n{CSV}date_format = '%d.%m.'\n", "Rail a: A CSV template writes days with"),
        (f"[a]\n{CSV}date_format = 'day'\n", "Rail a: A CSV template writes days with"),
        (
            f"[a]\n{CSV}[a.words]\nok = 'accepted'\nOK = 'rejected'\n",
            "Rail a: A CSV template has a word twice",
        ),
        (f"[a]\nx = {'[' * 5000}{']' * 5000}\n", "is not TOML"),
    ],
)
def test_a_fault_is_one_sentence_that_names_it(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(WrongSettingError) as refused:
        made(tmp_path, text)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongSettingError, match="COUNTERFOIL_RAILS names"):
        read_rails(tmp_path / "none.toml")


def test_a_file_may_begin_as_some_editors_begin_it(tmp_path: Path) -> None:
    path = tmp_path / "rails.toml"
    path.write_text(f"[a]\n{BANK}", "utf-8-sig")
    assert list(read_rails(path).rails) == ["a"]


def test_a_secret_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "rails.toml"
    path.write_text(f"[a]\n{SANDBOX}")

    def none(name: str) -> str:
        raise NotFoundError(name)

    with pytest.raises(NotFoundError):
        rails_of(read_rails(path), none)


def test_what_cannot_be_used_from_here_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rails.toml"
    path.write_text(
        f'[bank]\nkind = "iso20022"\nissuer = "A"\nout = "{tmp_path}"\nin = "{tmp_path}/none"\n'
        '[try]\nkind = "sandbox"\nurl = "http://127.0.0.1:9"\nsecret = "x"\n'
    )
    rails = read_rails(path).rails
    assert faults_of(rails["bank"]) == [f"in: {tmp_path}/none is not a folder."]
    assert faults_of(rails["try"]) == ["url: nothing answers there (ConnectError)."]


def test_a_folder_without_room_is_said(tmp_path: Path) -> None:
    settings = Iso20022Settings(issuer="A", out=str(tmp_path))
    assert faults_of(settings) == []
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))  # stands for a full disk
    try:
        (fault,) = faults_of(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert fault == f"out: {tmp_path} cannot be written to: File too large."
    assert list(tmp_path.iterdir()) == []
