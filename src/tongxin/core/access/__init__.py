"""Who may see which part of a file, as data: grants of roles through relations."""

from tongxin.core.access.grants import AccessRules, Grant, read

__all__ = ["AccessRules", "Grant", "read"]
