"""Money leaves through here: the port, and one file for each rail."""
