"""Following lineage: what an asset comes from, what comes from it, and what a change would break."""
