"""The pages of an organisation that buys vouchers: what they see is of this one alone."""
