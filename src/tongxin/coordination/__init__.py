"""Departments on one table: members, joint meetings and orders, standards, policies, typical cases, experts."""
