"""The commands of `fabric`, by subject."""
