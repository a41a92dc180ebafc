"""What leaves the system as a file: asked for, decided by another person, made once, counted copy by copy."""
