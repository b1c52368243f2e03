"""Where topics sit on the map: pure functions over numpy arrays."""
