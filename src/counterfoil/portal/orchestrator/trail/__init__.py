"""The trail of the portal's own changes: who, when, from where, before, after, why."""
