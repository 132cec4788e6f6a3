"""Pure functions from a result document to figures. May import `results` only."""
