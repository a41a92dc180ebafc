"""Forms as they hold in a place, and what definitions make of the answers."""
