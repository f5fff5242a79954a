"""The people of an issuer: who may do what, and for how long."""
