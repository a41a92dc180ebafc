"""One-time links by which a guardian decides on their own phone."""
