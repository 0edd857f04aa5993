# Operations on Exprs: a difference, squared, and what it stands on.
from engine import Expr, tree

a = Expr(4.0, label="a")
b = Expr(2.0, label="b")
difference = a - b
difference.label = "difference"
squared = difference**2

print(f"squared difference: {squared.data:.2f}")
print(tree(squared))

# a value used twice is one node, and its gradient sums both ways
x = Expr(3.0, label="x")
y = x * x
y.backward()
print(f"x*x at 3: {y.data:g}, gradient {x.grad:g}")

# numbers of any kind on either side
print((5 * x).data, (x / 2).data, (2**x).data)
