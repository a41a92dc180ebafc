"""Doors for systems of other bodies; what each takes and gives stands beside it, and the OpenAPI document reads it."""
