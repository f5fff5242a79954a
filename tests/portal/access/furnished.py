"""An issuer that has one of everything, with somebody of each role: each text of it marked, so that
what is seen of it elsewhere is found.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.test import Client
from tests.portal.access.asked import Asked, given_asked
from tests.portal.access.banking import Banking, given_banking
from tests.portal.access.buying import Buying, given_buying
from tests.portal.access.desk import Desk, given_desk
from tests.portal.access.handing import Handing, given_handing
from tests.portal.access.house import House, Marks, given_house
from tests.portal.access.paying import Paying, given_paying
from tests.portal.access.purchasing import Purchasing, given_purchasing
from tests.portal.access.replacing import Replacing, given_replacing
from tests.portal.conftest import Portal
from tests.portal.given import (
    PASSWORD,
    given_buyer_role,
    given_person,
    given_shop_role,
    signed_in,
    signed_out,
)

from counterfoil.portal.models import (
    AcceptorRoleName,
    Audience,
    Mail,
    MailStatus,
    Notification,
    OrganisationRoleName,
    Person,
    Role,
)

ROLES: Final[Mapping[str, Role]] = {
    "A": Role.ADMINISTRATOR,
    "O": Role.OPERATOR,
    "P": Role.APPROVER,
    "F": Role.FINANCE,
    "U": Role.AUDITOR,
}
SHOP_ROLES: Final[Mapping[str, AcceptorRoleName]] = {
    "W": AcceptorRoleName.OWNER,
    "K": AcceptorRoleName.CASHIER,
}
BUYER_ROLES: Final[Mapping[str, OrganisationRoleName]] = {
    "M": OrganisationRoleName.MANAGER,
    "D": OrganisationRoleName.DISTRIBUTOR,
}
_FOR_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Furnished:
    """`people` and `browsers` are by the letter of their role; N is a browser of nobody."""

    marks: Marks
    house: House
    desk: Desk
    buying: Buying
    purchasing: Purchasing
    handing: Handing
    replacing: Replacing
    paying: Paying
    banking: Banking
    asked: Asked
    people: Mapping[str, Person]
    browsers: Mapping[str, Client]
    mail_id: int
    told: Mapping[str, int]  # a notification of each of those people

    @property
    def code(self) -> str:
        return self.house.issuer.code

    @property
    def issuer_id(self) -> int:
        return self.house.issuer.issuer_id

    @property
    def root(self) -> str:
        return f"/portal/{self.code}"


def given_furnished(portal: Portal, word: str, *, at: int) -> Furnished:
    """`word` is in every name of it; `at` is the id of what it has of each kind."""
    letters = "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _letter in range(9))
    marks = Marks(text=f"q{letters}", code=f"Z{letters[::-1].upper()}", word=word, at=at)
    house = given_house(portal, marks)
    people = _people(house, marks)
    desk = given_desk(house, marks, people)
    buying = given_buying(house, marks, people)
    handing = given_handing(portal, house, marks, people)
    purchasing = given_purchasing(house, marks, people)
    replacing = given_replacing(house, marks, people)
    paying = given_paying(portal, house, marks)
    banking = given_banking(portal, house, marks)
    asked = given_asked(portal, house, marks, people, desk, buying, purchasing, paying, banking)
    lately = {"seconds_ago": -_FOR_SECONDS}  # however long these tests take
    browsers = {letter: signed_in(person, **lately) for letter, person in people.items()}
    Mail.objects.create(
        issuer_id=house.issuer.issuer_id,
        recipient=f"lost@{marks.text}.org",
        subject=marks.name("Lost"),
        status=MailStatus.FAILED,
        tries=10,
        last_error="SMTPRecipientsRefused",
    )
    mail = Mail.objects.create(recipient=f"told@{marks.text}.org", subject="told", body="told")
    return Furnished(
        marks,
        house,
        desk,
        buying,
        purchasing,
        handing,
        replacing,
        paying,
        banking,
        asked,
        people,
        browsers | {"N": signed_out()},
        mail.pk,
        _told(house, marks, people),
    )


def _told(house: House, marks: Marks, people: Mapping[str, Person]) -> dict[str, int]:
    """The same of everybody, as each would be told."""
    return {
        letter: Notification.objects.create(
            issuer_id=house.issuer.issuer_id,
            person=person,
            audience=_audience(letter),
            place_id=_place_id(house, letter),
            kind="stock_low" if _audience(letter) is Audience.OFFICE else "redemption",
            subject=f"group:{house.group}",
            parameters={"name": marks.name("Running out"), "count": 7},
        ).pk
        for letter, person in people.items()
    }


def _audience(letter: str) -> Audience:
    if letter in SHOP_ROLES:
        return Audience.SHOP
    return Audience.ORGANISATION if letter in BUYER_ROLES else Audience.OFFICE


def _place_id(house: House, letter: str) -> int | None:
    if letter in SHOP_ROLES:
        return house.acceptor_id
    return house.organisation_id if letter in BUYER_ROLES else None


def _people(house: House, marks: Marks) -> dict[str, Person]:
    """All have a password and a second factor."""
    people = {}
    for letter, role in ROLES.items():
        people[letter] = _person(marks, role.value)
        people[letter].roles.create(role=role, issuer_id=house.issuer.issuer_id)
    for letter, shop_role in SHOP_ROLES.items():
        people[letter] = _person(marks, shop_role.value)
        given_shop_role(people[letter], house.issuer, house.acceptor_id, shop_role)
    for letter, buyer_role in BUYER_ROLES.items():
        people[letter] = _person(marks, buyer_role.value)
        given_buyer_role(people[letter], house.issuer, house.organisation_id, buyer_role)
    return people


def _person(marks: Marks, what: str) -> Person:
    return given_person(
        name=marks.name(what.title()),
        email=f"{what}@{marks.text}.org",
        password=PASSWORD,
        second_factor=True,
    )
