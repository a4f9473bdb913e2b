"""An operator's channels: to the other two, and from the hub's coordinators."""
