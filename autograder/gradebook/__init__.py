"""nbgrader's tables and folders."""
