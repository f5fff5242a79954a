"""The overview of an issuer: what waits, how it goes, and what just happened."""
