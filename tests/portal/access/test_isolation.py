"""Nothing of an issuer is ever visible from another: by its keys, its codes, a search, a filter,
a file or an export, nor to who works for both, nor in any sum.
"""

import html
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

import pytest
from django.test import Client
from tests.databases import connected
from tests.given import given_active
from tests.portal.access.addresses import Address, addresses, parts_of
from tests.portal.access.furnished import Furnished
from tests.portal.access.house import Marks
from tests.portal.access.table import lines
from tests.portal.access.visiting import body_of, taken_back, visit
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in

from counterfoil.engine.funds import deposit
from counterfoil.engine.operation import Caller
from counterfoil.money import Money
from counterfoil.portal.models import Person, Role

pytestmark = pytest.mark.prove  # minutes: every address as everybody

LINES = {line.name: line for line in lines()}
ALL_POWER: Final = (Role.ADMINISTRATOR, Role.OPERATOR, Role.FINANCE)
# Parts of addresses that are keys, and what nobody has as one.
UNKNOWN: Final[Mapping[str, object]] = {
    "acceptor_id": 999_999,
    "allocation_id": 999_999,
    "bulk_id": 999_999,
    "client_id": 999_999,
    "code": "NOTHING",
    "command_id": UUID(int=77),
    "delegation_id": 999_999,
    "digest": "0" * 64,
    "draft_id": UUID(int=77),
    "funding_account_id": 999_999,
    "group": "NOTHING",
    "handover_id": UUID(int=77),
    "item_id": UUID(int=77),
    "notification_id": 999_999,
    "organisation_id": 999_999,
    "person_id": 999_999,
    "profile_id": UUID(int=77),
    "provision_id": 999_999,
    "role_id": 999_999,
    "run_id": 999_999,
    "serial": 999_999,
    "terms_id": 999_999,
    "token": "nothing",
    "upload_id": UUID(int=77),
}
_OF_NO_ISSUER: Final = frozenset({"welcome", "static", "outbox-mail"})
_GONE: Final = frozenset(  # what is gone stays gone, and what is sold no more leads to what is
    {
        ("application-remove", "item_id"),
        ("apply-remove", "item_id"),
        ("apply-organisation-remove", "item_id"),
        ("organisation-application-remove", "item_id"),
        ("buyer-choose", "group"),
    }
)
_FOR_ANYBODY: Final = frozenset(
    {"apply", "apply-sent", "apply-organisation", "apply-organisation-sent"}
)  # they name the issuer to who would apply
_SWITCH: Final = re.compile(rb'<details class="switch">.*?</details>', re.DOTALL)
_LINK: Final = re.compile(r'(?:href|hx-get|action|src)="([^"]+)"')
_DIFFERS: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|X-CSRFToken[^}]*|csrfmiddlewaretoken[^>]*"
    r"|<time.*?</time>|As of,[^\r\n]*|id=\"proposed\">[^<]*|name=\"proposed\"[^>]*",
    re.DOTALL,
)
_PAGES_MAX: Final = 600
KEYED = [
    (address, part)
    for address in addresses()
    for part in address.parts
    if part in UNKNOWN and address.name not in _OF_NO_ISSUER
]


def given_everything(of: Furnished) -> Person:
    """Who may prepare and change all there is at that issuer."""
    return given_person(*ALL_POWER, issuer=of.house.issuer)


@pytest.mark.parametrize(
    ("address", "part"), KEYED, ids=[f"{address.name}-{part}" for address, part in KEYED]
)
def test_a_key_of_theirs_is_like_one_that_nobody_has(
    address: Address, part: str, ours: Furnished, theirs: Furnished
) -> None:
    line = LINES[address.name]
    for method, who in (("GET", line.looks), ("POST", line.sends)):
        letter = "N" if "N" in who else who[:1]
        if not letter:
            continue
        own, other = (parts_of(of, address.name, letter) for of in (ours, theirs))
        other |= {"serial": theirs.house.last_serial}
        told, path = [], ""
        for key in (str(other[part]), str(UNKNOWN[part])):
            path = address.path(own | {part: key})
            with taken_back():
                answer = visit(ours.browsers[letter], method, path)
                body = body_of(answer).decode()
            told.append((answer.status_code, _DIFFERS.sub("", body.replace(path, ""))))
        assert told[0] == told[1], path
        gone = (address.name, part) in _GONE
        assert told[0][0] == (HTTPStatus.FOUND if gone else HTTPStatus.NOT_FOUND), path


