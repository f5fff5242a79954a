"""What agents earn, as the issuer's people see it: by which rules, and from which budget."""
