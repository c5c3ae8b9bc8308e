"""Which answers of a class are built alike, more than chance explains."""
