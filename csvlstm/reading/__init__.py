"""From the bytes of a file to its weights in plain form."""
