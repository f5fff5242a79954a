"""Who may look at what, and who may send what there: written by hand, from what the pages are for.

    A  administrator   O  operator   P  approver   F  finance   U  auditor
    W  owner of a shop   K  its cashier
    M  manager of an organisation   D  its distributor
    S  somebody signed in, who administers another issuer   N  nobody signed in

An address, who looks (GET, HEAD), who sends (POST), and what is besides; `-` is nobody, and then
that method is none of the address. Of whom a line does not name, N is led to sign in; where the
place is theirs and the page is not, it is forbidden (403); where they have no place, there is
nothing (404).

Looking answers with a page, and sending nothing with the form again, and neither changes anything,
unless it says:

    look 302, send 302    it leads elsewhere
    writes …              sending nothing is a button pressed: it writes these tables
    marks …               looking writes these tables: it is marked as seen
    others 302            who is not named is led elsewhere
"""

from dataclasses import dataclass
from typing import Final

EVERY_ROLE: Final = "AOPFU"
SHOPS: Final = "WK"
BUYERS: Final = "MD"
LETTERS: Final = f"{EVERY_ROLE}{SHOPS}{BUYERS}SN"
_GROUPS: Final = {
    "-": "",
    "all": EVERY_ROLE,
    "shop": SHOPS,
    "buyer": BUYERS,
    "people": LETTERS.replace("N", ""),
    "anybody": LETTERS,
}

