"""People who work here, their posts, organisations and places."""
