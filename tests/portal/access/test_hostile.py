"""Keys, filters, tokens and fields as no page of ours would send them: never a fault (5xx)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Final
from urllib.parse import quote
from uuid import UUID

import pytest
from django.test import Client
from tests.portal.access.addresses import Address, addresses, parts_of
from tests.portal.access.furnished import Furnished
from tests.portal.access.table import lines
from tests.portal.access.visiting import body_of, taken_back, visit

from counterfoil.portal.pager import token_of

pytestmark = pytest.mark.prove  # minutes: every address as everybody

LINES: Final = {line.name: line for line in lines()}
OF_NAME: Final = {address.name: address for address in addresses()}
NUMBERS: Final = ("0", "2147483647", "2147483648", str(2**63), str(2**64), "9" * 30)
TEXTS: Final = ("'", '"; --', "%", "\0", "é", "\u202e😀", "..", "x" * 300)
KEYS: Final = (str(UUID(int=0)), str(UUID(int=2**128 - 1)))
OF_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "id": NUMBERS,
    "uuid": KEYS,
    "serial": ("0", "9" * 18),
    "sha256": ("f" * 64,),
    "day": ("0000-01-01", "0001-01-01", "9999-12-31", "2026-02-30"),
    "issuer": ("X", "A" * 20),
}
FIELDS: Final = ("", "\0", "'; DROP TABLE portal.portal_person; --", "9" * 400, "-1", "NaN")
MORE_FIELDS: Final = (
    "1e309",
    "٣",
    "2026-13-45",
    "0001-01-01",
    "😀\u202e",
    "<script>",
    "[]",
    "a" * 9000,
)
QUERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "account_login": ("next",),
    "apply-stage": ("scheme",),
    "approvals": ("after",),
    "bulk": ("why", "sort", "after"),
    "clients": ("status", "sort", "after"),
    "commands": ("kind", "status", "since", "until", "sort", "after"),
    "home": ("choose",),
    "mails-not-taken": ("after",),
    "merchant-rebank": ("scheme",),
    "merchants": ("text", "status", "kind", "group", "sort", "after"),
    "money-deposit": ("line",),
    "money-account": ("kind", "since", "until", "sort", "after"),
    "notifications": ("after",),
    "payout": ("after",),
    "payout-begin": ("terms",),
    "payout-run": ("status", "sort", "after"),
    "payout-terms": ("after",),
    "payout-terms-choose": ("programme", "merchant", "account"),
    "payouts": ("status", "sort", "after"),
    "bank-account": ("status", "since", "until", "reference", "sort", "after"),
    "bank-proposed": ("sort", "after"),
    "books": ("sort", "after"),
    "differences": ("state", "kind", "sort", "after"),
    "period": ("sort", "after"),
    "periods": ("sort", "after"),
    "shop-payout": ("after",),
    "shop-payouts": ("status", "after"),
    "people": ("search", "role", "sort", "after"),
    "people-delegations": ("state", "sort", "after"),
    "programmes": ("status", "sort", "after"),
    "shop-people": ("role", "sort", "after"),
    "stock": ("group", "status", "sort", "after"),
    "stock-new": ("group", "amount", "count"),
    "trail": ("who", "what", "about", "since", "until", "sort", "after"),
    "voucher-names": ("find", "named"),
    "vouchers": ("name", "programme", "status", "sort", "after"),
}
TOKENS: Final = (
    "!",
    "AAAA",
    token_of((2**63 - 1,)),
    token_of((-(2**63),)),
    token_of((0, "x")),
    token_of(("x", 0)),
    token_of(("\ud7ff", "\uffff")),
    token_of(("x'\"", "y")),
    token_of(("x", 2**63 - 1)),
    token_of((2**62, "'")),
    *(
        token_of((order, number, "'", number))
        for order in ("name", "newest", "state", "role", "until", "stock", "amount", "seen")
        for number in (2**63 - 1, 1 - 2**63)
    ),
    *(token_of((order, 1 - 2**63, 2**63 - 1)) for order in ("newest", "oldest", "amount")),
    *(
        token_of((order, moment, last))
        for order in ("newest", "oldest")
        for moment in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
        for last in (2**63 - 1, UUID(int=0))
    ),
    token_of(("owed", 2**63 - 1, "'")),
    token_of(("newest", datetime.max.replace(tzinfo=UTC), UUID(int=0), 2**63 - 1)),
    token_of(("last", 1 - 2**63)),
    "WyIxMDAwMC0wMS0wMVQwMDowMDowMFoiLDFd",  # a year of five digits
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5Iiwx" + "XQ",  # before the first year, in UTC
    "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwxXQ",  # after the last
    "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwxXQ",  # a zone of most of a day
    "WyJcdTAwMDAiLCJcdTAwMDAiXQ",  # zero characters
    "W" * 600,
)
_KIND: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_FIELD: Final = re.compile(r"<(?:input|select|textarea)\b[^>]*\bname=\"([^\"]+)\"")


def _may(name: str, *, sends: bool) -> str:
    """A letter of somebody who may; empty where nobody."""
    who = LINES[name].sends if sends else LINES[name].looks
    return "N" if "N" in who else who[:1]


def _hostile_paths(of: Furnished, address: Address, letter: str) -> Iterator[str]:
    """The address with one part after the other put wrong."""
    usual = parts_of(of, address.name, letter)
    for kind, wrong in _KIND.findall(address.route):
        for value in OF_KIND.get(kind, TEXTS):
            path = address.route
            for each_kind, part in _KIND.findall(address.route):
                said = f"<{each_kind}:{part}>" if each_kind else f"<{part}>"
                text = value if part == wrong else str(usual[part])
                path = path.replace(said, quote(text, safe=""))
            yield f"/{path}"


@pytest.mark.parametrize("name", [name for name in LINES if "<" in OF_NAME[name].route])
def test_no_key_in_an_address_is_a_fault(name: str, ours: Furnished) -> None:
    if name == "account_reset_password_from_key":  # a pattern: it takes whatever is in it
        return
    for method, sends in (("GET", False), ("POST", True)):
        letter = _may(name, sends=sends)
        if not letter:
            continue
        for path in _hostile_paths(ours, OF_NAME[name], letter):
            _asked(ours.browsers[letter], method, path)


@pytest.mark.parametrize("name", list(QUERIES))
def test_no_filter_and_no_token_is_a_fault(name: str, ours: Furnished) -> None:
    letter = _may(name, sends=False)
    letter = letter if name != "home" else "O"
    path = OF_NAME[name].path(parts_of(ours, name, letter))
    for parameter in QUERIES[name]:
        for value in TOKENS if parameter == "after" else (*TEXTS, *NUMBERS, *KEYS, *MORE_FIELDS):
            _asked(ours.browsers[letter], "GET", path, {parameter: value})


@pytest.mark.parametrize(
    "about", ["person:x", f"person:{'9' * 30}", "person:", "command:x", ":", "funding:"]
)
@pytest.mark.parametrize("parameter", ["who", "about"])
def test_no_key_of_a_subject_is_a_fault(parameter: str, about: str, ours: Furnished) -> None:
    for method, path in (("GET", "trail"), ("POST", "trail/export")):
        _asked(ours.browsers["U"], method, f"{ours.root}/{path}", {parameter: about})


@pytest.mark.parametrize("name", [line.name for line in lines() if line.sends and line.looks])
def test_nothing_sent_in_a_form_is_a_fault(name: str, ours: Furnished) -> None:
    letter = _may(name, sends=True)
    if name == "account_logout":
        letter = "O"
    path = OF_NAME[name].path(parts_of(ours, name, letter))
    with taken_back():
        page = body_of(visit(ours.browsers[letter], "GET", path)).decode()
    names = {unescape(field) for field in _FIELD.findall(page)} | {"command_id", "reason"}
    for value in (*FIELDS, *MORE_FIELDS):
        for once in (value, str(UUID(int=5))):
            _asked(
                ours.browsers[letter],
                "POST",
                path,
                dict.fromkeys(names, value) | {"command_id": once},
            )


def _asked(
    browser: Client, method: str, path: str, data: Mapping[str, object] | None = None
) -> None:
    with taken_back():
        answer = visit(browser, method, path, data)
        assert answer.status_code < 500, (method, path, data)
