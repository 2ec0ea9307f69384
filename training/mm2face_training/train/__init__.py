"""Training tasks on one loop."""
