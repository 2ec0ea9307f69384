"""The networks; parameter names are the keys of the bundle's weight files."""
