"""From an exercise's declaration and an answer to a verdict."""
