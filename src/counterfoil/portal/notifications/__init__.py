"""What people are told of, in the portal and by mail: each thing once."""
