"""Forms with more in them, or with other keys, than their pages gave; and sent by who may not."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from tests.portal.access.addresses import addresses, parts_of
from tests.portal.access.attacking import attack
from tests.portal.access.furnished import Furnished
from tests.portal.access.visiting import Written, body_of, taken_back, visit
from tests.portal.filled import Sent, filled
from tests.portal.given import PASSWORD, given_person, given_shop_role, signed_in

from counterfoil.portal.models import (
    AcceptorRole,
    AcceptorRoleName,
    MerchantProfile,
    Person,
    PortalSettings,
    Role,
)
from counterfoil.portal.people import OfficeGrant, deactivate, take_role
from counterfoil.portal.trail import Actor

pytestmark = pytest.mark.prove
OF_NAME: Final = {address.name: address for address in addresses()}
_CLI: Final = Actor("cli:test")
SENT_BEFORE: Final = "That form was sent before, with something else in it."
SENT_THIS_BEFORE: Final = "This form was sent before, with something else in it."
REASON: Final = {"reason": "Because it is wanted"}
# Of each form that asks for a command: who sends it, and what a page leaves to be filled in.
ASKS: Final[Mapping[str, tuple[str, Mapping[str, str | list[str]]]]] = {
    "approval-rule": ("A", {"people": "2", **REASON}),
    "client-new": ("A", {"name": "Kiosk", "scopes": ["redeem"], **REASON}),
    "client-change": ("A", {"scopes": ["status"], **REASON}),
    "client-revoke": ("A", REASON),
    "client-replace-key": ("A", REASON),
    "merchant-groups": ("O", {"code": "SEEDS-9", "name": "Seeds"}),
    "merchant-keep-bank": ("O", REASON),
    "merchant-payouts": ("F", REASON),
    "merchant-regroup": ("O", {"daily_count": "7", **REASON}),
    "merchant-standing": ("O", REASON),
    "money-open": ("F", {"fsp": "Other", "account": "0/9", "currency": "KES", "name": "Other"}),
    "bank-days": ("F", {"holidays": "2026-12-25 Rest", **REASON}),
    "payout-retry": ("F", REASON),
    "payout-routes-change": ("F", {"place_3": "1", "rail_3": "bank", **REASON}),
    "earnings-budget": ("F", {"amount": "1", **REASON}),
    "earnings-change": ("F", {"event_1": "activation", "fixed_1": "1", **REASON}),
    "period-close": ("F", REASON),
    "difference-end": ("F", {"how": "withdrawn", **REASON}),
    "bank-rules-change": ("F", {"payer_name_1": "Donor", "place_1": "1", **REASON}),
    "payout-run-drop": ("F", REASON),
    "payout-run-send": ("F", REASON),
    "payout-terms-end": ("F", REASON),
    "redemption-refund": ("F", REASON),
    "programme-new": ("O", {"name": "Summer", "code": "SUMMER-9", **REASON}),
    "programme-edit": ("O", {"name": "Another name", **REASON}),
    "programme-step": ("O", REASON),
    "provision-cancel": ("O", REASON),
    "provision-turn": ("O", REASON),
    "rotate-key": ("A", REASON),
    "settings-change": ("A", {"retention_days": "901", **REASON}),
    "voucher-change": ("O", REASON),
    "voucher-turn": ("O", REASON),
}
# What moves money, or decides who may: nobody does it who did not show lately that it is them.
ASKED_AGAIN: Final = {
    "bank-bring": "F",
    "bank-rules-change": "F",
    "client-key": "A",
    "difference-end": "F",
    "decide": "P",
    "earnings-budget": "F",
    "earnings-change": "F",
    "merchant-keep-bank": "O",
    "merchant-payouts": "F",
    "merchant-rebank": "O",
    "money-deposit": "F",
    "money-open": "F",
    "money-withdraw": "F",
    "payout-begin": "F",
    "payout-retry": "F",
    "payout-run-send": "F",
    "payout-terms-change": "F",
    "redemption-replace": "F",
    "people-delegate": "P",
    "people-invite": "A",
    "person-deactivate": "A",
    "person-roles": "A",
    "person-second-factor": "A",
    "programme-step": "O",
    "provision-cancel": "O",
    "stock-new": "O",
}


def path_of(of: Furnished, name: str, letter: str) -> str:
    return OF_NAME[name].path(parts_of(of, name, letter))


def extras(of: Furnished, other: Furnished) -> dict[str, str]:
    """What somebody might hope that a form takes besides."""
    return {
        "issuer_id": str(other.issuer_id),
        "issuer": other.code,
        "acceptor": str(other.house.acceptor_id),
        "acceptor_id": str(other.house.acceptor_id),
        "person_id": str(other.people["A"].pk),
        "prepared_by": other.people["O"].actor,
        "made_by": of.people["P"].actor,
        "changed_by": of.people["P"].actor,
        "approvals_needed": "0",
        "expires_at": "2099-01-01",
        "status": "done",
        "state": "approved",
        "seal": "00",
        "role": "administrator",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "password": "owned",
        "unattended": "on",
        "unattended_minor_max": "999999999",
        "key_digest": "00" * 32,
        "origin_id": "1",
        "proposal": str(uuid4()),
        "owner": other.people["W"].email,
        "tax_id_checked": "on",
        "attached": "on",
    }


def row_of(command_id: UUID | str, issuer_id: int) -> dict[str, object]:
    """A command as it stands, less what differs each time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, content, subject, currency, amount_minor, approvals, prepared_by, reason,"
            " status, outcome FROM command WHERE issuer_id = %s AND command_id = %s",
            (issuer_id, command_id),
        )
        (row,) = cursor.fetchall()
        names = [column.name for column in cursor.description]
    return {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in zip(names, row, strict=True)
    }


