"""PyTorch's autograd graph as Exprs. Torch is read by its attributes and never imported."""
