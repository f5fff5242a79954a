"""The issuer's merchants and agents: applications, approvals, what each may do and is owed."""
