"""Tests of the instructor's reports."""
