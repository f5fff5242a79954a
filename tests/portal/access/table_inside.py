"""The table, of the pages of an issuer."""

from typing import Final

INSIDE: Final = """

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
