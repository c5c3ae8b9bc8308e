"""From submitted files to one repaired notebook each, or the reason why not."""
