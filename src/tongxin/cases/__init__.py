"""Where each child stands: derived from the facts, compared with what is stored, and stored."""
