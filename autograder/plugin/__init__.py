"""What nbgrader and its formgrader do through us: see plugin.install."""
