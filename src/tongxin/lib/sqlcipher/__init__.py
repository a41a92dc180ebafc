"""Django's SQLite on an encrypted file; a plain file where the encrypting wheel is missing."""
