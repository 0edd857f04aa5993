"""What is run by hand, and what the tests and the bench share of it."""
