"""Handing out, fetching once, and what becomes of the password and the numbers."""

import io
import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZipFile

import pytest
from django.db import connections
from tests.databases import connected
from tests.portal.conftest import SCRYPT_BYTES, Portal
from tests.portal.exporting.files import csv_of
from tests.portal.given import given_buyer_role, given_person
from tests.portal.handovers.scene import (
    PASSWORD,
    PEOPLE,
    Scene,
    body_of,
    cards_text,
    csv_file,
    given_scene,
    handover_of,
    numbers_in_sheet,
    pdf_text,
    sheet_rows,
)

from counterfoil.engine.check import check
from counterfoil.engine.database import connect_as_owner
from counterfoil.engine.figures.folding import catch_up
from counterfoil.engine.operation import Outcome
from counterfoil.portal.buyer import handovers
from counterfoil.portal.handovers import fetching
from counterfoil.portal.handovers.telling import tell_of_unfetched
from counterfoil.portal.models import (
    HandoverList,
    HandoverPerson,
    Notification,
    OrganisationRoleName,
)
from counterfoil.portal.notifications.kinds import KINDS
from counterfoil.portal.notifications.redeemed import tell_redemptions_of
from counterfoil.voucher import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def test_a_file_of_people_becomes_numbers_that_can_be_redeemed(scene: Scene) -> None:
    handover_id = scene.hand_out()
    rows = sheet_rows(scene.fetch(handover_id))
    assert [(row[0], row[1]) for row in rows] == list(PEOPLE)
    assert [row[2] for row in rows] == ["Food-Aid"] * 3
    assert [(row[4], row[5]) for row in rows] == [("10.00", "KES")] * 3
    numbers = [row[3].replace(" ", "") for row in rows]
    answers = scene.redeem(*numbers)
    assert [answer.outcome for answer in answers] == [Outcome.DONE] * 3
    assert [str(answer.serial) for answer in answers] == [row[7].replace(" ", "") for row in rows]
    with connected(scene.portal.url) as connection:
        assert check(connection, scene.issuer.issuer_id) == []


def test_cards_are_a_pdf_that_only_the_password_opens(scene: Scene) -> None:
    handover_id = scene.hand_out(file_kind="cards")
    answer = scene.fetch(handover_id)
    assert answer.headers["Content-Type"] == "application/pdf"
    (page,) = pdf_text(answer)
    for reference, name in PEOPLE:
        assert f"{reference} · {name}" in page
    numbers = ["".join(found.split()) for found in re.findall(r"^[\d ]{22}$", page, re.MULTILINE)]
    assert len(numbers) == 3
    assert {answer.outcome for answer in scene.redeem(*numbers)} == {Outcome.DONE}


def test_who_got_what_is_taken_as_a_file_without_any_number(scene: Scene) -> None:
    handover_id = scene.hand_out()
    url = f"{scene.root}/handovers/{handover_id}/export"
    heads, *lines = csv_of(scene.browser.post(url, {"format": "csv"}))
    assert heads == ["Reference", "Name", "Voucher", "In place of", "State", "Why"]
    assert [line[:2] for line in lines] == [list(person) for person in PEOPLE]
    assert [line[2] for line in lines] == [str(serial) for serial in sorted(scene.states())]
    assert [line[3:] for line in lines] == [["", "Handed out", ""]] * 3
    refused = scene.browser.post(url, {"format": "csv", "refused": "yes"})
    assert csv_of(refused) == [heads]


