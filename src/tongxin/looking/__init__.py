"""Why somebody looks: purposes stated, sealed files opened in an emergency, looks that were out of the usual."""
