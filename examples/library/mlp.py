# A network learns three samples. All three share its parameters.
from engine import MLP, Expr

samples = [([1.0, 2.0, 3.0], 150.0), ([4.0, 5.0, 6.0], 250.0), ([7.0, 8.0, 9.0], 350.0)]
mlp = MLP(3, [2, 2, 1], activation="tanh", seed=2)

# counted in hundreds: in ones, tanh would level off
predicted = [100 * mlp([Expr(x, learnable=False) for x in inputs]) for inputs, _ in samples]
errors = [(y - target) / 100 for y, (_, target) in zip(predicted, samples)]
loss = sum(error**2 for error in errors) / len(errors)


def told():
    """Return the predictions and the loss as they are now."""
    found = ", ".join(f"{y.data:6.2f}" for y in predicted)
    return f"{found}   loss {loss.data:.4f}"


print(mlp, "with", len(mlp.parameters()), "parameters")
print("Before:  ", told())
for step in range(1, 101):
    loss.learn(0.025)
    loss.recalculate()
    if step % 20 == 0:
        print(f"Step {step:3}:", told())
