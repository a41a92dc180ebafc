"""Clues: somebody told of a child who may need help; each with an owner, a due moment and every step that was taken."""
