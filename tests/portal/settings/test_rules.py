"""Approval rules: in plain words, by amount, and with a warning where they cannot be kept."""

import pytest
from tests.portal.commands.scenes import Scene, deposit_of, given_scene
from tests.portal.conftest import Portal
from tests.portal.filled import filled

from counterfoil.engine.commands.content import KINDS, ApprovalBand, ChangeApprovals
from counterfoil.portal.orchestrator.settings.rules import BY_AMOUNT, Rule, rule_text, too_few

TWO_BANDS = (ApprovalBand("", 0, 1), ApprovalBand("KES", 100_000_000, 2))


@pytest.fixture
def scene(portal: Portal) -> Scene:
    return given_scene(portal)


def test_a_rule_reads_like_a_sentence() -> None:
    assert rule_text("deposit", ()) == "1 person"
    assert (
        rule_text("deposit", TWO_BANDS) == "1 person; from 1,000,000.00\N{NO-BREAK SPACE}KES on 2"
    )
    three = (*TWO_BANDS, ApprovalBand("USD", 500, 3))
    assert (
        rule_text("deposit", three) == "1 person; from 1,000,000.00\N{NO-BREAK SPACE}KES on 2;"
        " from 5.00\N{NO-BREAK SPACE}USD on 3"
    )
    assert rule_text("publish_group", (ApprovalBand("", 0, 3),)) == "3 people"
    pointless = (ApprovalBand("", 0, 2), ApprovalBand("KES", 100, 1))
    assert rule_text("deposit", pointless) == "2 people"
    assert Rule("deposit", three).most == 3


def test_a_warning_says_how_many_are_missing() -> None:
    assert too_few(2, 2) == ""
    assert too_few(2, 1) == "Only 1 person may approve at present, and this asks for 2."
    assert too_few(1, 0).startswith("Nobody may approve at present.")


def test_amounts_decide_where_money_moves() -> None:
    moving = {
        kind
        for kind, content in KINDS.items()
        if content.approvals and content.money is not KINDS["rotate_key"].money
    }
    assert moving == BY_AMOUNT


def test_everybody_reads_the_rules_and_an_administrator_changes_them(scene: Scene) -> None:
    reader = scene.browser(scene.auditor).get(scene.address("settings/approvals")).content.decode()
    assert "1 person may approve at present" in reader
    assert "Suspension of a merchant or agent" in reader  # of what is done at once
    assert scene.address("settings/approvals/deposit") not in reader
    assert (
        scene.browser(scene.auditor).get(scene.address("settings/approvals/deposit")).status_code
        == 403
    )
    browser, address = (
        scene.browser(scene.administrator),
        scene.address("settings/approvals/deposit"),
    )
    sent = filled(
        browser, address, {"from_KES_0": "1,000,000", "people_KES_0": "2", "reason": "policy"}
    )
    answer = browser.post(address, sent)
    command_id = scene.the_command()
    assert answer.headers["Location"] == scene.address(f"commands/{command_id}"), answer.content
    page = scene.browser(scene.approver).get(scene.address(f"commands/{command_id}/decide"))
    assert "1 person; from 1,000,000.00\N{NO-BREAK SPACE}KES on 2" in page.content.decode()
    assert "Only 1 person may approve at present, and this asks for 2." in page.content.decode()
    scene.decide(command_id, ChangeApprovals(of_kind="deposit", bands=TWO_BANDS))
    assert scene.work() == ["done"]
    listed = browser.get(scene.address("settings/approvals")).content.decode()
    assert "1 person; from 1,000,000.00\N{NO-BREAK SPACE}KES on 2" in listed
    assert "Only 1 person may approve at present, and this asks for 2." in listed
    large = scene.prepare(deposit_of(100_000_000))
    waiting = scene.browser(scene.approver).get(scene.address("approvals")).content.decode()
    assert "0 of 2 approvals" in waiting
    assert str(large) in waiting


def test_a_row_is_whole_and_asks_for_more_than_below(scene: Scene) -> None:
    browser, address = (
        scene.browser(scene.administrator),
        scene.address("settings/approvals/deposit"),
    )
    for fields, said in (
        ({"from_KES_0": "1,000"}, "Say how many people."),
        ({"people_KES_0": "2"}, "Say from which amount on."),
        ({"from_KES_0": "1,000", "people_KES_0": "1"}, "Below that amount 1 must approve already."),
        (
            {
                "from_KES_0": "1,000",
                "people_KES_0": "2",
                "from_KES_1": "1,000.00",
                "people_KES_1": "3",
            },
            "That amount has a row already.",
        ),
        ({"from_KES_0": "lots", "people_KES_0": "2"}, "Write an amount like"),
        ({"people": "0"}, "Write 1 or more."),
        ({}, "Nothing here differs from the rule there is."),
    ):
        page = browser.post(address, filled(browser, address, {"reason": "policy", **fields}))
        assert page.status_code == 200, fields
        assert said in page.content.decode(), fields


def test_a_rule_is_taken_back_by_emptying_its_row(scene: Scene) -> None:
    scene.done(ChangeApprovals(of_kind="deposit", bands=TWO_BANDS), by=scene.finance.actor)
    browser, address = (
        scene.browser(scene.administrator),
        scene.address("settings/approvals/deposit"),
    )
    sent = filled(browser, address, {"from_KES_0": "", "people_KES_0": "", "reason": "simpler"})
    assert browser.post(address, sent).status_code == 302
    scene.decide(
        scene.the_command(), ChangeApprovals(of_kind="deposit", bands=(ApprovalBand("", 0, 1),))
    )
    assert scene.work() == ["done"]
    assert (
        Rule("deposit", ()).summary
        in browser.get(scene.address("settings/approvals")).content.decode()
    )


def test_kinds_without_approval_have_no_rule(scene: Scene) -> None:
    browser = scene.browser(scene.administrator)
    for kind in ("suspend_acceptor", "nothing"):
        assert browser.get(scene.address(f"settings/approvals/{kind}")).status_code == 404
