"""The addresses of the door. Of allauth's pages only these are here; the others are not."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.portal.door import outbox, pages

# allauth's forms take PUT for POST; here nothing does.
_form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("sign-in", _form(account.login), name="account_login"),
    path("sign-out", _form(account.logout), name="account_logout"),
    path("welcome/<uidb64>/<token>", _form(pages.Welcome.as_view()), name="welcome"),
    path("account", pages.account, name="account"),
    path("account/inactive", require_safe(account.account_inactive), name="account_inactive"),
    path("account/again", _form(account.reauthenticate), name="account_reauthenticate"),
    path("account/again/code", _form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/password", _form(account.password_change), name="account_change_password"),
    path("account/forgotten", _form(account.password_reset), name="account_reset_password"),
    path(
        "account/forgotten/sent",
        require_safe(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "account/forgotten/done",
        require_safe(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        _form(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("account/second-factor", require_safe(mfa.index), name="mfa_index"),
    path("account/second-factor/code", _form(mfa.authenticate), name="mfa_authenticate"),
    path(
        "account/second-factor/set-up",
        _form(never_cache(totp.activate_totp)),
        name="mfa_activate_totp",
    ),
    path("account/second-factor/remove", _form(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "account/recovery-codes",
        require_safe(never_cache(recovery_codes.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new",
        _form(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("account/sessions", _form(pages.Sessions.as_view()), name="usersessions_list"),
    path("outbox", outbox.outbox, name="outbox"),
    path("outbox/<id:mail_id>", outbox.mail, name="outbox-mail"),
]
