"""Keys: who wraps them (provider), the data keys of an issuer (envelope), and their uses."""
