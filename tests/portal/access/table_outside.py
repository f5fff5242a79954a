"""The table, of who is not of an issuer: anybody, applicants, merchants and organisations."""

from typing import Final

OUTSIDE: Final = """

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
"""
