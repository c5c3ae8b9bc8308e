"""The static pictures of the course, one module a notebook."""
