"""The converted files: how they are made, written and loaded."""
