"""Where children answer: by link, at a shared tablet, on paper, from a table."""
