"""Needs first: which benefits and services a filled form shows to be due and not received, by rule."""

from tongxin.core.needs.finding import Found, find
from tongxin.core.needs.rules import Need, Needs, read

__all__ = ["Found", "Need", "Needs", "find", "read"]