TABLE: Final = """

# ------------------------------------------------------------------------------- the front door

# For anybody: nothing here is of an issuer.
/                                     anybody  -        look 302
/portal                               anybody  -        look 302
static                                anybody  -
language                              -        anybody  send 302
account_inactive                      anybody  -

# Who is in is led in. Who signs out is nobody then, whoever it was.
home                                  people   -        look 302
account_login                         N        N        others 302
account_logout                        people   anybody  send 302
welcome                               anybody  anybody
account_reset_password                anybody  anybody
account_reset_password_done           anybody  -
account_reset_password_from_key       anybody  anybody
account_reset_password_from_key_done  anybody  -

# One's own account. There is a second factor, so the password alone asks nobody again; another
# telephone is only set up when the first is taken off. No sign-in is under way, so no code is due.
account                               people   people
account_change_password               people   people
account_reauthenticate                people   people   look 302, send 302
mfa_reauthenticate                    people   people
mfa_authenticate                      people   people   look 302, send 302
mfa_index                             people   -
mfa_activate_totp                     people   people   look 302, send 302
mfa_deactivate_totp  people   people   send 302, writes mail mfa_authenticator trail
mfa_view_recovery_codes               people   -        marks mfa_authenticator
mfa_generate_recovery_codes           people   people   send 302, writes mfa_authenticator
usersessions_list                     people   people   send 302

# One's own notifications; nobody else's are there. Sending nothing marks none as read, and leaves
# the choices as they are.
notifications                         people   people   send 302
notification-preferences              people   people
notification  AOPFUWKMD  AOPFUWKMD  look 302, send 302, marks notification

# Only a demonstration has it; there it is everybody's.
outbox                                anybody  -
outbox-mail                           anybody  -

# ---------------------------------------------------------------------- applying, by link alone

apply                                 anybody  anybody
apply-sent                            anybody  -
apply-home                            anybody  -
apply-stage                           anybody  anybody
apply-add                             anybody  anybody
apply-item                            anybody  anybody
apply-remove  -        anybody  send 302, writes merchant_contact merchant_profile trail
apply-withdraw                        -        anybody  send 302, writes merchant_profile trail
apply-again                           -        anybody  send 302
apply-organisation                    anybody  anybody
apply-organisation-sent               anybody  -
apply-organisation-home               anybody  -
apply-organisation-stage              anybody  anybody
apply-organisation-add                anybody  anybody
apply-organisation-remove - anybody send 302,writes organisation_document organisation_profile trail
apply-organisation-withdraw  -        anybody  send 302, writes organisation_profile trail
apply-organisation-again              -        anybody  send 302

# --------------------------------------------------------------------------- a merchant's pages

# A cashier sees whether vouchers are taken today; what was earned and who works there is the
# owner's to know. The issuer's people have pages of their own about each merchant.
shop                                  shop     -
shop-live                             W        -        look 204
shop-redemptions                      W        -
shop-redemptions-export               -        W        writes trail
shop-payouts                          W        -
shop-payouts-export                   -        W        writes trail
shop-payout                           W        -
shop-payout-statement                 W        -
shop-payout-paper                     W        -
shop-details                          W        -
shop-people                           W        W
shop-people-export                    -        W        writes trail
shop-people-remove                    -        W        send 302, writes portal_acceptorrole trail

# ----------------------------------------------------------------------- an organisation's pages

# A distributor sees what can be handed out; money, terms and who works there are the manager's.
buyer                                 buyer    -
buyer-live                            buyer    -        look 204
buyer-redemptions                     buyer    -
buyer-redemptions-export              -        buyer    writes trail
buyer-details                         M        -
buyer-statement                       M        -
buyer-statement-export                -        M        writes trail
buyer-people                          M        M
buyer-people-export                   -        M        writes trail
buyer-people-remove - M send 302, writes portal_organisationrole trail

# All of an organisation see what it buys; managers buy.
buyer-catalogue                       buyer    -
buyer-choose                          -        M        send 302
buyer-picture                         buyer    -
buyer-purchases                       buyer    -
buyer-purchases-export                -        buyer    writes trail
organisation-purchase                 buyer    -
buyer-purchase-ask                    -        M
buyer-purchase-lines                  -        M
buyer-purchase-proof                  M        M
buyer-purchase-cancel                 M        M
buyer-proof-file                      buyer    -
buyer-paper                           buyer    -

# Its vouchers and the people who have them are for all of an organisation to see. Numbers are
# fetched, and vouchers changed, by who hands out.
buyer-vouchers                        buyer    -
buyer-allocations-export              -        buyer    writes trail
buyer-voucher-find                    buyer    buyer
buyer-allocation                      buyer    -
buyer-vouchers-export                 -        buyer    writes trail
buyer-voucher                         buyer    -
buyer-vouchers-change                 D        D
buyer-changed                         buyer    -
buyer-handovers                       buyer    -
buyer-handovers-export                -        buyer    writes trail
buyer-handover-new                    D        D
buyer-handover-review                 D        D
buyer-handover-discard  -  D  send 302, writes handover_list handover_person
buyer-handover                        buyer    -
buyer-handover-export                 -        buyer    writes trail
buyer-handover-fetch                  -        D
buyer-handover-replace                -        D        send 302

# -------------------------------------------------------------------------- an issuer's pages
#
# Whoever works for an issuer sees its work: an approver must look at what stands behind a
# request, an auditor at everything. Each prepares what is theirs; nobody else. An approver
# prepares nothing; an auditor sends nothing that changes anything.

overview                              all      -
dashboard                             all      -
dashboard-export                      -        all      writes trail
redemptions-now                       all      -
live                                  all      -        look 204
upload                                all      -
picture                               all      -

# Commands. Administrators and finance can be lent an approver's power; operators and auditors
# cannot, so they never decide. Who prepared something takes it back.
approvals                             all      -
commands                              all      -
commands-export                       -        all      writes trail
command                               all      -
decide                                APF      APF
withdraw                              -        AOF      send 302, writes decision trail

# Money is finance's alone.
money                                 all      -
money-account                         all      -
movements-export                      -        all      writes trail
money-open                            F        F
money-deposit-choose                  F        -
money-withdraw-choose                 F        -
money-deposit                         F        F
money-withdraw                        F        F

# Merchants are paid by finance; everybody sees to whom, and by which terms.
payouts                               all      -
payout-runs-export                    -        all      writes trail
payout-begin                          F        F
payout-run                            all      -
payouts-export                        -        all      writes trail
payout-run-send                       F        F
payout-run-drop                       F        F
payout                                all      -
payout-statement                      all      -
payout-paper                          all      -
payout-retry                          F        F
payout-terms                          all      -
payout-terms-choose                   F        -
payout-terms-programme                F        F
payout-terms-merchant                 F        F
payout-terms-change                   F        F
payout-terms-end                      F        F
payout-routes                         all      -
payout-routes-change                  F        F
earnings                              all      -
earnings-change                       F        F
earnings-budget                       F        F
bank-days                             F        F
redemption-refund                     F        F
redemption-replace                    F        F

# Everybody sees whether the books agree; finance closes them, with another's approval.
books                                 all      -
books-export                          -        all      writes trail
periods                               all      -
periods-export                        -        all      writes trail
period                                all      -
period-close                          F        F
balances-export                       -        all      writes trail
late-export                           -        all      writes trail

# What the bank says has names of payers in it; finance brings files and ends differences.
bank                                  APFU     -
bank-bring                            F        F
bank-brought                          APFU     -
bank-account                          APFU     -
bank-lines-export                     -        APFU     writes trail
bank-line                             APFU     F
bank-proposed                         APFU     -
bank-proposed-export                  -        APFU     writes trail
bank-rules                            APFU     -
bank-rules-change                     F        F
differences                           APFU     -
differences-export                    -        APFU     writes trail
difference                            APFU     -
difference-end                        F        F

# Programmes have a budget and a life: those who run them and those who pay for them.
programmes                            all      -
programmes-export                     -        all      writes trail
programme                             all      -
programme-closing                     all      -
programme-report                      all      -
programme-report-csv                  all      -
programme-new                         OF       OF
programme-edit                        OF       OF
programme-step                        OF       OF

# Who works here, and what each may do, the administrator decides and the auditor sees. Approvers
# lend their own power and see to whom.
people                                AU       -
people-export                         -        AU       writes trail
person                                AU       -
people-invite                         A        A
person-roles                          A        A
person-second-factor                  A        A
person-deactivate                     A        A
person-invite                         -        A        send 302
person-sessions                       -        A        send 302, writes trail
people-delegations                    APU      -
delegations-export                    -        APU      writes trail
people-delegate                       AP       AP
people-delegation-end                 -        AP       send 302, writes portal_delegation trail

# Merchants are the operator's work; finance too holds and releases what is paid to them.
merchants                             all      -
merchants-export                      -        all      writes trail
merchant                              all      -
merchant-groups                       all      O
merchant-new                          O        O
merchant-regroup                      O        O
merchant-rebank                       O        O
merchant-keep-bank                    O        O
merchant-owner                        O        O
merchant-standing                     O        O
merchant-payouts                      OF       OF
merchant-profile                      -        O        send 302
application                           all      -
application-ask                       O        O
application-reject                    O        O
application-propose                   O        O
application-verify                    O        O
application-stage                     O        O
application-add                       O        O
application-item                      O        O
application-remove  -        O        send 302, writes merchant_contact merchant_profile trail
application-step                      -        O        send 302, writes merchant_profile trail

# Purchases: operators and finance answer them, finance records what was paid.
purchases                             all      -
purchases-export                      -        all      writes trail
purchase                              all      -
purchase-quote                        OF       OF
purchase-answer                       OF       OF
purchase-pay                          F        F
paper                                 all      -

# Organisations are the operator's to register and to stop; their money is finance's alone.
organisations                         all      -
organisations-export                  -        all      writes trail
organisation                          all      -
organisation-new                      O        O
organisation-statement                all      -
organisation-statement-export         -        all      writes trail
organisation-terms                    O        O
organisation-profile                  -        O        send 302
organisation-manager                  O        O
organisation-standing                 O        O
organisation-receive-choose           F        -
organisation-receive                  F        F
organisation-refund-choose            F        -
organisation-refund                   F        F
organisation-application              all      -
organisation-application-return       O        O
organisation-application-reject       O        O
organisation-application-propose      O        O
organisation-application-stage        O        O
organisation-application-add          O        O
organisation-application-remove - O send 302,writes organisation_document organisation_profile trail
organisation-application-step         -        O        send 302, writes organisation_profile trail

# Vouchers are designed, and stopped one by one, by the operator. Looking one up by its serial is
# sent, so that no number gets into an address; it changes nothing.
vouchers                              all      -
vouchers-export                       -        all      writes trail
voucher-group                         all      -
voucher-new                           O        O
voucher-draft                         all      O
voucher-draft-print                   all      -
voucher-draft-discard                 -        O        send 302, writes trail voucher_draft
voucher-draft-follow                  -        O        send 302
voucher-names                         O        -
voucher-step                          O        O
voucher-edit                          -        O        send 302
voucher-turn                          O        O
voucher-search                        all      all
voucher                               all      -
voucher-change                        O        O
vouchers-change                       O        O
replacement                           all      -
replacement-review                    O        O
replacement-export                    -        all      writes trail
replacement-fetch                     -        OF       send 302
replacement-discard  -  O  send 302, writes handover_list handover_person

# Stock turns money into vouchers: the operator's and finance's.
stock                                 all      -
inventory-export                      -        all      writes trail
inventory-group                       all      -
provisions                            all      -
provisions-export                     -        all      writes trail
provision                             all      -
provision-ranges-export               -        all      writes trail
allocations                           all      -
allocations-export                    -        all      writes trail
allocation                            all      -
allocation-ranges-export              -        all      writes trail
serials                               all      -
serials-export                        -        all      writes trail
bulk                                  all      -
refusals-export                       -        all      writes trail
stock-new                             OF       OF
provision-turn                        OF       OF
provision-cancel                      OF       OF

# Settings and calling systems are the administrator's to change, and no secret.
settings                              all      -
settings-change                       A        A
approval-rules                        all      -
approval-rule                         A        A
letterhead                            all      A
portal-settings                       all      A
mails-not-taken                       A        -
data-keys                             all      -
rotate-key                            A        A
clients                               all      -
clients-export                        -        all      writes trail
client                                all      -
client-new                            A        A
client-change                         A        A
client-revoke                         A        A
client-key                            A        A
client-key-state                      A        -
client-replace-key                    A        A

# The trail is for those who answer for it and those who look over shoulders; that a copy was
# taken stands in it.
trail                                 AU       -
trail-export                          -        AU       writes trail
"""


@dataclass(frozen=True, slots=True)
class Line:
    """`look` and `send` are the status codes of who may; `others` that of who may not, if it is
    not what the place says.
    """

    name: str
    looks: str
    sends: str
    look: int
    send: int
    others: int | None
    writes: frozenset[str]
    marks: frozenset[str]


def lines() -> list[Line]:
    return [
        _line(*text.split(maxsplit=3))
        for text in TABLE.splitlines()
        if text and not text.startswith("#")
    ]


def _line(name: str, looks: str, sends: str, besides: str = "") -> Line:
    said = dict(part.strip().split(maxsplit=1) for part in besides.split(",") if part)
    others = said.get("others")
    return Line(
        name,
        _GROUPS.get(looks, looks),
        _GROUPS.get(sends, sends),
        int(said.get("look", 200)),
        int(said.get("send", 200)),
        None if others is None else int(others),
        frozenset(said.get("writes", "").split()),
        frozenset(said.get("marks", "").split()),
    )
