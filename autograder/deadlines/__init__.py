"""Due dates, extensions and what lateness costs."""
