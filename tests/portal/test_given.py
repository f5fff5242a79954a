"""What other tests of pages stand on."""

from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in

from counterfoil.portal.models import Role


def test_a_person_with_a_role_is_signed_in_and_goes_to_the_only_place(portal: Portal) -> None:
    issuer = given_office(portal)
    browser = signed_in(given_person(Role.ADMINISTRATOR, issuer=issuer))
    answer = browser.get("/portal/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/portal/{issuer.code}/"
