"""What `gradwalk` does in a terminal: draw a program, check its gradients, train it."""
