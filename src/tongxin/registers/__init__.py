"""The office's registers for the protection of personal information: only added to, each row with who and when."""
