"""The commands: their arguments, their work, their words."""
