"""The rail to the financial provider that the settings name."""

from counterfoil.cli.bank_files import read_secret
from counterfoil.errors import WrongSettingError
from counterfoil.gateway.sandbox import SandboxGateway
from counterfoil.settings import Settings


def gateway(settings: Settings) -> SandboxGateway | None:
    """None where no financial provider is set: instant payments then wait for one."""
    if settings.fsp_url is None:
        if settings.fsp_secret_file is not None:
            raise WrongSettingError("COUNTERFOIL_FSP_SECRET_FILE needs COUNTERFOIL_FSP_URL.")
        return None
    if settings.fsp_secret_file is None:
        raise WrongSettingError("COUNTERFOIL_FSP_URL needs COUNTERFOIL_FSP_SECRET_FILE.")
    secret = read_secret(settings.fsp_secret_file, "COUNTERFOIL_FSP_SECRET_FILE")
    return SandboxGateway(settings.fsp_url, secret=secret)
