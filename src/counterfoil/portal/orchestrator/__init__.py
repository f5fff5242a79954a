"""The issuer's own people: programme officers, finance, approvers, administrators, auditors."""
