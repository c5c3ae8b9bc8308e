"""Submissions that want more than they deserve, or that want to do harm. See collection.py."""
