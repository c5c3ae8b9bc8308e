"""Many submissions: what has to be graded, by which processes, and the journal of what was."""
