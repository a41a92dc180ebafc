"""Which rules are in force where and when: adopted versions of the definitions, read and cached."""
