"""Derivatives by finite differences, and the steps they are taken of."""