def commands(issuer_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM command WHERE issuer_id = %s", (issuer_id,))
        return int(cursor.fetchone()[0])


def asked_with(of: Furnished, name: str, more: Mapping[str, str]) -> dict[str, object]:
    """The command that comes of the form with that besides; and it is taken back."""
    letter, given = ASKS[name]
    browser, path = of.browsers[letter], path_of(of, name, letter)
    sent = {**filled(browser, path, given), **more}
    before = commands(of.issuer_id)
    with taken_back():
        answer = visit(browser, "POST", path, sent)
        assert answer.status_code == HTTPStatus.FOUND, (name, body_of(answer)[-3000:])
        assert answer.headers["Location"] == f"{of.root}/commands/{sent['command_id']}"
        assert commands(of.issuer_id) == before + 1
        return row_of(str(sent["command_id"]), of.issuer_id)


@pytest.mark.parametrize("name", list(ASKS))
def test_a_command_has_nothing_of_what_its_form_did_not_ask(
    name: str, ours: Furnished, theirs: Furnished
) -> None:
    letter, given = ASKS[name]
    besides = {key: value for key, value in extras(ours, theirs).items() if key not in given}
    plain = asked_with(ours, name, {})
    assert asked_with(ours, name, besides) == plain
    assert plain["prepared_by"] == ours.people[letter].actor
    assert (plain["status"], plain["outcome"]) == ("waiting", None)


@pytest.mark.parametrize("name", list(ASKS))
def test_the_id_of_another_command_asks_for_nothing(name: str, ours: Furnished) -> None:
    """Of one that waits and of one that is over. That of the same hand leads there at most."""
    letter, given = ASKS[name]
    browser, path = ours.browsers[letter], path_of(ours, name, letter)
    for used in (ours.asked.waiting["deposit"], ours.asked.done, ours.asked.own[letter]):
        before = row_of(used, ours.issuer_id)
        met = attack(browser, path, {**filled(browser, path, given), "command_id": str(used)})
        if met.status == HTTPStatus.FOUND:
            mine = before["prepared_by"] == ours.people[letter].actor
            assert (mine, met.where) == (True, f"{ours.root}/commands/{used}"), name
        else:
            assert met.status == HTTPStatus.OK, name
            assert SENT_BEFORE in met.page or SENT_THIS_BEFORE in met.page, name
        assert row_of(used, ours.issuer_id) == before


@pytest.mark.parametrize("name", ["merchant-standing", "settings-change", "money-open"])
def test_the_id_of_another_issuers_command_stays_theirs(
    name: str, ours: Furnished, theirs: Furnished
) -> None:
    """Each issuer's ids are its own: what is asked for here says nothing about there."""
    stolen = theirs.asked.waiting["deposit"]
    before = row_of(stolen, theirs.issuer_id)
    plain = asked_with(ours, name, {})
    assert asked_with(ours, name, {"command_id": str(stolen)}) == plain
    assert row_of(stolen, theirs.issuer_id) == before


@pytest.mark.parametrize("name", list(ASKED_AGAIN))
def test_no_money_and_no_power_without_being_asked_again(name: str, ours: Furnished) -> None:
    letter = ASKED_AGAIN[name]
    browser, path = signed_in(ours.people[letter], seconds_ago=301), path_of(ours, name, letter)
    for method in ("GET", "POST"):
        met = attack(browser, path, {**REASON, "command_id": str(uuid4())}, method=method)
        assert met.status == HTTPStatus.FOUND
        assert met.where.startswith("/portal/account/again/code?next="), (method, name)


@pytest.mark.parametrize("name", list(ASKS))
def test_a_role_taken_away_while_a_form_is_open_sends_nothing(name: str, ours: Furnished) -> None:
    letter, given = ASKS[name]
    role = {"A": Role.ADMINISTRATOR, "O": Role.OPERATOR, "F": Role.FINANCE}[letter]
    person = given_person(role, issuer=ours.house.issuer, password=PASSWORD)
    browser, path = signed_in(person), path_of(ours, name, letter)
    sent = filled(browser, path, given)
    take_role(person, OfficeGrant(role, ours.issuer_id), by=_CLI)
    assert attack(browser, path, sent).status == HTTPStatus.NOT_FOUND
    person.roles.create(role=Role.AUDITOR, issuer_id=ours.issuer_id)
    assert attack(browser, path, sent).status == HTTPStatus.FORBIDDEN
    assert deactivate(person, ours.issuer_id, by=_CLI, reason="left")
    assert attack(browser, path, sent).where.startswith("/portal/sign-in?")


def test_an_account_is_not_given_powers_by_its_own_form(ours: Furnished, theirs: Furnished) -> None:
    person = given_person(Role.AUDITOR, issuer=ours.house.issuer)
    browser = signed_in(person)
    before = Person.objects.filter(pk=person.pk).values().get()
    sent = {"name": "Amina D.", "language": "es", "id": "1", "email": "root@example.org"}
    answer = browser.post("/portal/account", {**extras(ours, theirs), **sent})
    assert answer.status_code == HTTPStatus.FOUND
    after = Person.objects.filter(pk=person.pk).values().get()
    assert after == {**before, "name": "Amina D.", "language": "es"}
    assert list(person.roles.values_list("role", "issuer_id")) == [("auditor", ours.issuer_id)]
    for language in ("de", "xx", "en-us", "../en", ""):
        browser.post("/portal/language", {"language": language})
        person.refresh_from_db()
        assert person.language == "es", language


def test_an_invitation_gives_the_roles_that_were_ticked_here(
    ours: Furnished, theirs: Furnished
) -> None:
    path = path_of(ours, "people-invite", "A")
    email = f"{uuid4().hex}@example.org"
    sent = filled(ours.browsers["A"], path, {"email": email, "roles": ["auditor"]})
    answer = ours.browsers["A"].post(path, {**extras(ours, theirs), **sent})
    assert answer.status_code == HTTPStatus.FOUND
    person = Person.objects.get(email=email)
    assert list(person.roles.values_list("role", "issuer_id")) == [("auditor", ours.issuer_id)]
    assert not person.has_usable_password()
    for roles in (["owner"], ["root"], ["auditor", "operator"], [""]):
        sent = filled(ours.browsers["A"], path, {"email": email, "roles": roles})
        assert attack(ours.browsers["A"], path, sent).status == HTTPStatus.OK
    met = attack(
        ours.browsers["A"],
        path_of(ours, "person-roles", "A").replace(
            str(ours.people["O"].pk), str(ours.people["A"].pk)
        ),
        {"command_id": str(uuid4()), "seen": "administrator", "roles": ["approver"], **REASON},
    )
    assert "Nobody changes their own roles" in met.page


def test_settings_of_the_portal_are_those_of_its_issuer(ours: Furnished, theirs: Furnished) -> None:
    path = path_of(ours, "portal-settings", "A")
    before = PortalSettings.objects.filter(pk=theirs.issuer_id).values().get()
    with taken_back():
        sent = filled(ours.browsers["A"], path, {"time_zone": "Africa/Lagos"})
        answer = visit(ours.browsers["A"], "POST", path, {**extras(ours, theirs), **sent})
        assert answer.status_code == HTTPStatus.FOUND
        now = PortalSettings.objects.get(pk=ours.issuer_id)
        assert (now.time_zone, now.changed_by) == ("Africa/Lagos", ours.people["A"].actor)
        assert PortalSettings.objects.filter(pk=theirs.issuer_id).values().get() == before


BUSINESS: Final = {
    "kind": "merchant",
    "name": "Corner Shop",
    "country": "KE",
    "origin": "paper",
    "tax_id": "",
}


@pytest.mark.parametrize("by", ["O", "N"])
def test_who_is_written_down_is_a_draft_whatever_the_form_says(
    by: str, ours: Furnished, theirs: Furnished
) -> None:
    name = "merchant-new" if by == "O" else "application-stage"
    path = path_of(ours, name, "O").replace(str(ours.desk.profile), str(ours.desk.applying))
    browser = ours.browsers["O"]
    if by == "N":
        path, browser = path_of(ours, "apply-stage", "N"), ours.browsers["N"]
    with taken_back():
        sent = filled(browser, path, BUSINESS)
        more = extras(ours, theirs) | {"status": "approved", "origin": "api"}
        more |= {"origin": "paper"} if by == "O" else {}
        answer = visit(browser, "POST", path, {**sent, **more})
        assert answer.status_code == HTTPStatus.FOUND, body_of(answer)
        found = MerchantProfile.objects.filter(name="Corner Shop").get()
        assert (found.issuer_id, found.status) == (ours.issuer_id, "draft")
        assert (found.acceptor_id, found.proposal, found.tax_id_checked) == (None, None, False)
        assert found.origin == ("paper" if by == "O" else "self")
        assert found.made_by == (ours.people["O"].actor if by == "O" else "applicant:0")


def cashier_form(browser: Client, path: str) -> Sent:
    return filled(browser, path, {"email": f"{uuid4().hex}@example.org"})


def test_an_owner_lets_in_cashiers_of_their_own_shop_and_nobody_else(
    ours: Furnished, theirs: Furnished
) -> None:
    path = path_of(ours, "shop-people", "W")
    browser = ours.browsers["W"]
    sent = cashier_form(browser, path)
    with taken_back():
        written = Written()
        answer = visit(browser, "POST", path, {**extras(ours, theirs), **sent, "role": "owner"})
        assert answer.status_code == HTTPStatus.FOUND
        person = Person.objects.get(email=sent["email"])
        (held,) = AcceptorRole.objects.filter(person=person)
        assert (held.role, held.issuer_id, held.acceptor_id) == (
            "cashier",
            ours.issuer_id,
            ours.house.acceptor_id,
        )
        assert not person.roles.exists()
        assert "command" not in written.tables()
    other = given_person()
    given_shop_role(other, ours.house.issuer, ours.house.acceptor_id - 1, AcceptorRoleName.OWNER)
    for thief, status in (
        (ours.browsers["K"], HTTPStatus.FORBIDDEN),
        (signed_in(other), HTTPStatus.NOT_FOUND),  # of the shop beside it
        (theirs.browsers["W"], HTTPStatus.NOT_FOUND),
        (ours.browsers["A"], HTTPStatus.NOT_FOUND),
    ):
        assert attack(thief, path, sent).status == status
        removal = path_of(ours, "shop-people-remove", "W")
        assert attack(thief, removal).status == status
    owner = AcceptorRole.objects.get(
        issuer_id=ours.issuer_id, role="owner", person=ours.people["W"]
    )
    removal = path_of(ours, "shop-people-remove", "W").replace(
        str(ours.desk.cashier), str(owner.pk)
    )
    assert attack(browser, removal).status == HTTPStatus.NOT_FOUND  # only cashiers leave so


@pytest.mark.parametrize("letter", ["W", "K"])
@pytest.mark.parametrize("name", list(ASKS))
def test_who_has_a_role_at_a_shop_has_none_at_its_issuer(
    name: str, letter: str, ours: Furnished
) -> None:
    may, given = ASKS[name]
    path = path_of(ours, name, may)
    sent = filled(ours.browsers[may], path, given)
    assert attack(ours.browsers[letter], path, sent).status == HTTPStatus.NOT_FOUND
