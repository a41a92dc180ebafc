"""The same definitions, rendered as SQL and run over whole files."""