def test_many_cards_are_files_of_an_archive_that_is_sent_while_it_is_made(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (fetching, handovers):
        monkeypatch.setattr(place, "CARDS_A_FILE", 2)
    handover_id = scene.hand_out(file_kind="cards")
    assert "Fetch the cards (ZIP)" in scene.get(f"handovers/{handover_id}")
    answer = scene.fetch(handover_id)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].endswith('.zip"')
    with ZipFile(io.BytesIO(body_of(answer))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["cards-01.pdf", "cards-02.pdf"]
        texts = ["\n".join(cards_text(archive.read(name))) for name in archive.namelist()]
    for text, people in zip(texts, (PEOPLE[:2], PEOPLE[2:]), strict=True):
        assert re.findall(r"HH-\d+ · .*", text) == [f"{code} · {name}" for code, name in people]
    assert HandoverList.objects.get(pk=handover_id).fetched_at is not None


def test_numbers_are_fetched_once(scene: Scene) -> None:
    handover_id = scene.hand_out()
    body_of(scene.fetch(handover_id))
    row = HandoverList.objects.get(pk=handover_id)
    assert (row.wrapped_key, row.fetched_by) == (None, scene.person.actor)
    again = scene.fetch(handover_id)
    assert again.status_code == 302
    assert "fetched the numbers" in scene.get(f"handovers/{handover_id}")
    scene.work()
    with connected(scene.portal.url) as connection:
        (sealed,) = connection.execute(
            "SELECT sealed FROM handover_part WHERE handover_id = %s", (handover_id,)
        ).fetchone() or ("none",)
    assert sealed is None
    assert scene.events() == ["handover.fetch_begun", "handover.fetched"]


def test_a_stream_that_broke_can_be_begun_again(scene: Scene) -> None:
    handover_id = scene.hand_out()
    broken = scene.fetch(handover_id)
    next(iter(cast("Iterator[bytes]", broken)))
    assert (
        "being fetched at this moment"
        in cast("bytes", getattr(scene.fetch(handover_id), "content", b"")).decode()
    )
    broken.close()
    assert HandoverList.objects.get(pk=handover_id).fetched_at is None
    assert len(numbers_in_sheet(scene.fetch(handover_id))) == 3
    assert scene.events() == [
        "handover.fetch_begun",
        "handover.fetch_broken",
        "handover.fetch_begun",
        "handover.fetched",
    ]


def test_whoever_left_before_the_end_may_come_back(scene: Scene) -> None:
    handover_id = scene.hand_out()
    gone = scene.browser.post(
        f"{scene.root}/handovers/{handover_id}/fetch",
        {"password": PASSWORD},
        **cast("dict[str, Any]", {"asgi.scope": {"counterfoil.gone": True}}),
    )
    body_of(gone)
    assert HandoverList.objects.get(pk=handover_id).fetched_at is None
    assert len(numbers_in_sheet(scene.fetch(handover_id))) == 3


def test_numbers_that_are_ready_and_those_that_nobody_fetches_are_told_of_once(
    scene: Scene,
) -> None:
    handover_id = scene.hand_out()
    tell_of_unfetched()
    assert told(scene, handover_id) == ["numbers_ready"]
    with connected(scene.portal.url) as engine:
        engine.execute(
            "UPDATE handover SET created_at = now() - interval '6 days' WHERE issuer_id = %s",
            (scene.issuer.issuer_id,),
        )
        engine.commit()
    for _round in range(2):
        tell_of_unfetched()
        scene.work()
    assert told(scene, handover_id) == ["numbers_ready", "numbers_unfetched"]
    unfetched = Notification.objects.get(kind="numbers_unfetched", person=scene.person)
    assert unfetched.parameters == {"count": 3}
    leads_to = KINDS[unfetched.kind].url(
        unfetched.audience, scene.issuer.code, unfetched.place_id, unfetched.subject
    )
    assert leads_to == f"{scene.root}/handovers/{handover_id}"


def told(scene: Scene, handover_id: "UUID") -> list[str]:
    """What people were told of a handover, in order."""
    found = Notification.objects.filter(person=scene.person, subject=f"handover:{handover_id}")
    return list(found.order_by("id").values_list("kind", flat=True))


def test_after_five_wrong_passwords_the_numbers_are_lost_and_can_be_replaced(scene: Scene) -> None:
    handover_id = scene.hand_out()
    for left in (4, 3, 2, 1):
        page = scene.fetch(handover_id, f"wrong guess {left}")
        said = cast("bytes", getattr(page, "content", b"")).decode()
        assert f"{left} {'try is' if left == 1 else 'tries are'} left" in said
    scene.fetch(handover_id, "wrong guess 0")
    assert HandoverList.objects.get(pk=handover_id).wrapped_key is None
    assert scene.fetch(handover_id).status_code == 302
    assert scene.events() == ["handover.password_wrong"] * 4 + ["handover.lost"]
    assert told(scene, handover_id) == ["numbers_ready", "numbers_lost"]
    scene.work()
    assert "are lost" in scene.get(f"handovers/{handover_id}")
    again = scene.browser.post(f"{scene.root}/handovers/{handover_id}/replace")
    sent = scene.send(again.headers["Location"])
    scene.work()
    rows = sheet_rows(scene.fetch(handover_of(sent)))
    assert [(row[0], row[1]) for row in rows] == list(PEOPLE)
    assert sorted(scene.states().values()) == [State.ACTIVE] * 3 + [State.CANCELLED] * 3


def test_a_right_password_forgives_those_before(scene: Scene) -> None:
    handover_id = scene.hand_out()
    for _try in range(4):
        scene.fetch(handover_id, "wrong guess")
    scene.fetch(handover_id).close()
    assert HandoverList.objects.get(pk=handover_id).wrong_tries == 0


def test_the_database_alone_opens_nothing(scene: Scene) -> None:
    handover_id = scene.hand_out()
    numbers = numbers_in_sheet(scene.fetch(handover_id))
    connection = connect_as_owner(scene.portal.url)
    for table in ("portal.handover_person", "portal.handover_list", "portal.trail", "command"):
        rows = connection.execute(f"SELECT to_jsonb(t)::text FROM {table} AS t")
        said = " ".join(text for (text,) in rows.fetchall())
        for secret in (PASSWORD, *numbers, *(word for pair in PEOPLE for word in pair)):
            assert secret not in said, table
            assert secret.encode().hex() not in said, table
    connection.close()


def test_who_stands_twice_or_has_one_is_pointed_out_and_left_out(scene: Scene) -> None:
    scene.hand_out()
    people = [("hh-001 ", "Asha Mwangi"), ("HH-009", "Omar Said"), ("HH-009", "Omar Said")]
    begun = scene.begin(file=csv_file(people))
    page = scene.browser.get(begun.headers["Location"]).content.decode()
    assert "has one of these vouchers already" in page
    assert "stands in the list before" in page
    sent = scene.send(begun.headers["Location"], leaves_out="yes")
    scene.work()
    rows = sheet_rows(scene.fetch(handover_of(sent)))
    assert [row[0] for row in rows] == ["HH-009"]


def test_they_get_another_where_that_is_meant(scene: Scene) -> None:
    scene.hand_out()
    begun = scene.begin(file=csv_file([("HH-001", "Asha Mwangi"), ("HH-009", "Omar Said")]))
    sent = scene.send(begun.headers["Location"], leaves_out="no")
    scene.work()
    assert len(numbers_in_sheet(scene.fetch(handover_of(sent)))) == 2


def test_the_same_file_once_more_must_be_meant(scene: Scene) -> None:
    first = scene.hand_out()
    begun = scene.begin()
    page = scene.browser.get(begun.headers["Location"]).content.decode()
    assert str(first) in page
    refused = scene.send(begun.headers["Location"], leaves_out="no")
    assert refused.status_code == 200
    assert scene.send(begun.headers["Location"], leaves_out="no", again="on").status_code == 302


def test_more_people_than_vouchers_are_told_who_got_none(scene: Scene) -> None:
    people = [(f"P-{number:03}", f"Person {number}") for number in range(12)]
    handover_id = scene.hand_out(file=csv_file(people))
    page = scene.get(f"handovers/{handover_id}")
    assert "2 people got no voucher" in page
    refused = scene.get(f"handovers/{handover_id}?refused")
    assert "P-010" in refused
    assert "P-011" in refused
    assert "P-009" not in refused
    rows = sheet_rows(scene.fetch(handover_id))
    assert [row[0] for row in rows] == [reference for reference, _name in people[:10]]


def test_one_person_is_handed_one(scene: Scene) -> None:
    handover_id = scene.hand_out(who="one", reference=" HH-7 ", name="Asha  Mwangi")
    assert [row[:2] for row in sheet_rows(scene.fetch(handover_id))] == [["HH-7", "Asha Mwangi"]]


def test_a_form_that_is_sent_twice_hands_out_once(scene: Scene) -> None:
    begun = scene.begin()
    first = scene.send(begun.headers["Location"])
    again = scene.browser.post(begun.headers["Location"], {"own": PASSWORD})
    assert (first.status_code, again.status_code) == (302, 302)
    scene.work()
    assert len(scene.states()) == 3


def test_a_list_thrown_away_is_gone(scene: Scene) -> None:
    review = scene.begin().headers["Location"]
    scene.browser.post(review.replace("/review", "/discard"))
    assert scene.browser.get(review).status_code == 404
    assert not HandoverPerson.objects.filter(
        organisation_id=scene.organisation_id, issuer_id=scene.issuer.issuer_id
    ).exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"own": "short", "own_again": "short"}, "at least 12 characters"),
        ({"own": "aaaaaaaaaaaaaaa", "own_again": "aaaaaaaaaaaaaaa"}, "more different characters"),
        ({"own_again": "four tall grey geese"}, "not the same"),
        ({"choose": "proposed", "proposed": "short"}, "Load the page again"),
    ],
)
def test_a_password_that_is_too_weak_is_refused(
    scene: Scene, fields: dict[str, object], said: str
) -> None:
    review = scene.begin().headers["Location"]
    answer = scene.send(review, **fields)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert scene.states() == {}


