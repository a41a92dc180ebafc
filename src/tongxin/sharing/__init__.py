"""Agreements under which another department gets a few fields of some children, and each delivery to its end."""
