"""The page on which a guardian reads, decides, and sees who looked: opened by a one-time link on any phone."""
