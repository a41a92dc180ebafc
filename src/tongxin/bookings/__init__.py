"""Rooms, who sits in them when, and what is booked: no room, counsellor or child twice at one time."""
