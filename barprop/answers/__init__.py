"""Calling an answer without trusting what it returns."""
