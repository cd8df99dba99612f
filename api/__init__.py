"""Server, command line and explorer."""
