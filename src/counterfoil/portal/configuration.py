"""Django's settings, made from ours. `configure` comes before anything else of the portal.

Two connections to one database: `default` acts as the portal's role, which cannot write what is
the engine's; `owner` only migrates.
"""

from collections.abc import Sequence
from typing import Final

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from counterfoil.portal import PREFIX, SCHEMA

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_HOUR_SECONDS: Final = 3600


def configure(database_url: str, *, secret: str, hosts: Sequence[str] = ()) -> None:
    """Once per process. `hosts` are the names it is reached by from elsewhere, by HTTPS."""
    if settings.configured:
        wanted, before = _database(database_url, as_portal=True), settings.DATABASES["default"]
        if any(wanted[part] != before[part] for part in ("NAME", "HOST", "PORT")):
            raise RuntimeError("Django is configured for another database in this process.")
        return
    settings.configure(
        SECRET_KEY=secret,
        ALLOWED_HOSTS=[*_LOOPBACK, *hosts],
        DATABASES={
            "default": _database(database_url, as_portal=True),
            "owner": _database(database_url, as_portal=False),
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "counterfoil.portal.apps.PortalConfig",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "counterfoil.portal.security.ContentPolicy",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                    ]
                },
            }
        ],
        ROOT_URLCONF="counterfoil.portal.urls",
        AUTH_USER_MODEL="portal.Person",
        AUTH_PASSWORD_VALIDATORS=[
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in (
                "UserAttributeSimilarityValidator",
                "MinimumLengthValidator",
                "CommonPasswordValidator",
            )
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGIN_URL=f"{PREFIX}/sign-in",
        LOGIN_REDIRECT_URL=f"{PREFIX}/",
        LOGOUT_REDIRECT_URL=f"{PREFIX}/sign-in",
        LOGGING_CONFIG=None,
        USE_TZ=True,
        TIME_ZONE="UTC",
        USE_THOUSAND_SEPARATOR=True,
        SESSION_COOKIE_NAME="counterfoil_session",
        SESSION_COOKIE_AGE=12 * _HOUR_SECONDS,
        SESSION_COOKIE_SECURE=bool(hosts),
        SESSION_COOKIE_PATH=PREFIX,
        CSRF_COOKIE_SECURE=bool(hosts),
        CSRF_COOKIE_HTTPONLY=True,
        CSRF_COOKIE_PATH=PREFIX,
        CSRF_TRUSTED_ORIGINS=[f"https://{host}" for host in hosts],
        PASSWORD_RESET_TIMEOUT=72 * _HOUR_SECONDS,
        SECURE_REFERRER_POLICY="same-origin",
        X_FRAME_OPTIONS="DENY",
    )
    django.setup()


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
