"""Finding assets by words and by meaning."""
