"""What a class did: scores and mistakes."""
