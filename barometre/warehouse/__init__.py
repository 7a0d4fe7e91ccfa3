"""L'entrepôt : le seul endroit qui connaît le SQL."""
