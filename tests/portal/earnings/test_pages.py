"""What agents earn: rules and systems written down, approved and changed; the budget for it."""

from tests.databases import connected
from tests.engine.earnings.given import (
    accrue,
    given_activated,
    given_agent,
    given_budget,
    given_till,
    rule,
)
from tests.given import SYSTEM, given_client
from tests.portal.conftest import Portal
from tests.portal.filled import filled
from tests.portal.money.working import House, command_of, posted, words_of
from tests.portal.payouts.working import ASHA, given_office

from counterfoil.engine.earnings.rules import (
    ClientAgent,
    EarningRule,
    Event,
    rules_now,
    set_earning_rules,
)
from counterfoil.portal.orchestrator.earnings.rule_form import ROWS_MAX

PATH = "payouts/earnings/change"
BUDGET = "payouts/earnings/1/budget"
REASON = {"reason": "as agreed with the agents"}


def given_house(portal: Portal) -> tuple[House, int, int]:
    """With an agent, and a calling system of its own."""
    house = given_office(portal)
    with connected(portal.url) as engine:
        agent = given_agent(engine, house.issuer, "Neema")
        till, _key = given_client(engine, house.issuer, "Till = 4", ["preactivate", "activate"])
    return house, agent, till.client_id


def rules(house: House) -> list[EarningRule]:
    with connected(house.portal.url) as engine:
        return [each.rule for each in rules_now(engine, house.issuer.issuer_id)]


def agents(house: House) -> list[ClientAgent]:
    with connected(house.portal.url) as engine:
        found = engine.execute(
            "SELECT client_id, acceptor_id FROM client_agent"
            " WHERE issuer_id = %s AND until_operation IS NULL ORDER BY client_id",
            (house.issuer.issuer_id,),
        ).fetchall()
        engine.rollback()
    return [ClientAgent(client_id=client, acceptor_id=agent) for client, agent in found]


def given_rules(house: House, *wanted: EarningRule) -> None:
    with connected(house.portal.url) as engine:
        set_earning_rules(engine, house.issuer, SYSTEM, wanted, [])


def send(house: House, given: dict[str, str], path: str = PATH) -> str:
    """The words of the form that came back."""
    url = f"{house.root}/{path}"
    answer = posted(house.finance, url, filled(house.finance, url, {**REASON, **given}))
    assert answer.status_code == 200, answer.headers
    return words_of(answer)


def test_without_rules_nothing_is_earned(portal: Portal) -> None:
    house, _agent, _till = given_house(portal)
    page = house.page("payouts/earnings")
    assert "Agents earn nothing yet" in page
    assert "Write the first rule" in page
    assert "Write the first rule" not in house.page("payouts/earnings", house.operator)
    assert house.operator.get(f"{house.root}/{PATH}").status_code == 403


def test_rules_and_systems_are_written_approved_and_changed(portal: Portal) -> None:
    house, agent, till = given_house(portal)
    url = f"{house.root}/{PATH}"
    first = {
        "place_1": "2",
        "event_1": "activation",
        "fixed_1": "0.50",
        "place_2": "1",
        "event_2": "cash_out",
        "programme_2": "1",
        "acceptor_2": str(ASHA),
        "points_2": "2.5",
        "least_2": "1",
        "most_2": "20.00",
        "starts_on_2": "2026-02-01",
        "ends_on_2": "2026-12-31",
        "systems": f"Till = 4 = {agent}\n\n",
        **REASON,
    }
    command = command_of(posted(house.finance, url, filled(house.finance, url, first)))
    assert "A change of this waits for approval." in house.page("payouts/earnings")
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert (
        "Rule 1 becomes Asha Stores, for each voucher that is paid out,"
        " Programme 1 (PROGRAMME-1): 2.5 %, at least 1.00 KES, at most 20.00 KES," in decided
    )
    assert "Rule 2 becomes all agents, for each activation: 0.50 KES" in decided
    assert "What Till = 4 activates is that of becomes Neema" in decided
    assert rules(house) == []
    assert house.approve(command) == "done"
    assert rules(house)[1] == EarningRule(
        funding_account_id=1, event=Event.ACTIVATION, fixed_minor=50
    )
    assert (rules(house)[0].points, rules(house)[0].most_minor) == (250, 2000)
    assert agents(house) == [ClientAgent(client_id=till, acceptor_id=agent)]
    page = house.page("payouts/earnings")
    assert "1. Asha Stores for each voucher that is paid out Programme 1 (PROGRAMME-1)" in page
    assert "2. all agents for each activation" in page
    assert "Till = 4 Neema" in page

    second = {"fixed_2": "0.75", "systems": "", **REASON}
    command = command_of(posted(house.finance, url, filled(house.finance, url, second)))
    decided = house.page(f"commands/{command}/decide", house.approver)
    assert "0.50 KES becomes all agents, for each activation: 0.75 KES" in decided
    assert "What Till = 4 activates is that of was Neema nothing" in decided
    assert "Rule 1" not in decided, "only what differs"


