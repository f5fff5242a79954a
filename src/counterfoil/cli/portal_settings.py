"""What the portal is run with, for the commands that load nothing of the API."""

from counterfoil.cli.place import Workspace
from counterfoil.keys.seals import Seals
from counterfoil.portal.configuration import Serving
from counterfoil.portal.schema import portal_secret
from counterfoil.settings import Settings


def serving_of(settings: Settings) -> Serving:
    return Serving(
        hosts=settings.portal_hosts,
        uploads=settings.uploads,
        smtp_url=settings.smtp_url,
        mail_from=settings.mail_from,
    )


def seals_of(workspace: Workspace) -> Seals:
    """What the portal's processes seal with, for the worker to check and the API to seal alike."""
    return Seals.of_secret(portal_secret(workspace.url, workspace.provider))
