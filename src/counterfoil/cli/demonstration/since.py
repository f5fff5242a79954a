"""What has happened since, and what waits for somebody now. Loaded when Django knows its
settings.
"""

from typing import Final
from uuid import UUID

from django.db import transaction

from counterfoil.cli.demonstration import cast, drawing, vouchers
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.registering import kept, profile_key
from counterfoil.engine.bulk import finish_bulk
from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.commands.content import (
    ChangeVouchers,
    CreateClient,
    HoldPayouts,
    PauseGroup,
    ProvisionStock,
    RebankAcceptor,
    RegroupAcceptor,
    RevokeClient,
    SetClientKey,
    StepProgramme,
    SuspendAcceptor,
)
from counterfoil.engine.commands.preparing import Verdict
from counterfoil.engine.provision import provision_by_id
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.portal.applying.kinds import MERCHANT
from counterfoil.portal.applying.telling import masked_number
from counterfoil.portal.merchants.following import people_of
from counterfoil.portal.models import BankChange, Evidence, MerchantProfile
from counterfoil.portal.orchestrator.merchants.forms import EVIDENCE
from counterfoil.portal.uploads import attach

_LOST: Final = cast.STOCK[2]
_LOST_COUNT: Final = 40
_NOBODYS: Final = api_key_digest(new_api_key())


def close_last_year(desk: Desk) -> None:
    desk.done(
        "operator",
        "close the sales of last year",
        StepProgramme(code=cast.DROUGHT_BEFORE, expected_status="open", to_status="sales_closed"),
        "Everybody on the list was called; nothing more is handed out.",
    )


def pause_water(desk: Desk) -> None:
    desk.done(
        "operator",
        "pause the water",
        PauseGroup(code=cast.WATER_CANS.code),
        "The borehole at Isiolo is being repaired.",
    )


def suspend_one(desk: Desk) -> None:
    desk.done(
        "operator",
        "suspend Amani",
        SuspendAcceptor(acceptor_id=_acceptor(desk, "Amani General Store").acceptor_id),
        "Three holders were asked to pay on top. Suspended until we have been there.",
    )


def hold_one(desk: Desk) -> None:
    desk.done(
        "finance",
        "hold the chemist",
        HoldPayouts(acceptor_id=_acceptor(desk, "Garissa Community Chemist").acceptor_id),
        "Its bank letter names another holder.",
    )


def limit_one(desk: Desk) -> None:
    limited = _acceptor(desk, "Kisumu Lakeside Foods")
    desk.done(
        "operator",
        "limit Lakeside",
        RegroupAcceptor(
            acceptor_id=limited.acceptor_id,
            expected_version=limited.changed_version,
            groups=tuple(sorted(limited.groups)),
            daily_amount_minor_max=500_000_00,
            daily_count_max=600,
        ),
        "As the contract says.",
    )


def change_banks(desk: Desk) -> None:
    """One waits for its day, one for an approver."""
    moved = _rebanked(desk, "Nyali Fresh Market", "254-0103-9920", "They changed their bank.")
    desk.agreed(moved, ("approver",))
    _rebanked(desk, "Turkana Traders", "254-0106-8861", "The cooperative has a new treasurer.")


def lose_cards(desk: Desk) -> None:
    """Some of them had been used before anybody said so."""
    provision_id = vouchers.provisioned(desk, _LOST)
    first = provision_by_id(desk.connection, desk.issuer, provision_id).serial_first
    outcome = desk.done(
        "operator",
        "cancel the lost cards",
        ChangeVouchers(action="cancel", serials=tuple(range(first, first + _LOST_COUNT))),
        "A box of cards was lost between Lodwar and Kakuma.",
    )
    for _step in finish_bulk(desk.connection, desk.issuer, int(outcome.removeprefix("bulk:"))):
        pass


def let_app_in(desk: Desk) -> None:
    desk.done(
        "administrator",
        "cash app",
        CreateClient(name="NGO-CASH-APP", scopes=("preactivate", "activate", "status")),
        "Partners hand out cash vouchers with their own app.",
    )


def keep_old_tills(desk: Desk) -> int:
    old = desk.done(
        "administrator",
        "old tills",
        CreateClient(name="OLD-TILLS", scopes=("redeem", "status")),
        "The tills of last year.",
    )
    client_id = int(old.removeprefix("client:"))
    key = SetClientKey(client_id=client_id, key_digest=_NOBODYS)
    desk.done("administrator", "key of the old tills", key)
    return client_id


def revoke_old_tills(desk: Desk) -> None:
    desk.done(
        "administrator",
        "revoke the old tills",
        RevokeClient(client_id=keep_old_tills(desk)),
        "The last one was replaced.",
    )


def wait_with_stock(desk: Desk) -> None:
    food = desk.issuer.catalogue.groups[cast.FOOD.code].current

    def provision(amount_minor: int, count: int) -> ProvisionStock:
        return ProvisionStock(
            group=food.code,
            group_version=food.version,
            amount_minor=amount_minor,
            currency=cast.CURRENCY,
            count=count,
        )

    desk.ask("finance", "more food", provision(1000_00, 3000), "The second distribution.")
    too_much = desk.ask("finance", "too much food", provision(2000_00, 3000), "For large families.")
    desk.decide(
        "approver",
        too_much,
        Verdict.REJECT,
        reason="That is twice what the committee agreed. Please ask for 1,500.",
    )
    desk.end(too_much, "rejected")
    baraka = _acceptor(desk, "Baraka Mini Mart")
    mistaken = desk.ask(
        "operator",
        "Baraka as a pharmacy",
        RegroupAcceptor(
            acceptor_id=baraka.acceptor_id,
            expected_version=baraka.changed_version,
            groups=("GROCERS", "PHARMACIES"),
        ),
        "They sell plasters.",
    )
    desk.decide("operator", mistaken, Verdict.WITHDRAW)
    desk.end(mistaken, "withdrawn")


def _rebanked(desk: Desk, name: str, account: str, reason: str) -> UUID:
    """A letter of its bank with it; who could be called before is told at once."""
    asked_as = f"rebank {name}"
    command_id, acceptor = known_as(asked_as), _acceptor(desk, name)
    if desk.row(command_id) is not None:
        return command_id
    profile = MerchantProfile.objects.get(pk=profile_key(name))
    with transaction.atomic():
        addresses = people_of(profile)
        BankChange.objects.create(
            command_id=command_id,
            issuer_id=desk.issuer_id,
            acceptor_id=acceptor.acceptor_id,
            addresses=addresses,
        )
        letter = drawing.pdf("To whom it may concern", [profile.registered_name, account])
        who = desk.office("operator").person
        upload = kept(desk, "letter of the bank.pdf", letter, EVIDENCE, who)
        Evidence.objects.create(issuer_id=desk.issuer_id, command_id=command_id, upload=upload)
        attach(upload)
        told = {
            "issuer": desk.issuer.name,
            "name": name,
            "account": masked_number(account),
            "fsp": cast.FSP,
            "days": desk.issuer.catalogue.settings.cooling_off_days,
        }
        MERCHANT.mail("bank_asked", addresses, told, language="en", issuer_id=desk.issuer_id)
        content = RebankAcceptor(
            acceptor_id=acceptor.acceptor_id,
            expected_version=acceptor.changed_version,
            scheme="account",
            fsp=cast.FSP,
            account=account,
        )
        return desk.ask("operator", asked_as, content, reason)


def _acceptor(desk: Desk, name: str) -> Acceptor:
    (found,) = (
        each for each in desk.issuer.catalogue.acceptors_by_id.values() if each.name == name
    )
    return found
