"""To and from a learning management system: Canvas' and Moodle's rosters, submission zips, gradebooks and feedback."""
