"""What an instructor runs: reference implementations, grading, sandbox, reports and the build."""
