"""What would differ if something changed, tried on a copy of the graph."""
