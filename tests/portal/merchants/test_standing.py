"""A merchant that is registered: suspended, reinstated, closed; its groups and limits; those that
came without a profile; and the list of all.
"""

import re

from django.db import connection as django_connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.databases import connected
from tests.given import SYSTEM
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.merchants.test_banking import acceptor_of
from tests.portal.merchants.test_registering import redeemed_at
from tests.portal.merchants.working import (
    BUSINESS,
    REASON,
    begun,
    form_of,
    given_room,
    in_review,
    mails_to,
    registered,
    words_of,
)

from counterfoil.engine.acceptors import (
    AcceptorChange,
    AcceptorDesign,
    change_acceptor,
    create_acceptors,
)
from counterfoil.engine.catalogue import DailyLimits
from counterfoil.engine.operation import Outcome
from counterfoil.portal.language import day_text
from counterfoil.portal.models import MerchantProfile, Role
from counterfoil.portal.orchestrator.merchants.standing import turned

QUERIES_MAX = 15
ACCOUNT = "+254712345678"


def test_a_suspension_stops_redemption_at_once_and_is_lifted_by_two(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    name = BUSINESS["name"]
    assert redeemed_at(room, name, ACCOUNT).outcome is Outcome.DONE
    url = f"{room.root}/{acceptor_id}"
    suspended = room.asks(f"{url}/suspend", {"reason": "They charge a fee for vouchers"})
    assert room.carry_out(suspended) == "done"
    assert redeemed_at(room, name, ACCOUNT).outcome is Outcome.ACCEPTOR_NOT_APPROVED
    page = words_of(room.page(url))
    assert "Mama Njeri Shop Suspended" in page
    assert "They charge a fee for vouchers" in page
    assert "Owed to it 10.00 KES for the next payout" in page
    reinstated = room.asks(f"{url}/reinstate", {"reason": "They gave the fees back"})
    assert room.carry_out(reinstated) is None
    assert redeemed_at(room, name, ACCOUNT).outcome is Outcome.ACCEPTOR_NOT_APPROVED
    assert room.approve(reinstated) == "done"
    assert redeemed_at(room, name, ACCOUNT).outcome is Outcome.DONE


def test_a_suspended_merchant_says_why_since_when_and_who_said_so(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    assert "since" not in words_of(room.page(url)).partition("Owed to it")[0]
    room.carry_out(room.asks(f"{url}/suspend", {"reason": "They charge a fee for vouchers"}))
    room.carry_out(room.asks(f"{url}/payouts/hold", {"reason": "Receipts are missing"}))
    today = day_text(timezone.localdate())
    banners = words_of(room.page(url)).partition("Owed to it")[0]
    assert "It is suspended: its redemptions are refused. They charge a fee" in banners
    assert re.search(rf"charge a fee for vouchers since {today}, \S+ \S+ · Otieno Odhi", banners)
    assert re.search(rf"Receipts are missing since {today}, \S+ \S+ · Otieno Odhiambo", banners)
    assert "payable" not in banners  # its payouts are held
    assert room.approve(room.asks(f"{url}/reinstate", {"reason": "They paid it back"})) == "done"
    banners = words_of(room.page(url)).partition("Owed to it")[0]
    assert "charge a fee" not in banners
    assert "Receipts are missing" in banners


def test_the_latest_suspension_is_the_one_that_is_told(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    room.carry_out(room.asks(f"{url}/suspend", {"reason": "The first time"}))
    assert room.approve(room.asks(f"{url}/reinstate", {"reason": REASON})) == "done"
    with connected(portal.url) as connection:  # by a calling system, with other changes
        change_acceptor(
            connection,
            room.issuer,
            SYSTEM,
            acceptor_id,
            AcceptorChange(status="suspended", groups=("FOOD",)),
            reason="The second time",
        )
    found = turned(room.issuer.issuer_id, acceptor_id, "suspended", payouts_held=False)
    assert (found["standing"].reason, found["standing"].by) == ("The second time", SYSTEM.actor)
    assert "The second time" in room.page(url).partition("<dl")[0]


def test_a_closed_merchant_says_why(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    assert room.approve(room.asks(f"{url}/close", {"reason": "The shop was sold"})) == "done"
    banners = words_of(room.page(url)).partition("Owed to it")[0]
    assert "It is closed for good: it never redeems again. The shop was sold since" in banners


def test_groups_are_shown_by_their_names(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    created = room.asks(f"{room.root}/groups", {"code": "PHARM", "name": "Pharmacies of the coast"})
    assert room.carry_out(created) == "done"
    asked = {"groups": ["PHARM"], "daily_count": "1000", "reason": REASON}
    command_id = room.asks(f"{room.root}/{acceptor_id}/groups", asked)
    decide = f"/portal/{room.issuer.code}/commands/{command_id}/decide"
    page = words_of(room.approving.get(decide))
    assert "Pharmacies of the coast (PHARM)" in page
    assert "Most vouchers in a day was no limit becomes 1,000" in page
    assert room.approve(command_id) == "done"
    assert "Groups Pharmacies of the coast PHARM" in words_of(
        room.page(f"{room.root}/{acceptor_id}")
    )
    row = words_of(room.page(room.root)).partition("Mama Njeri Shop Approved")[2]
    assert row.startswith(" Pharmacies of the coast ")


def test_of_a_tax_number_without_check_digits_only_the_form_is_said_to_be_right(
    portal: Portal,
) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    page = words_of(room.page(f"{room.root}/{acceptor_id}"))
    assert "Tax number P051365947M only its form was checked, and is right" in page


def test_closing_is_for_good_and_needs_two(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    command_id = room.asks(f"{url}/close", {"reason": "The shop was sold"})
    assert room.carry_out(command_id) is None
    assert room.approve(command_id) == "done"
    assert acceptor_of(room, acceptor_id).status == "closed"
    page = room.page(url)
    assert "Closed" in words_of(page)
    for path in ("suspend", "reinstate", "close", "groups", "bank"):
        assert f"{url}/{path}" not in page
    assert room.browser.get(f"{url}/reinstate").status_code == 302


def test_what_does_not_fit_where_it_stands_is_not_asked_for(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}"
    for act in ("approve", "reject", "reopen", "reinstate", "payouts/release"):
        answer = room.browser.get(f"{url}/{act}")
        assert (answer.status_code, answer.headers["Location"]) == (302, url), act
    assert room.browser.get(f"{url}/sing").status_code == 404
    assert room.browser.get(f"{url}/payouts/sing").status_code == 404


def test_groups_and_limits_are_changed_by_two_and_not_over_somebody_elses(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}/groups"
    first = room.asks(
        url, {"groups": ["FOOD"], "daily_amount": "1,000.00", "daily_count": "5", "reason": REASON}
    )
    second = room.asks(url, {"groups": [], "daily_amount": "2,000.00", "reason": REASON})
    decide = f"/portal/{room.issuer.code}/commands/{first}/decide"
    page = words_of(room.approving.get(decide))
    assert "Groups and limits of Mama Njeri Shop" in page
    assert "1,000.00 KES" in page
    assert room.approve(first) == "done"
    acceptor = acceptor_of(room, acceptor_id)
    assert acceptor.groups == {"FOOD"}
    assert acceptor.daily_limits == DailyLimits(100_000, 5)
    decide = f"/portal/{room.issuer.code}/commands/{second}/decide"
    assert "It was changed since this was prepared" in words_of(room.approving.get(decide))
    assert room.approve(second) == "refused"
    assert acceptor_of(room, acceptor_id).groups == {"FOOD"}


def test_a_stale_page_of_limits_shows_what_changed(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    url = f"{room.root}/{acceptor_id}/groups"
    opened = form_of(room.browser.get(url))
    assert room.approve(room.asks(url, {"daily_count": "5", "reason": REASON})) == "done"
    answer = room.browser.post(url, {**opened, "daily_count": "7", "reason": REASON})
    assert answer.status_code == 200
    page = words_of(answer)
    assert "This was changed while you were writing" in page
    assert "Most vouchers in a day 5 7" in page


def test_groups_are_listed_with_their_members_and_created_at_once(portal: Portal) -> None:
    room = given_room(portal)
    url = f"{room.root}/groups"
    command_id = room.asks(url, {"code": "COAST", "name": "Shops on the coast"})
    assert room.carry_out(command_id) == "done"
    page = words_of(room.page(url))
    assert "Shops on the coast COAST 0 0" in page
    assert "FOOD FOOD 1 1" in page
    answer = room.sends(url, {"code": "COAST", "name": "Again"})
    assert "There is a group of that code already." in words_of(answer)
    answer = room.sends(url, {"code": "a/b", "name": "Again"})
    assert "Use letters, digits, spaces, dots and hyphens." in words_of(answer)


def test_one_that_came_by_the_api_is_listed_and_can_get_a_profile(portal: Portal) -> None:
    room = given_room(portal)
    page = words_of(room.page(room.root))
    assert "Asha Stores Approved Groups FOOD" in page or "Asha Stores" in page
    assert "made by Counterfoil, no profile" in page
    url = f"{room.root}/1"
    assert "No profile yet" in words_of(room.page(url))
    answer = room.browser.post(f"{url}/profile")
    profile = MerchantProfile.objects.get(issuer_id=room.issuer.issuer_id, acceptor_id=1)
    assert answer.headers["Location"] == f"{room.root}/applications/{profile.pk}/business"
    assert (profile.name, profile.status, profile.account) == ("Asha Stores", "approved", "ACC-1")
    again = room.browser.post(f"{url}/profile")
    assert again.headers["Location"] == answer.headers["Location"]
    saved = room.sends(
        answer.headers["Location"],
        {
            "kind": "agent",
            "name": "Other",
            "registered_name": "Asha Ltd",
            "country": "KE",
            "tax_id": "",
        },
    )
    assert saved.status_code == 302
    profile.refresh_from_db()
    assert (profile.name, profile.kind, profile.registered_name) == (
        "Asha Stores",
        "merchant",
        "Asha Ltd",
    )
    assert "Asha Ltd" in words_of(room.page(url))


def test_one_that_came_in_review_is_approved_or_rejected_by_two(portal: Portal) -> None:
    room = given_room(portal)
    with connected(portal.url) as connection:
        first, second = create_acceptors(
            connection,
            room.issuer,
            SYSTEM,
            [
                AcceptorDesign(name="By API", kind="merchant", account="B-1", status="draft"),
                AcceptorDesign(name="By API too", kind="agent", account="B-2", status="draft"),
            ],
        )
    page = words_of(room.page(f"{room.root}?status=in_review"))
    assert "By API too Agent In review" in page
    assert "Asha Stores" not in page
    assert room.approve(room.asks(f"{room.root}/{first}/approve", {"reason": REASON})) == "done"
    assert room.approve(room.asks(f"{room.root}/{second}/reject", {"reason": REASON})) == "done"
    assert acceptor_of(room, first).status == "approved"
    assert acceptor_of(room, second).status == "rejected"
    assert room.approve(room.asks(f"{room.root}/{second}/reopen", {"reason": REASON})) == "done"
    assert acceptor_of(room, second).status == "draft"


def names_in(page: str) -> list[str]:
    return re.findall(r'<tr><td class="roomy"><a href="[^"]+">([^<]+)</a>', page)


def test_the_list_is_filtered_sorted_and_paged_by_key(portal: Portal) -> None:
    room = given_room(portal)
    designs = [
        AcceptorDesign(
            name=f"Shop {number:03d}",
            kind="agent" if number % 2 else "merchant",
            account=f"S-{number}",
            groups=("COAST",) if number % 3 == 0 else (),
        )
        for number in range(120)
    ]
    with connected(portal.url) as connection:
        create_acceptors(connection, room.issuer, SYSTEM, designs)
    begun(room, name="Shop 042 and a half")
    begun(room, name="Aardvark Grocers")

    def all_pages(query: str) -> list[str]:
        found: list[str] = []
        url = f"{room.root}{query}"
        while url:
            page = room.page(url)
            found += names_in(page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            url = f"{room.root}{following[1].replace('&amp;', '&')}" if following else ""
        return found

    everything = all_pages("")
    assert everything == sorted(everything)
    assert len(everything) == 123
    assert everything[:2] == ["Aardvark Grocers", "Asha Stores"]
    assert everything[44:47] == ["Shop 042", "Shop 042 and a half", "Shop 043"]
    newest = all_pages("?sort=newest")
    assert len(newest) == 123
    assert newest[:3] == ["Aardvark Grocers", "Shop 042 and a half", "Shop 119"]
    assert newest[-2:] == ["Shop 000", "Asha Stores"]
    assert all_pages("?status=draft") == ["Aardvark Grocers", "Shop 042 and a half"]
    assert len(all_pages("?kind=agent")) == 60
    assert len(all_pages("?group=COAST")) == 40
    assert all_pages("?text=042") == ["Shop 042", "Shop 042 and a half"]
    assert all_pages("?text=njeri%20general") == ["Aardvark Grocers", "Shop 042 and a half"]
    assert all_pages("?text=%25") == []
    assert len(all_pages("?status=nonsense&after=nonsense&sort=nonsense")) == 123


def test_no_page_asks_more_than_fifteen_times(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room, name="In Review")
    acceptor_id = registered(room)
    room.page(room.root)
    base = f"{room.root}/applications/{profile.pk}"
    for url in (
        room.root,
        f"{room.root}?sort=newest",
        f"{room.root}/groups",
        f"{room.root}/new",
        base,
        f"{base}/review",
        f"{base}/places",
        f"{base}/verify/legal",
        f"{base}/propose",
        f"{base}/ask",
        f"{room.root}/{acceptor_id}",
        f"{room.root}/{acceptor_id}/suspend",
        f"{room.root}/{acceptor_id}/groups",
        f"{room.root}/{acceptor_id}/bank",
        f"{room.root}/{acceptor_id}/owner",
    ):
        with CaptureQueriesContext(django_connection) as asked:
            assert room.browser.get(url).status_code == 200, url
        counted = [each for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]]
        assert len(counted) <= QUERIES_MAX, (url, [each["sql"][:90] for each in counted])


def test_an_owner_is_invited_later_too(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    email = f"owner-{room.issuer.code.lower()}@example.org"
    answer = room.sends(f"{room.root}/{acceptor_id}/owner", {"email": email})
    assert answer.status_code == 302
    (mail,) = mails_to(email)
    assert "/portal/welcome/" in mail.body
    assert "One owner can sign in" in words_of(room.page(f"{room.root}/{acceptor_id}"))
    mine = room.sends(f"{room.root}/{acceptor_id}/owner", {"email": room.operator.email})
    assert mine.status_code == 200  # nobody gives roles to themselves


def test_money_is_only_held_by_who_may(portal: Portal) -> None:
    room = given_room(portal)
    acceptor_id = registered(room)
    finance = signed_in(given_person(Role.FINANCE, issuer=room.issuer))
    assert finance.get(f"{room.root}/{acceptor_id}/payouts/hold").status_code == 200
    for path in ("suspend", "bank", "groups", "owner"):
        assert finance.get(f"{room.root}/{acceptor_id}/{path}").status_code == 403, path
    assert room.approving.get(f"{room.root}/{acceptor_id}/payouts/hold").status_code == 403


def test_who_approves_sees_its_papers_and_can_open_them(portal: Portal) -> None:
    room = given_room(portal)
    profile = in_review(room)
    url = f"{room.root}/applications/{profile.pk}/propose"
    command_id = room.asks(url, {"reason": REASON, "owner_email": ""})
    (paper,) = profile.documents.select_related("upload")
    page = room.approving.get(f"/portal/{room.issuer.code}/commands/{command_id}/decide")
    link = f'<a href="/portal/{room.issuer.code}/uploads/{paper.upload.id}">paper.png</a>'
    assert link in page.content.decode()
    assert "Registration certificate becomes paper.png" in words_of(page)
