"""What a played quarter holds on its last morning, by what it is about."""
