"""Graphs with their numbers as text; `engine.formats` has one row a format."""
