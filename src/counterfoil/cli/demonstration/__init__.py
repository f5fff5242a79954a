"""The demonstration: an issuer with money, merchants, stock and a past, made through the engine."""
