"""Two people at once, forms sent twice, processes killed between any two steps: nothing is lost,
and nothing is there twice.
"""

from collections.abc import Callable, Mapping, Sequence
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from tests.databases import connected
from tests.portal.conftest import Portal
from tests.portal.given import given_person, signed_in
from tests.portal.money.working import form_of, posted, words_of
from tests.portal.purchases.working import (
    TODAY,
    Market,
    given_market,
    given_other_buyer,
    payment_given,
    picture,
    proof_given,
    status,
    steps,
)

from counterfoil.engine.commands.carrying_out import carry_out
from counterfoil.portal.actions import seals
from counterfoil.portal.models import (
    Notification,
    Paper,
    Purchase,
    PurchasePayment,
    PurchaseProof,
    Role,
)
from counterfoil.portal.purchases import following
from counterfoil.portal.purchases.following import follow

pytestmark = pytest.mark.prove

Deed = Callable[[], object]


def at_once(deeds: Sequence[Deed]) -> list[object]:
    """Each in a thread of its own with a connection of its own; what they answered."""
    barrier, answers = Barrier(len(deeds)), [None] * len(deeds)

    def run(number: int, deed: Deed) -> None:
        try:
            barrier.wait()
            answers[number] = deed()  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return list(answers)


def quoted(market: Market) -> UUID:
    purchase_id = market.ask()
    market.quote(purchase_id)
    return purchase_id