def test_the_proposed_password_opens_it(scene: Scene) -> None:
    review = scene.begin().headers["Location"]
    page = scene.browser.get(review).content.decode()
    found = re.search(r'id="proposed">([a-z0-9-]{23})<', page)
    assert found is not None
    sent = scene.send(review, choose="proposed", proposed=found[1], own="", own_again="")
    scene.work()
    answer = scene.fetch(handover_of(sent), found[1])
    assert len(numbers_in_sheet(answer, found[1])) == 3


def test_two_who_draw_at_once_get_different_vouchers_and_no_more_than_bought(scene: Scene) -> None:
    """Ten were bought; both ask for seven."""
    reviews = [
        scene.begin(
            file=csv_file([(f"{side}{number}", "Somebody") for number in range(7)])
        ).headers["Location"]
        for side in "AB"
    ]
    handovers = [handover_of(scene.send(review)) for review in reviews]
    barrier = Barrier(2)

    def go() -> None:
        barrier.wait()
        scene.work()
        connections.close_all()

    threads = [Thread(target=go) for _each in handovers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    scene.work()
    numbers = [each for handover in handovers for each in numbers_in_sheet(scene.fetch(handover))]
    assert len(numbers) == len(set(numbers)) == 10
    assert {answer.outcome for answer in scene.redeem(*numbers)} == {Outcome.DONE}


def test_each_guess_of_a_password_takes_a_server_64_mib() -> None:
    assert SCRYPT_BYTES == 64 * 2**20


def test_people_of_an_organisation_hear_of_a_day_on_which_its_vouchers_were_redeemed_once(
    scene: Scene,
) -> None:
    manager = given_person()
    manages = OrganisationRoleName.MANAGER
    given_buyer_role(manager, scene.issuer, scene.organisation_id, manages)
    numbers = numbers_in_sheet(scene.fetch(scene.hand_out()))
    scene.redeem(*numbers[:2])
    with connected(scene.portal.url) as engine:
        catch_up(engine, scene.issuer.issuer_id)
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=1), today, today):
        tell_redemptions_of(scene.issuer.issuer_id, day)
    told_of = Notification.objects.get(person=manager, kind="redemption")
    assert told_of.subject == f"organisation:{scene.organisation_id}"
    assert told_of.parameters == {"count": 2, "amount_minor": 2000, "currency": "KES"}
