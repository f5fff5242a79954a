"""The one door for other systems: GovStack dialects, the administration API, health, metrics."""
