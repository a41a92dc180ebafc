"""What people keep of their lists: filters in force, as codes, that open again with one tap."""
