"""Where the door differs from what django-allauth does by itself."""

import base64
from io import BytesIO
from typing import Any, Final

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.door.second_factor import recently_authenticated
from counterfoil.portal.models import Person
from counterfoil.portal.trail import address_of, record

_KEY_FOR: Final = b"counterfoil second factor"
_KEY_BYTES: Final = 32
_QUIET_ZONE: Final = 4


class DoorAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "That e-mail and password do not go together. Try again, or ask for a new password."
        ),
        "incorrect_password": _("That is not your password. Try again."),
        "enter_current_password": _("That is not your password. Try again."),
        "too_many_login_attempts": _("Too many wrong tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth asks so
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only our own pages: allauth would lead to any host that we may be asked by."""
        return url_has_allowed_host_and_scheme(
            url, {self.request.get_host()}, require_https=self.request.is_secure()
        )

    def is_ajax(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth asks so
        """Pages only: allauth would answer some requests with forms in JSON."""
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Who signed in a moment ago is not asked at once again."""
        asks: bool = super().is_reauthentication_required(app=app)
        return asks and not recently_authenticated(self.request)

    def get_reauthentication_methods(
        self, user: AbstractBaseUser | AnonymousUser
    ) -> list[dict[str, Any]]:
        """By code where there is a second factor; the password alone says too little then."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [each for each in methods if each["id"] == "mfa_reauthenticate"] or methods

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **login: Any) -> Any:  # noqa: ANN401  # allauth's
        Session.objects.filter(expire_date__lt=timezone.now()).delete()
        return super().post_login(request, user, **login)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Called for each change of how a person gets in: the trail is told, then the person."""
        if isinstance(user, Person):
            event = f"account.{template_prefix.rpartition('/')[2]}"
            record(None, user.actor, event, subject=user.actor, address=address_of(self.request))
        super().send_notification_mail(template_prefix, user, context, email)

    def _get_login_attempts_cache_key(
        self,
        request: HttpRequest,  # noqa: ARG002  # allauth asks so
        **credentials: Any,  # noqa: ANN401  # allauth's
    ) -> str:
        """By e-mail alone: allauth adds the name of the host, which whoever asks chooses."""
        return str(credentials.get("email", "")).lower()


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is wrong, or has been used. Wait for the next one."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Black on white with its quiet zone, whatever the theme."""
        drawn = BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", border=_QUIET_ZONE, light="#fff")
        return drawn.getvalue().decode()


def _cipher() -> Fernet:
    """Under a key of its own, from the portal's secret (HKDF, RFC 5869)."""
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_KEY_FOR).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
