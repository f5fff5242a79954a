"""The portal's own tables. One file a subject; what is the engine's is read by SQL instead."""

from counterfoil.portal.models.people import EXCLUSIVE, Person, PersonManager, Role, RoleAssignment

__all__ = ["EXCLUSIVE", "Person", "PersonManager", "Role", "RoleAssignment"]
