"""What stands before an organisation comes: an issuer with people, a merchant, a voucher on sale,
money, stock, and a till with a key. By the commands of `counterfoil`, against the home that serves.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from tests.cli.running import Said, counterfoil
from tests.journey.people import Portal, Worker, given_worker

ISSUER: Final = "AID"
SHOP: Final = "Mama Njeri Grocers"
ACCOUNT: Final = "0100-7781-22"
SHOPS: Final = "SHOPS"
GROUP: Final = "SCHOOL-MEALS"
CLIENT: Final = "TILL"

_MERCHANTS: Final = f"""name,kind,account,fsp,groups,status
{SHOP},merchant,{ACCOUNT},sandbox,{SHOPS},approved
"""
_VOUCHER: Final = (
    ("--name", "School meals"),
    ("--description", "One week of meals for one child."),
    ("--currency", "KES"),
    ("--denominations", "500.00"),
    ("--valid-for", "90d"),
    ("--accepts", SHOPS),
    ("--unused-value", "buyer"),
)


@dataclass(frozen=True, slots=True)
class Office:
    """The issuer's people at work, and the key of the till."""

    portal: Portal
    omar: Worker  # operates
    paz: Worker  # approves
    femi: Worker  # handles the money
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A voucher that a person has: the number is known to that person and in the file alone."""

    serial: str
    number: str = field(repr=False)


def given_issuer(home: Path) -> None:
    _do(home, "issuer", "create", ISSUER, "--name", "River Aid", "--currency", "KES")


def given_office(portal: Portal, home: Path, tmp_path: Path) -> Office:
    """While it is served."""
    merchants = tmp_path / "merchants.csv"
    merchants.write_text(_MERCHANTS)
    _do(home, "import", "acceptors", str(merchants), "--issuer", ISSUER)
    _do(home, "group", "create", ISSUER, GROUP, *(word for pair in _VOUCHER for word in pair))
    _do(home, "deposit", ISSUER, "100000.00", "KES", "--reference", "FT26321XKQ9P")
    _do(home, "provision", ISSUER, GROUP, "--amount", "500.00", "--count", "200")
    said = _do(home, "client", "create", CLIENT, "--issuer", ISSUER, "--scopes", "redeem")
    key = re.search(r"cf_[a-z2-7]{52}", said.out)
    assert key is not None, said.out
    return Office(
        portal,
        omar=_hired(portal, home, "operator", "Omar Hassan"),
        paz=_hired(portal, home, "approver", "Paz Quispe"),
        femi=_hired(portal, home, "finance", "Femi Okafor"),
        key=key[0],
    )


def redeemed(office: Office, drawn: Drawn) -> None:
    """At the merchant, as a till does it."""
    with httpx.Client(
        base_url=office.portal.base, headers={"X-API-Key": office.key}, trust_env=False
    ) as till:
        answer = till.post(
            "/vouchers/voucher_redemption",
            json={
                "voucher_number": drawn.number,
                "Gov_Stack_BB": CLIENT,
                "merchant_name": SHOP,
                "merchant_bank_details": ACCOUNT,
                "merchant_voucher_group": SHOPS,
                "override": False,
            },
        )
    assert answer.status_code == 200, answer.text


def paper(tmp_path: Path, name: str, shade: int) -> Path:
    """A photo of a paper; another shade is another file."""
    path = tmp_path / f"{name}.jpg"
    Image.new("RGB", (320, 240), (shade, 226, 214)).save(path)
    return path


def _hired(portal: Portal, home: Path, role: str, name: str) -> Worker:
    email = f"{role}@example.org"
    said = _do(
        home, "user", "create", email, "--role", role, "--issuer", ISSUER, "--at", portal.base
    )
    (link,) = re.findall(r"http://\S+", said.out)
    return given_worker(portal, email, link, name, second_factor=role != "operator")


def _do(home: Path, *arguments: str) -> Said:
    said = counterfoil(*arguments, home=home)
    assert said.code == 0, (arguments, said.err)
    return said
