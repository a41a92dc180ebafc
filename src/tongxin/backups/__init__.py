"""Copies of everything that can be put back: made while people work, proven, restored whole or not at all."""
