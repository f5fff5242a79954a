"""What who approves a movement of money is shown: the balances before and after, and the paper."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.money import papers
from counterfoil.portal.orchestrator.money.ledger import (
    FundingAccount,
    funding_accounts,
    page_address,
)
from counterfoil.portal.orchestrator.money.moving import effects_of
from counterfoil.voucher import Action


@shown.register
def deposit_shown(asked: asks.Deposit, office: Office) -> Shown:
    return _movement(asked, office, Action.DEPOSIT)


@shown.register
def withdrawal_shown(asked: asks.Withdraw, office: Office) -> Shown:
    return _movement(asked, office, Action.WITHDRAW)


@shown.register
def account_shown(asked: asks.OpenFundingAccount, office: Office) -> Shown:
    accounts = funding_accounts(office)
    alike = [each for each in accounts if (each.fsp, each.account) == (asked.fsp, asked.account)]
    others = [each.shown for each in accounts if each.currency == asked.currency]
    lines = [
        Change(_("Name"), None, asked.name or None),
        Change(_("Bank or provider"), None, asked.fsp),
        Change(_("Account number"), None, asked.account),
        Change(_("Currency"), None, asked.currency),
    ]
    if others:
        lines.append(Change(_("Others in this currency"), ", ".join(others), ", ".join(others)))
    return Shown(
        _("Open the funding account %(account)s at %(fsp)s, in %(currency)s")
        % {"account": asked.account, "fsp": asked.fsp, "currency": asked.currency},
        lines,
        page_address("money", office),
        [_("This account is one of your funding accounts already.")] if alike else [],
    )


def _movement(asked: asks.Deposit | asks.Withdraw, office: Office, action: Action) -> Shown:
    account = next(
        (a for a in funding_accounts(office) if a.funding_account_id == asked.funding_account_id),
        None,
    )
    if account is None or account.currency != asked.currency:
        return Shown(
            money_text(asked.money),
            [Change(_("Funding account"), None, str(asked.funding_account_id))],
            None,
            [_("You have no such funding account; it will be refused.")],
        )
    sentence = (
        _("Deposit %(money)s into %(account)s")
        if action is Action.DEPOSIT
        else _("Withdraw %(money)s from %(account)s")
    )
    digest = _digest(asked)
    came = [] if digest is None else papers.came(office, digest)
    said = None if digest is not None else _said(asked, office, account)
    return Shown(
        sentence % {"money": money_text(asked.money), "account": account.shown},
        [
            Change(_("Amount"), None, money_text(asked.money)),
            Change(_("Funding account"), None, account.in_full),
            Change(_("Bank reference"), None, asked.reference),
            *_paper(asked, office, came),
            *([] if said is None else _as_said(said, office)),
        ],
        page_address("money-account", office, account.funding_account_id),
        [
            *_refusals(asked, office, account, action),
            *_doubts(asked, papers.waiting(office, account), came, said),
        ],
        [
            Change(each.label, each.now_text, each.then_text)
            for each in effects_of(account, action, asked.money)
        ],
    )


def _paper(
    asked: asks.Deposit | asks.Withdraw, office: Office, came: Sequence[papers.Came]
) -> list[Change]:
    """The value date, and the file as this very command brought it."""
    if isinstance(asked, asks.Withdraw):
        return []
    lines = []
    if asked.value_date is not None:
        lines.append(Change(_("Value date"), None, day_text(asked.value_date)))
    file = next((each for each in came if each.asked == asked), None)
    if file is not None:
        url = page_address("upload", office, file.upload_id)
        lines.append(Change(_("Evidence"), None, file.upload_name, url))
    return lines


def _said(
    asked: asks.Deposit | asks.Withdraw, office: Office, account: FundingAccount
) -> papers.BankLine | None:
    """For a deposit without a paper: the bank's own line stands in for it."""
    if isinstance(asked, asks.Withdraw):
        return None
    return papers.bank_line(office, account, asked.reference)


def _as_said(said: papers.BankLine, office: Office) -> list[Change]:
    """By whom the bank says that it was paid, and where it says so."""
    url = page_address("bank-line", office, said.entry_id)
    lines = [
        Change(_("Paid by"), None, said.payer_name or None),
        Change(_("Note"), None, said.note or None),
    ]
    told = [each for each in lines if each.after is not None]
    return [*told, Change(_("Line of the bank"), None, said.text, url)]


def _refusals(
    asked: asks.Deposit | asks.Withdraw, office: Office, account: FundingAccount, action: Action
) -> list[str]:
    """Why it would be refused as things are."""
    is_out = action is Action.WITHDRAW
    if papers.recorded(office, account, asked.reference, is_out=is_out) is not None:
        return [_("This reference is recorded for this account already. It counts once.")]
    if isinstance(asked, asks.Withdraw) and asked.money > account.available:
        return [
            _("Only %(available)s is available now: as it is, it would be refused.")
            % {"available": money_text(account.available)}
        ]
    return []


def _doubts(
    asked: asks.Deposit | asks.Withdraw,
    waiting: Sequence[papers.Waiting],
    came: Sequence[papers.Came],
    said: papers.BankLine | None,
) -> list[str]:
    """What to think of before one agrees."""
    is_out = isinstance(asked, asks.Withdraw)
    wanted = papers.BankSide(asked.reference, None, is_out=is_out)
    notices = papers.same_reference(waiting, wanted, of=asked)
    if isinstance(asked, asks.Withdraw):
        return [notice.text for notice in notices]
    notices += papers.same_receipt(came, of=asked)
    texts = [notice.text for notice in notices]
    if said is not None and said.money != asked.money:
        texts.append(
            _("The bank says another amount under this reference: %(money)s.")
            % {"money": money_text(said.money)}
        )
    if said is None and not any(each.asked == asked for each in came):
        texts.append(_("No paper came with it: look at the bank's statement yourself."))
    return texts


def _digest(asked: asks.Deposit | asks.Withdraw) -> bytes | None:
    """Of the evidence; None for what is none: a command need not come from here."""
    if isinstance(asked, asks.Withdraw):
        return None
    try:
        return bytes.fromhex(asked.evidence or "") or None
    except ValueError:
        return None
