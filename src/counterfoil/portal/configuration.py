"""Django's settings, made from ours. `configure` comes before anything else of the portal.

Two connections to one database: `default` acts as the portal's role, which cannot write what is
the engine's; `owner` only migrates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from counterfoil.portal import PREFIX, SCHEMA
from counterfoil.portal.door.configuration import DOOR
from counterfoil.portal.messages import ready_locales

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_HOUR_SECONDS: Final = 3600
_YEAR_SECONDS: Final = 365 * 24 * _HOUR_SECONDS
_MAIL_SECONDS_MAX: Final = 10
_CACHE_ROWS_MAX: Final = 20_000
_FILES_A_FORM_MAX: Final = 10
_SMTP_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Serving:
    """How a process serves the portal.

    `hosts` are the names it is reached by from elsewhere, by HTTPS. `outbox` shows the mails that
    were not sent to anyone who asks, and `demo_logins` are the people whose codes stand beside
    them: only a demonstration names any. Files that people send are kept in `uploads`.
    """

    hosts: tuple[str, ...] = ()
    uploads: Path | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    outbox: bool = False
    demo_logins: tuple[str, ...] = ()


def configure(database_url: str, *, secret: str, serving: Serving) -> None:
    """Once per process; whoever migrated first may not have known yet what will be served."""
    if settings.configured:
        _configure_again(database_url, serving)
        return
    settings.configure(
        SECRET_KEY=secret,
        DATABASES=databases(database_url),
        **_MADE_OF,
        **_REQUESTS,
        **_LANGUAGES,
        **_reached_by(serving.hosts),
        LOCALE_PATHS=ready_locales(serving.uploads and serving.uploads.with_name("locale")),
        **DOOR,
        **_known_when_serving(serving),
    )
    django.setup()


# What the portal is made of.
_MADE_OF: Final[Mapping[str, object]] = {
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "counterfoil.portal.apps.PortalConfig",
        "django.forms",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "allauth.usersessions",
        "django_htmx",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "counterfoil.portal.security.ContentPolicy",
        "counterfoil.portal.security.NoZeroCharacters",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "counterfoil.portal.door.language.PersonsLanguage",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "counterfoil.portal.context.place",
                    "counterfoil.portal.door.outbox.is_shown",
                ]
            },
        }
    ],
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": _CACHE_ROWS_MAX},
        }
    },
    "AUTH_USER_MODEL": "portal.Person",
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
        )
    ],
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "MESSAGE_STORAGE": "counterfoil.portal.notices.Notices",
    "FORM_RENDERER": "counterfoil.portal.forms.Renderer",
    "LOGGING_CONFIG": None,
    "EMAIL_TIMEOUT": _MAIL_SECONDS_MAX,
}

# How requests are answered, and what browsers keep.
_REQUESTS: Final[Mapping[str, object]] = {
    "ROOT_URLCONF": "counterfoil.portal.urls",
    "APPEND_SLASH": False,
    "LOGIN_URL": f"{PREFIX}/sign-in",
    "LOGIN_REDIRECT_URL": f"{PREFIX}/",
    "LOGOUT_REDIRECT_URL": f"{PREFIX}/sign-in",
    "SESSION_COOKIE_NAME": "counterfoil_session",
    "SESSION_COOKIE_AGE": 12 * _HOUR_SECONDS,
    "SESSION_COOKIE_PATH": PREFIX,
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_PATH": PREFIX,
    "PASSWORD_RESET_TIMEOUT": 72 * _HOUR_SECONDS,
    "SECURE_REFERRER_POLICY": "same-origin",
    "X_FRAME_OPTIONS": "DENY",
    "FILE_UPLOAD_HANDLERS": ["counterfoil.portal.uploads.CappedUploads"],
    "DATA_UPLOAD_MAX_NUMBER_FILES": _FILES_A_FORM_MAX,
}

_LANGUAGES: Final[Mapping[str, object]] = {
    "LANGUAGES": [("en", "English"), ("es", "Español")],
    "LANGUAGE_CODE": "en",
    "LANGUAGE_COOKIE_NAME": "counterfoil_language",
    "LANGUAGE_COOKIE_PATH": PREFIX,
    "LANGUAGE_COOKIE_HTTPONLY": True,
    "LANGUAGE_COOKIE_SAMESITE": "Lax",
    "USE_TZ": True,
    "TIME_ZONE": "UTC",
    "USE_THOUSAND_SEPARATOR": True,
}


def _configure_again(database_url: str, serving: Serving) -> None:
    wanted, before = databases(database_url)["default"], settings.DATABASES["default"]
    if any(wanted[part] != before[part] for part in ("NAME", "HOST", "PORT")):
        raise RuntimeError("Django is configured for another database in this process.")
    for name, value in _known_when_serving(serving).items():
        setattr(settings, name, value)


def _known_when_serving(serving: Serving) -> dict[str, object]:
    hosts = serving.hosts
    return {
        **_mail(serving),
        "COUNTERFOIL_OUTBOX": serving.outbox,
        "COUNTERFOIL_ORIGIN": f"https://{hosts[0]}" if hosts else "",
        "COUNTERFOIL_DEMO_LOGINS": serving.demo_logins,
        "COUNTERFOIL_UPLOADS": serving.uploads,
    }


def _reached_by(hosts: tuple[str, ...]) -> dict[str, object]:
    """What holds by HTTPS alone, once it is known by which names people come."""
    return {
        "ALLOWED_HOSTS": list(hosts or _LOOPBACK),  # mails lead to where they were asked for
        "LANGUAGE_COOKIE_SECURE": bool(hosts),
        "SESSION_COOKIE_SECURE": bool(hosts),
        "CSRF_COOKIE_SECURE": bool(hosts),
        "CSRF_TRUSTED_ORIGINS": [f"https://{host}" for host in hosts],
        "SECURE_HSTS_SECONDS": _YEAR_SECONDS if hosts else 0,
    }


def _mail(serving: Serving) -> dict[str, object]:
    """Every mail goes into a table of ours; a worker sends it from there if there is a server."""
    domain = serving.hosts[0] if serving.hosts else "localhost"
    always: dict[str, object] = {
        "EMAIL_BACKEND": "counterfoil.portal.mail.Queue",
        "DEFAULT_FROM_EMAIL": serving.mail_from or f"Counterfoil <no-reply@{domain}>",
        "COUNTERFOIL_SENDS_MAILS": serving.smtp_url is not None,
    }
    if serving.smtp_url is None:
        return always
    parts = urlsplit(serving.smtp_url)
    return {
        **always,
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or _SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.hostname not in _LOOPBACK,
    }


def databases(url: str) -> dict[str, dict[str, object]]:
    """As Django wants them described."""
    return {"default": _database(url, as_portal=True), "owner": _database(url, as_portal=False)}


def _database(url: str, *, as_portal: bool) -> dict[str, object]:
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    name = parts.pop("dbname", "")
    options: dict[str, object] = {
        "options": f"-c search_path={SCHEMA},public -c lock_timeout=10s -c statement_timeout=30s"
    }
    if as_portal:
        options["assume_role"] = f"{name}_portal"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options | dict(parts.items()),
    }
