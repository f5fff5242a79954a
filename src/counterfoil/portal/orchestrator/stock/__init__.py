"""Stock: provisions of vouchers, and changes of many vouchers at once."""