def test_under_their_code_nothing_of_ours_is_there_and_nothing_of_theirs(
    ours: Furnished, theirs: Furnished
) -> None:
    for address in addresses():
        if "issuer" not in address.parts or address.name in _FOR_ANYBODY:
            continue
        line = LINES[address.name]
        for method, who in (("GET", line.looks), ("POST", line.sends)):
            letter = "N" if "N" in who else who[:1]
            if not letter:
                continue
            parts = parts_of(ours, address.name, letter) | {"issuer": theirs.code}
            with taken_back():
                answer = visit(ours.browsers[letter], method, address.path(parts))
            assert answer.status_code == HTTPStatus.NOT_FOUND, address.name
            if address.name not in _APPLYING:
                assert not theirs.marks.seen_in(
                    body_of(answer).replace(theirs.code.encode(), b"")
                ), address.name


_APPLYING: Final = frozenset(
    address.name for address in addresses() if address.name.startswith("apply")
)


def test_whatever_leads_on_from_our_pages_never_leads_to_anything_of_theirs(
    ours: Furnished, theirs: Furnished
) -> None:
    browser = signed_in(given_everything(ours), seconds_ago=-3600)
    seen = 0
    for path, body in _crawled(browser, f"{ours.root}/"):
        assert not theirs.marks.seen_in(body), path
        seen += ours.marks.seen_in(body)
    assert seen > 100


def test_who_works_for_both_sees_of_the_other_its_name_in_the_switch_alone(
    ours: Furnished, theirs: Furnished
) -> None:
    person = given_everything(ours)
    for role in ALL_POWER:
        person.roles.create(role=role, issuer_id=theirs.issuer_id)
    browser = signed_in(person, seconds_ago=-3600)
    assert theirs.marks.seen_in(body_of(visit(browser, "GET", f"{ours.root}/")))
    for address in addresses():
        line = LINES[address.name]
        if "issuer" not in address.parts or not set(line.looks) & set("AOF"):
            continue
        path = address.path(parts_of(ours, address.name, "A"))
        with taken_back():
            answer = visit(browser, "GET", path)
        body, switches = _SWITCH.subn(b"", body_of(answer))
        assert switches <= 1
        assert not theirs.marks.seen_in(body), path


SEARCHES: Final = (
    ("merchants", ("text", "group")),
    ("organisations", ("text",)),
    ("vouchers", ("name", "programme")),
    ("stock", ("group",)),
    ("stock/new", ("group",)),
    ("people", ("search",)),
    ("programmes", ("status",)),
    ("commands", ("status",)),
    ("clients", ("status",)),
    ("trail", ("who", "about")),
)


@pytest.mark.parametrize(("page", "names"), SEARCHES, ids=[page for page, _names in SEARCHES])
def test_no_search_and_no_filter_finds_anything_of_theirs(
    page: str, names: tuple[str, ...], ours: Furnished, theirs: Furnished
) -> None:
    browser = signed_in(given_everything(ours), seconds_ago=-3600)
    keys = _keys(theirs) if page == "trail" else []
    for name in names:
        for asked in [*_words(theirs), *keys]:
            answer = visit(browser, "GET", f"{ours.root}/{page}", {name: asked})
            found = body_of(answer)
            if page != "stock/new":
                assert answer.status_code == HTTPStatus.OK, (page, name, asked)
            assert not _besides(theirs.marks, asked).seen_in(found), (page, name, asked)
    own = body_of(visit(browser, "GET", f"{ours.root}/{page}"))
    assert ours.marks.seen_in(own)


def test_what_is_looked_for_by_sending_it_is_not_found_at_theirs(
    ours: Furnished, theirs: Furnished
) -> None:
    browser = signed_in(given_everything(ours), seconds_ago=-3600)
    own, other = ours.house.last_serial, theirs.house.last_serial
    found = visit(browser, "POST", f"{ours.root}/voucher", {"serial": str(own)})
    assert found.headers["Location"] == f"{ours.root}/voucher/{own}"
    missed = visit(browser, "POST", f"{ours.root}/voucher", {"serial": str(other)})
    assert missed.status_code == HTTPStatus.OK
    names = f"{ours.root}/vouchers/drafts/{ours.desk.draft}/names"
    shop = theirs.marks.name("Shop")
    for query in ({"find": theirs.marks.word}, {"named": shop}, {"find": "%", "named": shop}):
        assert theirs.marks.text.encode() not in body_of(visit(browser, "GET", names, query))


