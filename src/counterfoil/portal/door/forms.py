"""The forms of the door: allauth's, with our words and hints, and codes that work once."""

from typing import Any, Final

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# A code is taken for its own half minute and the two beside it.
_CODE_SECONDS: Final = 120
PASSWORD_HINT: Final = _("At least 8 characters; a few words that nobody would guess are best.")


class SignIn(account.LoginForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say(self, "login", _("E-mail"), autocomplete="username", is_first=True)
        _say(self, "password", _("Password"), autocomplete="current-password")


class PasswordAgain(account.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say(self, "password", _("Password"), autocomplete="current-password", is_first=True)


class ChangePassword(account.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say(self, "oldpassword", _("Password now"), autocomplete="current-password", is_first=True)
        _say_new_password(self)


class ForgotPassword(account.ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say(self, "email", _("E-mail"), autocomplete="username", is_first=True)


class NewPassword(account.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say_new_password(self)

    def save(self) -> None:
        super().save()
        verify_email(self.user.pk, self.user.email)


class Code(mfa.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say_code(self, _("Six digits from your authenticator, or one of your recovery codes."))

    def clean_code(self) -> str:
        return _once(self.user.pk, super().clean_code())


class CodeAgain(mfa.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say_code(self, _("Six digits from your authenticator, or one of your recovery codes."))

    def clean_code(self) -> str:
        return _once(self.user.pk, super().clean_code())


class FirstCode(totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # allauth's
        super().__init__(*arguments, **named)
        _say_code(self, _("The six digits that the authenticator shows now."))

    def clean_code(self) -> str:
        return _once(self.user.pk, super().clean_code())


def verify_email(person_id: int, email: str) -> None:
    """Whoever came by a link in a mail to that address reads its mails."""
    EmailAddress.objects.update_or_create(
        user_id=person_id, email=email, defaults={"verified": True, "primary": True}
    )


def _once(person_id: int, code: str) -> str:
    """Longer than allauth remembers a used code, which is half a minute."""
    digits = "".join(filter(str.isdigit, code))
    if not cache.add(f"code:{person_id}:{digits}", "used", timeout=_CODE_SECONDS):
        raise get_adapter().validation_error("incorrect_code")
    return code


def _say(
    form: forms.Form,
    name: str,
    label: str | Promise,
    hint: str | Promise = "",
    *,
    autocomplete: str,
    is_first: bool = False,
) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, hint  # type: ignore[assignment]  # lazy words
    attributes = field.widget.attrs
    attributes.pop("placeholder", None)
    attributes["autocomplete"] = autocomplete
    if is_first:
        attributes["autofocus"] = True


def _say_new_password(form: forms.Form) -> None:
    _say(form, "password1", _("New password"), PASSWORD_HINT, autocomplete="new-password")
    _say(form, "password2", _("The same again"), autocomplete="new-password")


def _say_code(form: forms.Form, hint: str | Promise) -> None:
    _say(form, "code", _("Code"), hint, autocomplete="one-time-code", is_first=True)
    form.fields["code"].widget.attrs["inputmode"] = "numeric"