def test_the_same_receipt_sent_in_two_tabs_is_one_proof(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = quoted(market)
    url = f"{market.of_buyer(purchase_id)}/proof"
    tabs = [form_of(market.buyer.get(url)) for _tab in range(2)]
    first = posted(market.buyer, url, {**tabs[0], **proof_given()})
    second = posted(market.buyer, url, {**tabs[1], **proof_given()})
    assert first.status_code == 302
    assert second.status_code == 200
    assert "changed while you were writing" in words_of(second)
    assert PurchaseProof.objects.filter(purchase_id=purchase_id).count() == 1


def test_two_people_of_finance_record_the_same_payment_at_once(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = quoted(market)
    url = f"{market.of_issuer(purchase_id)}/pay"
    other = signed_in(given_person(Role.FINANCE, issuer=market.issuer, name="Beatrice Achieng"))
    browsers = [market.finance, other]
    forms = [{**form_of(browser.get(url)), **payment_given()} for browser in browsers]
    at_once([sender(browsers[n], url, forms[n]) for n in range(2)])
    assert PurchasePayment.objects.filter(purchase_id=purchase_id).count() == 1
    assert steps(purchase_id).count("record") == 1
    command_id = Purchase.objects.get(pk=purchase_id).command_id
    assert command_id is not None
    market.approve(command_id)
    assert market.differences() == []


def test_one_reference_recorded_for_two_purchases_at_once_counts_once(portal: Portal) -> None:
    market = given_market(portal)
    other = given_other_buyer(market)
    purchases = [quoted(market), quoted(other)]
    urls = [f"{market.of_issuer(each)}/pay" for each in purchases]
    browsers = [market.finance, signed_in(given_person(Role.FINANCE, issuer=market.issuer))]
    forms = [{**form_of(browsers[n].get(urls[n])), **payment_given()} for n in range(2)]
    at_once([sender(browsers[n], urls[n], forms[n]) for n in range(2)])
    assert sorted(status(each) for each in purchases) == ["quoted", "recorded"]
    assert PurchasePayment.objects.filter(issuer_id=market.issuer.issuer_id).count() == 1


def test_approval_against_cancellation_at_once_leaves_one_truth(portal: Portal) -> None:
    """Recorded, it cannot be cancelled; before that, it cannot be recorded once it is cancelled."""
    for _time in range(3):
        market = given_market(portal)
        purchase_id = quoted(market)
        pay, cancel = (
            f"{market.of_issuer(purchase_id)}/pay",
            f"{market.of_buyer(purchase_id)}/cancel",
        )
        paying = {**form_of(market.finance.get(pay)), **payment_given()}
        cancelling = {**form_of(market.buyer.get(cancel)), "reason": "No more"}
        at_once(
            [
                sender(market.finance, pay, paying),
                sender(market.buyer, cancel, cancelling),
            ]
        )
        assert status(purchase_id) in {"recorded", "cancelled"}
        purchase = Purchase.objects.get(pk=purchase_id)
        if purchase.status == "recorded":
            assert purchase.command_id is not None
            cancelled_late = posted(market.buyer, cancel, cancelling)
            assert cancelled_late.status_code == 302
            market.approve(purchase.command_id)
            assert status(purchase_id) == "allocated"
        else:
            assert not PurchasePayment.objects.filter(purchase_id=purchase_id).exists()
            market.work()
            assert status(purchase_id) == "cancelled"
        assert market.differences() == []


def test_the_worker_carries_out_an_approval_while_its_stock_is_given_back(portal: Portal) -> None:
    market = given_market(portal)
    purchase_id = quoted(market)
    command_id = market.record(purchase_id)
    market.decide(command_id)
    market.lapse(purchase_id)
    at_once(
        [
            market.engine,
            lambda: carried(market, command_id),
            lambda: follow(market.issuer.issuer_id),
        ]
    )
    market.work()
    market.work()
    assert status(purchase_id) == "expired"
    assert "customer:1" not in market.balances()
    assert market.differences() == []


@pytest.mark.parametrize("button", ["ask", "quote", "proof", "pay", "return", "reject", "cancel"])
def test_every_button_pressed_twice_does_its_work_once(portal: Portal, button: str) -> None:
    market = given_market(portal)
    market.choose({1000: 30})
    purchase_id = market.draft().pk
    if button != "ask":
        form = market.form(market.of_buyer(purchase_id), market.buyer)
        posted(market.buyer, f"{market.of_buyer(purchase_id)}/ask", {**form, "note": ""})
    if button in {"proof", "pay", "return", "reject", "cancel"}:
        market.quote(purchase_id)
    if button in {"pay", "return"}:
        market.prove(purchase_id)
    browser, page, url, given = pressed(market, purchase_id, button)
    sent = {**form_of(browser.get(page)), **given}
    before = len(steps(purchase_id))
    twice = [posted(browser, url, fresh(sent)) for _time in range(2)]
    assert [answer.status_code for answer in twice] == [302, 302], words_of(twice[1])
    assert len(steps(purchase_id)) == before + 1
    said = words_of(browser.get(twice[1].headers["Location"]))
    assert "cannot" not in said
    assert "changed while you were" not in said


def test_choosing_twice_does_not_double_what_is_chosen(portal: Portal) -> None:
    market = given_market(portal)
    for _time in range(2):
        market.choose({1000: 30})
    assert market.draft().total_minor == 30_000
    at_once([lambda: market.choose({1000: 20}), lambda: market.choose({1000: 20})])
    assert market.draft().total_minor == 20_000


def test_a_killed_follower_leaves_nothing_half_done_and_two_do_it_once(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each effect of the engine it dies before it commits; then two run at once."""
    market = given_market(portal, commission_points=100)
    purchase_id = market.ask()
    until = TODAY.replace(year=TODAY.year + 1)
    until = min(until, TODAY.fromordinal(TODAY.toordinal() + 14))
    given = {"until": until.isoformat(), "reason": ""}
    market.send(f"{market.of_issuer(purchase_id)}/quote", given, market.operator)
    market.engine()
    killed_then_followed_twice(market, purchase_id, "holding", "quoted", monkeypatch)

    market.decide(market.record(purchase_id, amount="303.00"))
    market.engine()
    killed_then_followed_twice(market, purchase_id, "recorded", "allocated", monkeypatch)

    assert steps(purchase_id) == ["request", "quote", "held", "record", "approve", "allocate"]
    assert Paper.objects.filter(issuer_id=market.issuer.issuer_id).count() == 3
    told = Notification.objects.filter(person=market.manager)
    assert sorted(each.kind for each in told) == [
        "purchase_allocated",
        "purchase_approved",
        "purchase_quoted",
    ]
    assert market.differences() == []


def test_a_command_is_there_with_the_purchases_row_or_neither(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = given_market(portal)
    purchase_id = market.ask()

    def dies(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError

    url = f"{market.of_issuer(purchase_id)}/quote"
    sent = {**form_of(market.operator.get(url)), "reason": ""}
    sent["until"] = TODAY.isoformat()
    with monkeypatch.context() as patched:
        patched.setattr("counterfoil.portal.purchases.answering.write_command", dies)
        with pytest.raises(ConnectionError):
            posted(market.operator, url, sent)
    assert status(purchase_id) == "requested"
    assert steps(purchase_id) == ["request"]
    assert posted(market.operator, url, sent).status_code == 302
    market.work()
    assert status(purchase_id) == "quoted"


def killed_then_followed_twice(
    market: Market,
    purchase_id: UUID,
    before: str,
    after: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(following, "tell_buyer", dies)
        with pytest.raises(ConnectionError):
            follow(market.issuer.issuer_id)
    assert status(purchase_id) == before
    at_once([lambda: follow(market.issuer.issuer_id), lambda: follow(market.issuer.issuer_id)])
    assert status(purchase_id) == after


def pressed(
    market: Market, purchase_id: UUID, button: str
) -> tuple[Client, str, str, dict[str, object]]:
    """Who presses it, where its form is and goes, and what is filled in."""
    buyers, issuers = market.of_buyer(purchase_id), market.of_issuer(purchase_id)
    match button:
        case "ask":
            return market.buyer, buyers, f"{buyers}/ask", {"note": ""}
        case "proof":
            url = f"{buyers}/proof"
            return market.buyer, url, url, proof_given()
        case "cancel":
            url = f"{buyers}/cancel"
            return market.buyer, url, url, {"reason": "No more"}
        case "quote":
            url = f"{issuers}/quote"
            return market.operator, url, url, {"until": TODAY.isoformat(), "reason": ""}
        case "pay":
            url = f"{issuers}/pay"
            return market.finance, url, url, payment_given()
        case _:
            url = f"{issuers}/{button}"
            return market.operator, url, url, {"reason": "Not like this"}


def fresh(sent: Mapping[str, object]) -> dict[str, object]:
    """A file is read once; the second click sends it again."""
    return {name: picture() if name == "paper" else value for name, value in sent.items()}


def sender(browser: Client, url: str, given: Mapping[str, object]) -> Deed:
    return lambda: posted(browser, url, given)


def carried(market: Market, command_id: UUID) -> str | None:
    with connected(market.portal.url) as engine:
        return carry_out(engine, market.issuer, seals(), command_id)
