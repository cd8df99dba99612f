"""The quad store behind its seam."""
