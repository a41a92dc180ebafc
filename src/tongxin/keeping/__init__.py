"""What is kept and for how long: holds, records set apart by law, what is due to be destroyed."""
