"""What an issuer has set: its vouchers' rules, who must approve what, its portal, its keys."""
