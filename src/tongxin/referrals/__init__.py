"""Hand-overs between bodies, as both sides' entries tell them."""
