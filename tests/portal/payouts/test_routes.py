"""Which rail pays whom: written down place by place, and approved beside what there was."""

from tests.databases import connected
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.filled import filled
from tests.portal.money.working import House, command_of, given_house, posted, words_of

from counterfoil.engine.database import connect_as_owner
from counterfoil.engine.payouts.routes import Route, routes_of
from counterfoil.engine.payouts.routing import set_routes

PATH = "payouts/routes/change"
REASON = {"reason": "the bank opened its door"}


def routes(house: House) -> list[Route]:
    with connected(house.portal.url) as engine:
        return routes_of(engine, house.issuer.issuer_id)


def given_rails(house: House) -> None:
    """What a worker tells when it starts."""
    with connect_as_owner(house.portal.url) as owner:
        for name, is_online in (("sandbox", True), ("sepa", False)):
            owner.execute(
                "INSERT INTO rail (issuer_id, name, is_online) VALUES (%s, %s, %s)",
                [house.issuer.issuer_id, name, is_online],
            )
        owner.commit()


def given_routes(house: House, *wanted: Route) -> None:
    with connected(house.portal.url) as engine:
        set_routes(engine, house.issuer, SYSTEM, wanted, reason="as agreed")


def send(house: House, given: dict[str, str]) -> str:
    """The words of the form that came back."""
    url = f"{house.root}/{PATH}"
    answer = posted(house.finance, url, {**filled(house.finance, url, {**given, **REASON})})
    assert answer.status_code == 200
    return words_of(answer)


def test_without_routes_the_sandbox_pays(portal: Portal) -> None:
    house = given_house(portal)
    assert "Everything is paid by the sandbox" in house.page("payouts/routes")


def test_routes_are_written_approved_and_changed(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/{PATH}"
    first = {
        "place_1": "2",
        "rail_1": "sandbox",
        "place_2": "1",
        "scheme_2": "iban",
        "currency_2": "KES",
        "rail_2": "sepa",
        **REASON,
    }
    command = command_of(posted(house.finance, url, filled(house.finance, url, first)))
    for page in ("payouts/routes", PATH):
        assert "A change of this waits for approval." in house.page(page)
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "Route 1 becomes IBAN, KES: sepa" in decided
    assert "Route 2 becomes whatever is left: sandbox" in decided
    assert routes(house) == []
    assert house.approve(command) == "done"
    assert routes(house) == [
        Route(scheme="iban", currency="KES", rail="sepa"),
        Route(rail="sandbox"),
    ]
    page = house.page("payouts/routes")
    assert "1 IBAN, KES sepa 2 whatever is left sandbox" in page
    assert "stays owed" not in page

    second = {"rail_2": "bank-2", **REASON}
    command = command_of(posted(house.finance, url, filled(house.finance, url, second)))
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "Route 2 was whatever is left: sandbox becomes whatever is left: bank-2" in decided
    assert "Route 1" not in decided, "only what differs"


def test_a_route_of_a_programme_is_named_by_it(portal: Portal) -> None:
    house = given_house(portal)
    given_routes(house, Route(programme_id=1, rail="bank"))
    page = house.page("payouts/routes")
    assert "Programme 1 (PROGRAMME-1)" in page
    assert "What fits none of these is not paid: it stays owed." in page


def test_what_cannot_be_is_not_sent(portal: Portal) -> None:
    house = given_house(portal)
    given_routes(house, Route(rail="bank"))
    before, told = routes(house), house.commands()
    for given, said in (
        ({}, "Nothing here differs from what is set now."),
        ({"rail_1": "Bank of Kenya"}, "Write the rail's name in small letters"),
        ({"scheme_2": "iban"}, "Say which rail pays these."),
        ({"scheme_2": "iban", "rail_2": "sepa"}, "This is never reached"),
        ({"place_2": "0", "rail_2": "sepa"}, "Write 1 or more."),
    ):
        assert said in send(house, given), given
    assert routes(house) == before
    assert house.commands() == told


def test_routes_that_somebody_else_changed_meanwhile_are_shown_first(portal: Portal) -> None:
    house = given_house(portal)
    given_routes(house, Route(rail="bank"))
    url = f"{house.root}/{PATH}"
    written = filled(house.finance, url, {"rail_1": "sepa", **REASON})
    given_routes(house, Route(rail="other"))
    answer = posted(house.finance, url, written)
    assert answer.status_code == 200
    assert "other" in words_of(answer)
    assert house.commands() == 0


def test_rails_that_a_worker_has_are_chosen_by_name(portal: Portal) -> None:
    house = given_house(portal)
    given_routes(house, Route(rail="old"))
    given_rails(house)
    page = house.page("payouts/routes")
    assert "No worker has the rail old: what goes there waits." in page
    url = f"{house.root}/{PATH}"
    form = words_of(house.finance.get(url))
    assert "old sandbox (one by one) sepa (in files)" in form
    assert "Select a valid choice" in send(house, {"rail_1": "elsewhere"})
    command = command_of(
        posted(house.finance, url, filled(house.finance, url, {"rail_1": "sepa", **REASON}))
    )
    assert house.approve(command) == "done"
    assert "1 whatever is left sepa in files" in house.page("payouts/routes")
