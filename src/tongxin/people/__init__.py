"""The child, the household and the adults around: identity sealed, codes and places clear."""
