"""What django-allauth is told: e-mail and password, then a code where a person has set one up."""

from typing import Final

from counterfoil.portal import PREFIX

AGAIN_SECONDS: Final = 300  # how long an answer to "is it still you?" counts

DOOR: Final[dict[str, object]] = {
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "ACCOUNT_ADAPTER": "counterfoil.portal.door.adapter.DoorAdapter",
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_EMAIL_VERIFICATION": "none",  # whoever has a password got its link by that e-mail
    "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
    "ACCOUNT_SESSION_REMEMBER": True,
    "ACCOUNT_LOGOUT_REDIRECT_URL": f"{PREFIX}/sign-in",
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": AGAIN_SECONDS,
    "ACCOUNT_RATE_LIMITS": {"login_failed": "10/m/ip,5/300s/key"},
    "ACCOUNT_FORMS": {
        "login": "counterfoil.portal.door.forms.SignIn",
        "reauthenticate": "counterfoil.portal.door.forms.PasswordAgain",
        "change_password": "counterfoil.portal.door.forms.ChangePassword",
        "reset_password": "counterfoil.portal.door.forms.ForgotPassword",
        "reset_password_from_key": "counterfoil.portal.door.forms.NewPassword",
    },
    "MFA_ADAPTER": "counterfoil.portal.door.adapter.SecondFactorAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # nobody signs up with an address of somebody else
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_TOTP_ISSUER": "Counterfoil",
    "MFA_TOTP_TOLERANCE": 1,  # clocks of telephones; forms.py sees to it that no code works twice
    "MFA_FORMS": {
        "authenticate": "counterfoil.portal.door.forms.Code",
        "reauthenticate": "counterfoil.portal.door.forms.CodeAgain",
        "activate_totp": "counterfoil.portal.door.forms.FirstCode",
    },
}
