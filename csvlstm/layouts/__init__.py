"""Layouts as data, the plan from one to another, and the numpy reference cells."""
