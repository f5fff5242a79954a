"""From an idea to a published voucher, through the pages and a real command."""

import hashlib
import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.databases import connected
from tests.given import SYSTEM, given_stock
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.vouchers.designing import (
    AMOUNTS,
    BASICS,
    REASON,
    command_of,
    fill_in,
    given_draft,
    given_full_draft,
    given_house,
    given_published,
    hidden,
    hiddens,
    send,
)

from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.programmes import ProgrammeDesign, open_funding_account, open_programme
from counterfoil.portal.models import Role, TrailEntry, VoucherDraft


def test_a_voucher_is_designed_step_by_step_approved_and_published_exactly_so(
    portal: Portal,
) -> None:
    house = given_house(portal)
    draft = given_full_draft(house)
    page = house.get(draft)
    assert "Send for approval" in page
    command_id = send(house, draft)
    assert "Waiting for approval" in house.get(draft)
    assert house.approve(command_id) == "done"
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
    published = house.issuer.catalogue.groups["SCHOOL-MEALS"].current
    assert published.version == 1
    assert published.denominations == {5000, 125000}
    assert published.daily_amount_minor_max == 1000000
    assert published.daily_count_max == 40
    assert (published.valid_for_days, published.valid_until) == (90, None)
    assert published.hold_seconds == 7200
    assert published.unused_value == "breakage"
    assert published.accepts == "groups"
    assert published.accepts_names == {"FOOD"}
    assert published.instant is False
    assert published.restock_level == 25
    assert published.number_digits == 18
    assert published.programme_id == house.issuer.catalogue.programmes["PROGRAMME-1"].programme_id
    page = house.get("vouchers/group/SCHOOL-MEALS")
    assert "One warm meal a day." in page
    assert "prepared by Olga Operator" in page
    assert "Abel Approver" in page
    assert REASON in page
    assert house.browser.get(f"{house.root}/{draft}").status_code == 302
    assert house.get("vouchers").count("School meals") == 1


def test_an_edit_makes_version_two_and_stock_keeps_version_one(portal: Portal) -> None:
    house = given_house(portal)
    given_published(house)
    with connected(portal.url) as connection:
        given_stock(connection, house.issuer, 3, group="SCHOOL-MEALS", amount_minor=5000)
    answer = house.browser.post(f"{house.root}/vouchers/group/SCHOOL-MEALS/edit")
    assert answer.status_code == 302
    draft = answer.headers["Location"].removeprefix(f"{house.root}/").removesuffix("/step/basics")
    page = house.get(f"{draft}/step/basics")
    assert 'name="code"' not in page
    assert 'name="programme"' not in page
    basics = {"name": "School lunches", "description": "One warm meal a day."}
    assert fill_in(house, f"{house.root}/{draft}/step/basics", **basics).status_code == 302
    page = house.get(draft)
    assert re.search(
        r"<dt>Name</dt><dd><del>.*School meals</del> <ins>.*School lunches</ins>", page
    )
    assert page.count("<del>") == 1
    again = house.browser.post(f"{house.root}/vouchers/group/SCHOOL-MEALS/edit")
    assert draft in again.headers["Location"]
    assert house.approve(send(house, draft)) == "done"
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
        given_stock(connection, house.issuer, 2, group="SCHOOL-MEALS", amount_minor=5000)
        versions = connection.execute(
            "SELECT group_version, count(*) FROM voucher WHERE issuer_id = %s"
            " GROUP BY 1 ORDER BY 1",
            (house.issuer.issuer_id,),
        ).fetchall()
    assert versions == [(1, 3), (2, 2)]
    page = house.get("vouchers/group/SCHOOL-MEALS")
    assert "School lunches" in page
    assert "1 change<" in page


