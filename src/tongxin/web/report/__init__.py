"""The page on which anybody tells of a child who needs help, without an account, and follows the answer by a code."""
