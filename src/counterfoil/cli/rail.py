"""The rails that the settings name: the file of COUNTERFOIL_RAILS, and the sandbox provider."""

from functools import partial
from pathlib import Path

from counterfoil.cli.bank_files import read_secret
from counterfoil.errors import CounterfoilError, WrongSettingError
from counterfoil.gateway.rail_settings import RailsFile, read_rails
from counterfoil.gateway.rails import Rail, Rails, rails_of
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.keys.provider import KeyProvider
from counterfoil.keys.secret_store import SecretStore
from counterfoil.settings import Settings

SANDBOX = "sandbox"


def gateway(settings: Settings) -> SandboxGateway | None:
    """The provider of COUNTERFOIL_FSP_URL; None where there is none."""
    if settings.fsp_url is None:
        if settings.fsp_secret_file is not None:
            raise WrongSettingError("COUNTERFOIL_FSP_SECRET_FILE needs COUNTERFOIL_FSP_URL.")
        return None
    if settings.fsp_secret_file is None:
        raise WrongSettingError("COUNTERFOIL_FSP_URL needs COUNTERFOIL_FSP_SECRET_FILE.")
    secret = read_secret(settings.fsp_secret_file, "COUNTERFOIL_FSP_SECRET_FILE")
    return SandboxGateway(settings.fsp_url, secret=secret)


def rails(settings: Settings, provider: KeyProvider, sandbox: SandboxGateway | None) -> Rails:
    """All that a process has; `sandbox` is the one of COUNTERFOIL_FSP_URL. Raises
    WrongSettingError.
    """
    file = rails_file(settings)
    made = rails_of(file, partial(secret_of, settings, provider))
    if sandbox is None:
        return made
    if SANDBOX in file.rails:
        raise WrongSettingError(
            "COUNTERFOIL_FSP_URL is the rail sandbox, and COUNTERFOIL_RAILS has one of that name."
        )
    return made.with_rail(Rail(name=SANDBOX, online=sandbox, looks_up=True))


def rails_file(settings: Settings) -> RailsFile:
    return RailsFile({}, {}) if settings.rails is None else read_rails(settings.rails)


def secret_store(settings: Settings, provider: KeyProvider) -> SecretStore:
    """Beside the file of the rails, and named after it. Raises WrongSettingError."""
    if settings.rails is None:
        raise WrongSettingError("Set COUNTERFOIL_RAILS: secrets are kept beside that file.")
    return SecretStore(_secrets_path(settings.rails), provider)


def _secrets_path(rails_path: Path) -> Path:
    return rails_path.with_name(f"{rails_path.stem}.secrets.json")


def secret_of(settings: Settings, provider: KeyProvider, name: str) -> str:
    """Raises WrongSettingError."""
    try:
        return secret_store(settings, provider).secret(name)
    except WrongSettingError:
        raise
    except CounterfoilError as error:
        raise WrongSettingError(str(error)) from error
