"""What needs no account: how merchants and agents apply at an issuer by themselves."""
