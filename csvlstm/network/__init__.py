"""The layers of a network, and how a sequence runs through them."""
