"""Who should hear of something: ids and links only."""
