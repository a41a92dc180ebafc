"""A district's year, played through the same services that people call; every person in it is made up."""
