"""A programme from its account to its final report, by commands alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.running import Said, counterfoil, in_this_process

from counterfoil.embedded import EmbeddedPostgres

pytestmark = pytest.mark.prove

STEPS = ("sales_closed", "redemption_closed", "claims_closed", "closed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With an issuer, another funding account with money in it, and a programme there."""
    home = tmp_path_factory.mktemp("cli") / "home"
    with EmbeddedPostgres(home, durable=False):  # the commands adopt it, and are quick
        assert counterfoil("migrate", home=home).code == 0
        for arguments in (
            (
                *("issuer", "create", "AID", "--name", "Aid Agency", "--currency", "KES"),
                *("--funding-account-name", "Relief fund"),
            ),
            ("funding-account", "create", "AID", "AID-2", "--currency", "KES", "--name", "Second"),
            (*("deposit", "AID", "900.00", "KES"), "--reference", "R", "--funding-account", "2"),
            (
                *("programme", "create", "AID", "WINTER", "--name", "Winter"),
                *("--funding-account", "2", "--budget", "500.00", "--starts", "2026-11-01"),
                *("--sales-close", "2090-01-31"),
            ),
            (
                *("group", "create", "AID", "COAT", "--name", "Coats", "--currency", "KES"),
                *("--denominations", "10.00", "--valid-for", "90d", "--programme", "WINTER"),
            ),
            ("provision", "AID", "COAT", "--amount", "10.00", "--count", "40"),
        ):
            said = in_this_process(*arguments, home=home)
            assert (said.code, said.err) == (0, ""), said
        yield home


def run(home: Path, *arguments: str) -> Said:
    return in_this_process(*arguments, home=home)


def test_the_first_funding_account_has_the_name_it_was_given(home: Path) -> None:
    assert run(home, "funding-account", "list", "AID", "--json").json[0] == {
        "id": 1,
        "currency": "KES",
        "fsp": "sandbox",
        "account": "AID-KES",
        "name": "Relief fund",
    }


def test_a_programme_is_lived_through(home: Path) -> None:
    assert run(home, "funding-account", "list", "AID", "--json").json[1] == {
        "id": 2,
        "currency": "KES",
        "fsp": "sandbox",
        "account": "AID-2",
        "name": "Second",
    }
    first, winter = run(home, "programme", "list", "AID", "--json").json
    assert (first["code"], first["budget"]) == ("PROGRAMME-1", None)
    assert winter == {
        "code": "WINTER",
        "name": "Winter",
        "status": "open",
        "currency": "KES",
        "budget": "500.00",
        "funding_account": 2,
        "starts_on": "2026-11-01",
        "sales_close_on": "2090-01-31",
        "redemption_close_on": None,
        "claims_close_on": None,
    }
    _beyond_its_budget_nothing_is_provisioned(home)
    _a_step_is_shown_before_it_is_taken(home)
    for status in STEPS[1:]:
        said = run(home, "programme", "step", "AID", "WINTER", "--reason", "over", "--yes")
        assert (said.code, said.out) == (0, f"The programme WINTER is {status}.\n")
    again = run(
        home, "programme", "step", "AID", "WINTER", "closed", "--reason", "r", "--yes", "--json"
    )
    assert again.json["status"] == "closed", "a closing that was killed is asked for again"
    _the_report_tells_all_of_it(home)
    assert counterfoil("check", home=home).code == 0


def _beyond_its_budget_nothing_is_provisioned(home: Path) -> None:
    refused = run(home, "provision", "AID", "COAT", "--amount", "10.00", "--count", "11")
    assert refused.err == (
        "counterfoil: 110.00 KES is more than is left of the budget of WINTER:"
        " 100.00 KES of 500.00 KES.\n"
    )
    less = run(home, "programme", "change", "AID", "WINTER", "--budget", "399.99")
    assert less.err == (
        "counterfoil: WINTER has 400.00 KES committed already; its budget cannot be less.\n"
    )
    changed = run(
        home, "programme", "change", "AID", "WINTER", "--budget", "none", "--name", "W", "--json"
    )
    assert (changed.json["budget"], changed.json["name"]) == (None, "W")
    assert changed.json["starts_on"] == "2026-11-01", "what is not given stays"


def _a_step_is_shown_before_it_is_taken(home: Path) -> None:
    asked = counterfoil("programme", "step", "AID", "WINTER", "--reason", "r", home=home)
    assert (asked.code, asked.err) == (1, "counterfoil: Interrupted.\n"), "nobody said yes"
    assert asked.out == (
        "WINTER goes from open to sales_closed.\n"
        "group  in stock  in stock value  out  out value  being paid  being paid value\n"
        "COAT         40          400.00    0       0.00           0              0.00\n"
        "This step is planned for 2090-01-31.\n"
        "40 vouchers worth 400.00 KES are in stock and unsold.\n"
        "Take this step? [y/N]: "
    )
    early = run(home, "programme", "step", "AID", "WINTER", "closed", "--reason", "r", "--yes")
    assert early.err == (
        "counterfoil: From open the next step of WINTER is sales_closed, not closed.\n"
    )
    assert run(home, "programme", "step", "AID", "WINTER", "--reason", "r", "--json").code == 2
    taken = run(home, "programme", "step", "AID", "WINTER", "--reason", "cold", "--yes", "--json")
    assert taken.json["status"] == "sales_closed"
    refused = run(home, "provision", "AID", "COAT", "--amount", "10.00", "--count", "1")
    assert refused.err == (
        "counterfoil: WINTER has closed its sales; nothing is provisioned in it.\n"
    )


def _the_report_tells_all_of_it(home: Path) -> None:
    told = run(home, "programme", "report", "AID", "WINTER", "--json").json
    assert (told["status"], told["finished"], told["committed"]) == ("closed", True, "0.00")
    assert (told["deposited"], told["available"]) == ("900.00", "900.00")
    assert told["shares_its_account_with"] == []
    assert told["vouchers"] == [
        {
            "group": "COAT",
            "amount": "10.00",
            "issued": 40,
            "issued_value": "400.00",
            "redeemed": 0,
            "redeemed_value": "0.00",
            "expired": 0,
            "expired_value": "0.00",
            "cancelled": 40,
            "cancelled_value": "400.00",
            "open": 0,
            "open_value": "0.00",
        }
    ]
    assert [step["status"] for step in told["steps"]] == ["open", *STEPS]
    assert [(work["action"], work["done"], work["status"]) for work in told["closing"]] == [
        ("cancel", 40, "finished"),
        ("expire", 0, "finished"),
    ]
    printed = run(home, "programme", "report", "AID", "WINTER")
    assert (printed.code, printed.err) == (0, "")
    assert "COAT" in printed.out
    assert "400.00" in printed.out
    assert "No acceptor has earned anything" in printed.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("report", "AID", "NONE"), "There is no programme NONE."),
        (("change", "AID", "NONE"), "AID has no programme NONE."),
        (
            ("create", "AID", "X", "--name", "X", "--funding-account", "9"),
            "AID has no funding account 9.",
        ),
        (
            ("create", "AID", "WINTER", "--name", "X", "--funding-account", "2"),
            "AID has a programme WINTER already.",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    said = run(home, "programme", *arguments)
    assert (said.code, said.err) == (1, f"counterfoil: {sentence}\n")
