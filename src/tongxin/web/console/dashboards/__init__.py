"""Dashboards: by role, by place, with charts, tables of the same figures, files of them."""
