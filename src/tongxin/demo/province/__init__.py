"""A whole autonomous region over three years, at the size at which figures and lists are measured."""
