"""The portal's own tables. One file a subject; what is the engine's is read by SQL instead."""

from counterfoil.portal.models.designs import DraftStatus, VoucherDraft
from counterfoil.portal.models.mail import Mail
from counterfoil.portal.models.merchants import (
    Application,
    BankChange,
    Checked,
    DocumentKind,
    MerchantContact,
    MerchantDocument,
    MerchantKind,
    MerchantOutlet,
    MerchantProfile,
    Origin,
    ProfileStatus,
    Scheme,
    Section,
    Verification,
)
from counterfoil.portal.models.money import Evidence
from counterfoil.portal.models.people import (
    EXCLUSIVE,
    GUARDED,
    AcceptorRole,
    AcceptorRoleName,
    Delegation,
    OrganisationRole,
    OrganisationRoleName,
    Person,
    PersonManager,
    Role,
    RoleAssignment,
)
from counterfoil.portal.models.settings import PortalSettings, portal_settings
from counterfoil.portal.models.trail import TrailEntry
from counterfoil.portal.models.uploads import Upload

__all__ = [
    "EXCLUSIVE",
    "GUARDED",
    "AcceptorRole",
    "AcceptorRoleName",
    "Application",
    "BankChange",
    "Checked",
    "Delegation",
    "DocumentKind",
    "DraftStatus",
    "Evidence",
    "Mail",
    "MerchantContact",
    "MerchantDocument",
    "MerchantKind",
    "MerchantOutlet",
    "MerchantProfile",
    "OrganisationRole",
    "OrganisationRoleName",
    "Origin",
    "Person",
    "PersonManager",
    "PortalSettings",
    "ProfileStatus",
    "Role",
    "RoleAssignment",
    "Scheme",
    "Section",
    "TrailEntry",
    "Upload",
    "Verification",
    "VoucherDraft",
    "portal_settings",
]
