"""Who can sign in to the demonstration's portal: somebody for each role."""

from dataclasses import dataclass
from typing import Final

from counterfoil.cli.demonstration import cast
from counterfoil.cli.place import Workspace, cli_caller
from counterfoil.cli.users import configured
from counterfoil.engine.issuer import Issuer

PASSWORD: Final = "three quiet herons"  # noqa: S105  # printed at the start; the portal is local


@dataclass(frozen=True, slots=True)
class Login:
    email: str
    name: str
    role: str
    language: str = ""


LOGINS: Final = (
    Login("administrator@demo.example", "Amina Otieno", "administrator"),
    Login("operator@demo.example", "Omar Hassan", "operator"),
    Login("approver@demo.example", "Ana Wanjiru", "approver"),
    Login("approver2@demo.example", "Joseph Ekai", "approver"),
    Login("finance@demo.example", "Faith Kiplagat", "finance"),
    Login("auditor@demo.example", "Aurelio Pérez", "auditor", "es"),
    Login("owner@demo.example", "Grace Wanjiku", "owner"),
    Login("cashier@demo.example", "Peter Njoroge", "cashier"),
    Login("manager@demo.example", "Ekal Lokwawi", "manager"),
    Login("distributor@demo.example", "Akiru Nakwang", "distributor"),
)


def open_logins(workspace: Workspace) -> None:
    """The second time nothing is left to do, and what its person has changed stays. Those of a
    shop come when there is one; those of an organisation with it.
    """
    with workspace.issuer(cast.ISSUER) as (_connection, issuer):
        pass
    configured(workspace)
    from counterfoil.portal.door.demonstration import open_login  # noqa: PLC0415  # models load now
    from counterfoil.portal.models import (  # noqa: PLC0415  # models load now
        AcceptorRoleName,
        OrganisationRoleName,
        Role,
    )
    from counterfoil.portal.people import OfficeGrant, ShopGrant  # noqa: PLC0415  # models load now
    from counterfoil.portal.trail import Actor  # noqa: PLC0415  # models load now

    shop_id = _shop_id(issuer)
    for login in LOGINS:
        grant: OfficeGrant | ShopGrant
        if login.role in OrganisationRoleName.values:
            continue
        if login.role not in AcceptorRoleName.values:
            grant = OfficeGrant(Role(login.role), issuer.issuer_id)
        elif shop_id is not None:
            grant = ShopGrant(AcceptorRoleName(login.role), issuer.issuer_id, shop_id)
        else:
            continue
        by = Actor(cli_caller().actor)
        open_login(login.email, login.name, PASSWORD, [grant], by=by, language=login.language)


def _shop_id(issuer: Issuer) -> int | None:
    """Of the first merchant in the cast, once it is registered."""
    name = cast.ACCEPTORS[0].name
    found = [each for each in issuer.catalogue.acceptors_by_id.values() if each.name == name]
    return found[0].acceptor_id if found else None
