"""Money: the funding accounts, where their money is, and what goes in and out of them."""