def test_what_cannot_be_is_not_sent(portal: Portal) -> None:
    house, agent, _till = given_house(portal)
    given_rules(house, rule(Event.ACTIVATION))
    before, told = rules(house), house.commands()
    row = {"event_2": "cash_out"}
    for given, said in (
        ({}, "Nothing here differs from what is set now."),
        ({"fixed_2": "1"}, "Say what is earned by."),
        (row, "Write an amount or a percentage: one of them."),
        ({**row, "fixed_2": "1", "points_2": "2"}, "Write an amount or a percentage"),
        ({**row, "fixed_2": "much"}, "Write an amount in KES."),
        ({**row, "fixed_2": "0"}, "Write an amount above zero."),
        ({**row, "points_2": "101"}, "Write a percentage from 0 to 100"),
        ({**row, "fixed_2": "1", "most_2": "2"}, "Only a percentage has a least and a most."),
        ({**row, "points_2": "1", "least_2": "3", "most_2": "2"}, "The most is no less"),
        (
            {**row, "points_2": "1", "starts_on_2": "2026-03-02", "ends_on_2": "2026-03-01"},
            "The last day is not before the first.",
        ),
        ({**row, "fixed_2": "1", "acceptor_2": "4711"}, "There is no merchant with that number."),
        ({"event_2": "activation", "fixed_2": "1"}, "This is never reached"),
        ({"systems": "Nobody = 1"}, "There is no calling system “Nobody” in use."),
        ({"systems": "Till = 4"}, "There is no calling system “Till” in use."),
        ({"systems": "Till = 4 = x"}, "Write the agent's number after the ="),
        ({"systems": f"Till = 4 = {agent}\nTill = 4 = 1"}, "stands here twice"),
        ({"systems": "Till = 4 = 4711"}, "There is no agent 4711."),
    ):
        assert said in send(house, given), given
    assert rules(house) == before
    assert house.commands() == told


def test_rules_that_somebody_else_changed_meanwhile_are_shown_first(portal: Portal) -> None:
    house, _agent, _till = given_house(portal)
    given_rules(house, rule(Event.ACTIVATION))
    url = f"{house.root}/{PATH}"
    written = filled(house.finance, url, {"fixed_1": "0.60", **REASON})
    given_rules(house, rule(Event.ACTIVATION, fixed_minor=70))
    answer = posted(house.finance, url, written)
    assert answer.status_code == 200
    assert "0.70" in words_of(answer)
    assert house.commands() == 0


def test_rules_there_is_no_room_for_stay_as_they_are(portal: Portal) -> None:
    house, _agent, _till = given_house(portal)
    many = [rule(acceptor_group=f"G{number}") for number in range(ROWS_MAX + 2)]
    given_rules(house, *many)
    assert f"At most {ROWS_MAX} rules can be written here." in house.page(PATH)
    url = f"{house.root}/{PATH}"
    command = command_of(
        posted(
            house.finance,
            url,
            filled(house.finance, url, {"event_1": "", "fixed_1": "", "group_1": "", **REASON}),
        )
    )
    assert house.approve(command) == "done"
    assert rules(house) == many[1:]


def test_a_budget_is_put_aside_and_back(portal: Portal) -> None:
    house, _agent, _till = given_house(portal)
    command = house.ask(BUDGET, {"way": "more", "amount": "500", **REASON})
    assert "A change of this waits for approval." in house.page(BUDGET)
    assert house.approve(command) == "done"
    assert "500.00 KES" in house.page("payouts/earnings")
    command = house.ask(BUDGET, {"way": "back", "amount": "200.00", **REASON})
    assert house.approve(command) == "done"
    assert house.balances()["incentives:0"] == 30_000
    told = house.commands()
    for given, said in (
        ({"way": "back", "amount": "300.01"}, "Only 300.00 KES is left of the budget."),
        ({"way": "more", "amount": "99700.01"}, "Only 99,700.00 KES is available."),
        ({"way": "more", "amount": "0"}, "Write an amount of at least"),
    ):
        assert said in send(house, given, BUDGET), given
    assert house.commands() == told
    assert house.finance.get(f"{house.root}/payouts/earnings/2/budget").status_code == 404


def test_what_waits_for_budget_says_how_much_is_missing(portal: Portal) -> None:
    house = given_office(portal)
    with connected(portal.url) as engine:
        agent = given_agent(engine, house.issuer, "Neema")
        till = given_till(engine, house.issuer, agent, rule(Event.ACTIVATION, fixed_minor=500))
        given_budget(engine, house.issuer, 120)
        given_activated(engine, house.issuer, till)
        accrue(engine, house.issuer)
    page = house.page("payouts/earnings")
    assert "does not suffice, so nothing is earned from it" in page
    assert "as soon as this much more is put aside: 3.80 KES" in page
    assert 'value="3.80"' in house.html(BUDGET)
