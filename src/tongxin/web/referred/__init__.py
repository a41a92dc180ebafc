"""The page on which a body without accounts answers a referral: opened by a one-time link and a spoken code."""
