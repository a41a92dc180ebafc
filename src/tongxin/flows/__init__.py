"""What follows from what: the one door for recording, and the reactions to every event."""