def test_a_draft_is_kept_at_each_step_and_shown_in_the_list(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_draft(house)
    page = house.get("vouchers")
    assert "School meals" in page
    assert f"{house.root}/{draft}" in page
    answer = fill_in(house, f"{house.root}/{draft}/step/amounts", **AMOUNTS, then="close")
    assert answer.headers["Location"] == f"{house.root}/vouchers"
    assert "50.00\n1,250.00</textarea>" in house.get(f"{draft}/step/amounts")
    page = house.get(draft)
    assert page.count("is not filled in yet") == 3
    assert re.search(r'<button class="button main" disabled>\s*Send', page)
    refused = fill_in(house, f"{house.root}/{draft}", reason=REASON)
    assert refused.status_code == 200
    assert VoucherDraft.objects.get(pk=draft[-36:]).status == "open"


def test_the_same_first_step_sent_twice_is_one_draft(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/vouchers/new"
    sent = hiddens(house.get("vouchers/new")) | BASICS
    first, second = house.browser.post(url, sent), house.browser.post(url, sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert VoucherDraft.objects.filter(issuer_id=house.issuer.issuer_id).count() == 1


def test_a_draft_that_somebody_else_changed_says_so_and_shows_the_difference(
    portal: Portal,
) -> None:
    house = given_house(portal)
    draft = given_draft(house)
    url = f"{house.root}/{draft}/step/basics"
    mine = hiddens(house.get(f"{draft}/step/basics")) | BASICS | {"name": "Meals at school"}
    other = given_person(Role.OPERATOR, issuer=house.issuer, name="Otto Operator")
    theirs = signed_in(other)
    page = theirs.get(url).content.decode()
    changed = hiddens(page) | BASICS | {"name": "Warm meals", "description": "Twice a day."}
    assert theirs.post(url, changed).status_code == 302
    answer = house.browser.post(url, mine)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Otto Operator changed this while you were writing" in page
    assert "Warm meals" in page
    assert 'value="Meals at school"' in page
    assert "Twice a day.</textarea>" in page  # only they changed that, so it is taken over
    assert VoucherDraft.objects.get(pk=draft[-36:]).design["name"] == "Warm meals"
    once_more = mine | hiddens(page) | {"description": "Twice a day."}
    assert house.browser.post(url, once_more).status_code == 302
    design = VoucherDraft.objects.get(pk=draft[-36:]).design
    assert (design["name"], design["description"]) == ("Meals at school", "Twice a day.")


def test_what_was_changed_while_it_was_reviewed_is_not_sent(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_full_draft(house)
    seen = hiddens(house.get(draft)) | {"reason": REASON}
    basics = BASICS | {"name": "Something else"}
    assert fill_in(house, f"{house.root}/{draft}/step/basics", **basics).status_code == 302
    answer = house.browser.post(f"{house.root}/{draft}", seen)
    assert answer.status_code == 200
    assert "Nothing was sent" in answer.content.decode()
    assert REASON in answer.content.decode()
    assert VoucherDraft.objects.get(pk=draft[-36:]).command_id is None


def test_sending_twice_is_one_command(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_full_draft(house)
    seen = hiddens(house.get(draft)) | {"reason": REASON}
    first = house.browser.post(f"{house.root}/{draft}", seen)
    second = house.browser.post(f"{house.root}/{draft}", seen)
    assert command_of(first) == command_of(second)
    prepared = TrailEntry.objects.filter(
        issuer_id=house.issuer.issuer_id, event="command.prepared.publish_group"
    )
    assert prepared.count() == 1


def test_what_waits_cannot_be_changed_and_what_is_rejected_can(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_full_draft(house)
    command_id = send(house, draft)
    locked = house.browser.get(f"{house.root}/{draft}/step/amounts")
    assert locked.headers["Location"] == f"{house.root}/{draft}"
    discarded = house.browser.post(f"{house.root}/{draft}/discard")
    assert discarded.headers["Location"] == f"{house.root}/{draft}"
    assert VoucherDraft.objects.get(pk=draft[-36:]).status == "sent"
    assert house.reject(command_id, "Fifty is too little") == "rejected"
    page = house.get(draft)
    assert "It was sent for approval and came back" in page
    assert "Fifty is too little" in page
    more = AMOUNTS | {"denominations": "60"}
    assert fill_in(house, f"{house.root}/{draft}/step/amounts", **more).status_code == 302
    assert "came back" not in house.get(draft)
    assert house.approve(send(house, draft)) == "done"
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
    assert house.issuer.catalogue.groups["SCHOOL-MEALS"].current.denominations == {6000}


def test_a_draft_that_was_overtaken_shows_itself_against_the_newer_version(portal: Portal) -> None:
    house = given_house(portal)
    given_published(house)
    answer = house.browser.post(f"{house.root}/vouchers/group/SCHOOL-MEALS/edit")
    draft = answer.headers["Location"].removeprefix(f"{house.root}/").removesuffix("/step/basics")
    with connected(portal.url) as connection:
        house.issuer.catch_up(connection)
        now = house.issuer.catalogue.groups["SCHOOL-MEALS"].current
        create_group(
            connection,
            house.issuer,
            SYSTEM,
            GroupDesign(
                code="SCHOOL-MEALS",
                name="By the command line",
                currency="KES",
                denominations=tuple(sorted(now.denominations)),
                valid_for_days=30,
            ),
        )
    page = house.get(draft)
    assert "Version 2 was published after this draft was begun from version 1." in page
    assert fill_in(house, f"{house.root}/{draft}", reason=REASON).status_code == 200
    version = hidden(page.partition('id="moved"')[2], "version")
    followed = house.browser.post(f"{house.root}/{draft}/follow", {"version": version})
    assert followed.status_code == 302
    page = house.get(draft)
    assert "was published after" not in page
    assert re.search(r"<del>.*By the command line</del>", page)
    assert house.approve(send(house, draft)) == "done"
    assert "by Counterfoil" in house.get("vouchers/group/SCHOOL-MEALS")


def test_a_draft_thrown_away_frees_its_code(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_draft(house)
    twice = fill_in(house, f"{house.root}/vouchers/new", **(BASICS | {"name": "Others"}))
    assert twice.status_code == 200
    assert VoucherDraft.objects.filter(issuer_id=house.issuer.issuer_id).count() == 1
    assert house.browser.post(f"{house.root}/{draft}/discard").status_code == 302
    assert house.browser.get(f"{house.root}/{draft}").status_code == 404
    given_draft(house)
    events = TrailEntry.objects.filter(issuer_id=house.issuer.issuer_id).values_list("event")
    assert sorted(event for (event,) in events) == [
        "voucher_draft.begun",
        "voucher_draft.begun",
        "voucher_draft.discarded",
    ]


def test_a_picture_is_drawn_anew_and_shown_and_survives_an_error(portal: Portal) -> None:
    house = given_house(portal)
    url = f"{house.root}/vouchers/new"
    wrong = hiddens(house.get("vouchers/new")) | BASICS | {"name": "", "picture": a_picture()}
    page = house.browser.post(url, wrong).content.decode()
    assert "meal.jp" in page
    answer = house.browser.post(url, hiddens(page) | BASICS)
    assert answer.status_code == 302, answer.content.decode()
    draft = VoucherDraft.objects.get(issuer_id=house.issuer.issuer_id)
    digest = draft.design["picture"]
    shown = house.browser.get(f"{house.root}/pictures/{digest}.webp")
    assert shown.status_code == 200
    assert hashlib.sha256(shown.content).hexdigest() == digest
    assert b"GPS" not in shown.content
    page = house.get(f"vouchers/drafts/{draft.pk}/step/basics")
    assert f"/pictures/{digest}.webp" in page
    without = BASICS | {"without_picture": "on"}
    step = f"{house.root}/vouchers/drafts/{draft.pk}/step/basics"
    assert fill_in(house, step, **without).status_code == 302
    assert VoucherDraft.objects.get(pk=draft.pk).design["picture"] is None


def test_names_are_found_and_kept_while_looking_for_more(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_draft(house)
    step = f"{house.root}/{draft}/step/acceptance"
    looked = fill_in(
        house, step, accepts="acceptors", settlement="instant", find="asha", find_now="1"
    )
    page = looked.content.decode()
    assert looked.status_code == 200
    assert 'value="Asha Stores"' in page
    assert "Not saved yet" not in page
    part = house.browser.get(
        f"{house.root}/{draft}/names",
        {"find": "nobody", "named": "Asha Stores"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert re.search(r'value="Asha Stores"[^>]*checked', part)
    saved = fill_in(house, step, accepts="acceptors", named=["Asha Stores"], settlement="instant")
    assert saved.status_code == 302, saved.content.decode()
    design = VoucherDraft.objects.get(pk=draft[-36:]).design
    assert (design["accepts"], design["accepts_names"]) == ("acceptors", ["Asha Stores"])
    assert "1 approved merchant or agent would accept it today" in house.get(
        f"{draft}/step/acceptance"
    )


def test_another_currency_empties_the_amounts(portal: Portal) -> None:
    house = given_house(portal)
    with connected(portal.url) as connection:
        account = open_funding_account(
            connection, house.issuer, SYSTEM, fsp="bank", account="E-1", currency="EUR"
        )
        open_programme(
            connection,
            house.issuer,
            SYSTEM,
            ProgrammeDesign(name="In euros"),
            code="EUROS",
            funding_account_id=account,
        )
    draft = given_full_draft(house)
    basics = BASICS | {"programme": "EUROS"}
    assert fill_in(house, f"{house.root}/{draft}/step/basics", **basics).status_code == 302
    row = VoucherDraft.objects.get(pk=draft[-36:])
    assert row.design["currency"] == "EUR"
    assert row.design["denominations"] == []
    assert "amounts" not in row.steps
    assert "“Amounts” is not filled in yet." in house.get(draft)


def test_only_operators_design_and_others_only_look(portal: Portal) -> None:
    house = given_house(portal)
    draft = given_full_draft(house)
    auditor = signed_in(given_person(Role.AUDITOR, issuer=house.issuer))
    page = auditor.get(f"{house.root}/{draft}")
    assert page.status_code == 200
    assert "Send for approval" not in page.content.decode()
    assert auditor.get(f"{house.root}/vouchers/new").status_code == 403
    assert auditor.get(f"{house.root}/{draft}/step/basics").status_code == 403
    assert auditor.post(f"{house.root}/{draft}", {}).status_code == 403
    assert auditor.post(f"{house.root}/{draft}/discard", {}).status_code == 403


def test_nothing_of_another_issuer_is_there(portal: Portal) -> None:
    house, other = given_house(portal), given_house(portal)
    draft = given_full_draft(house)
    given_published(house, code="OTHER-MEALS")
    for path in (
        draft,
        f"{draft}/step/basics",
        f"{draft}/print",
        f"{draft}/names",
        "vouchers/group/OTHER-MEALS",
        "vouchers/group/OTHER-MEALS/turn/paused",
    ):
        assert other.browser.get(f"{other.root}/{path}").status_code == 404, path
        assert other.browser.get(f"{house.root}/{path}").status_code == 404, path
    for path in (draft, f"{draft}/discard", f"{draft}/follow", "vouchers/group/OTHER-MEALS/edit"):
        assert other.browser.post(f"{other.root}/{path}").status_code == 404, path
    assert "School meals" not in other.get("vouchers")


def a_picture() -> SimpleUploadedFile:
    """With a place in it, as cameras write it."""
    image = Image.new("RGB", (80, 40), "green")
    exif = Image.Exif()
    exif[0x010E] = "GPS of a school"
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif)
    return SimpleUploadedFile("meal.jpg", written.getvalue(), "image/jpeg")