def test_no_export_has_anything_of_theirs(ours: Furnished, theirs: Furnished) -> None:
    for asked in ("", *_keys(theirs)):
        for name in ("who", "about"):
            with taken_back():
                answer = visit(
                    ours.browsers["U"], "POST", f"{ours.root}/trail/export", {name: asked}
                )
                table = body_of(answer)
            assert answer.status_code == HTTPStatus.OK
            assert not _besides(theirs.marks, asked).seen_in(table), (name, asked)
    report = f"{ours.root}/programmes/{ours.house.programme}/report.csv"
    table = body_of(visit(ours.browsers["U"], "GET", report))
    assert ours.marks.seen_in(table)
    assert not theirs.marks.seen_in(table)


def test_whatever_happens_at_theirs_changes_nothing_on_our_pages(
    portal: Portal, ours: Furnished, theirs: Furnished
) -> None:
    """Not a sum, not a count, not an order."""
    browser = signed_in(given_everything(ours), seconds_ago=-3600)
    before = _as_they_look(browser, ours)
    house, caller = theirs.house, Caller(0, "test")
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
        deposit(
            connection,
            house.issuer,
            caller,
            Money(1_234_567, "KES"),
            reference=f"more {theirs.marks.text}",
            funding_account_id=house.funding_account_id,
        )
        given_active(connection, house.issuer, group=house.group)
    after = _as_they_look(browser, ours)
    assert [path for path in before if after[path] != before[path]] == []


def _as_they_look(browser: Client, of: Furnished) -> dict[str, str]:
    """Every page that looks like one, less what differs each time."""
    pages = {}
    for address in addresses():
        line = LINES[address.name]
        if "issuer" in address.parts and set(line.looks) & set("AOF"):
            path = address.path(parts_of(of, address.name, "A"))
            with taken_back():
                body = body_of(visit(browser, "GET", path))
            pages[path] = _DIFFERS.sub("", body.decode(errors="replace"))
    assert len(pages) > 60
    return pages


def _words(of: Furnished) -> list[str]:
    """What one might know of an issuer by hearsay."""
    house, email = of.house, of.people["O"].email
    return [of.marks.word, of.marks.text, house.group, house.programme, house.groups, email]


def _keys(of: Furnished) -> list[str]:
    """And by having seen a page of it."""
    house, desk, asked = of.house, of.desk, of.asked
    return [
        f"person:{of.people['O'].pk}",
        f"person:{of.people['W'].pk}",
        f"group:{house.group}",
        f"programme:{house.programme}",
        f"acceptor:{house.acceptor_id}",
        f"organisation:{house.organisation_id}",
        f"organisation-profile:{of.buying.profile}",
        f"client:{house.client_id}",
        f"funding:{house.funding_account_id}",
        f"provision:{house.provision_id}",
        f"bulk:{house.bulk_id}",
        f"profile:{desk.profile}",
        f"command:{asked.done}",
        f"cli:{of.marks.text}",
    ]


def _besides(marks: Marks, asked: str) -> Marks:
    """What is left to be found where a page says back what was asked."""
    nothing = "\0"
    return Marks(
        text=nothing if marks.text in asked else marks.text,
        code=nothing if marks.code in asked else marks.code,
        word=nothing if marks.word in asked else marks.word,
        at=marks.at,
    )


def _crawled(browser: Client, start: str) -> Iterator[tuple[str, bytes]]:
    """Every page below it that links lead to, and its content."""
    ahead, known = [start], {start}
    while ahead and len(known) < _PAGES_MAX:
        path = ahead.pop()
        with taken_back():
            answer = visit(browser, "GET", path)
            body = body_of(answer)
        yield path, body
        where = answer.headers.get("Location", "")
        found = [where] if where else _LINK.findall(body.decode(errors="replace"))
        for link in found:
            url = urljoin(path, html.unescape(link)).partition("#")[0]
            if url.startswith(start) and url not in known:
                known.add(url)
                ahead.append(url)
