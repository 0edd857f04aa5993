"""Programs that fit a table: they are read, they bind its columns, and they learn."""

import numpy as np
import pytest

from app.csvs import read_csv
from app.starters import starter
from engine.data import TABLES, Table
from engine.program import parse
from engine.regime import Regime
from engine.training import Trainer

UPDATES = 500


def trained(table, kernels):
    mine = table if table.name == "mine" else None
    regime = Regime("adam", {"rate": 0.05})
    trainer = Trainer(parse(starter(table), mine=mine), {}, regime, seed=1, kernels=kernels)
    trainer.advance(UPDATES)
    assert trainer.stopped is None
    return trainer.measure()


def clouds(seed=1, samples=200, share=0.5, scale=(1.0, 1.0), shift=(0.0, 0.0), classes=(-1.0, 1.0)):
    """Return two clouds side by side, as far off and as large as one likes."""
    random = np.random.default_rng(seed)
    label = random.random(samples) < share
    points = random.normal(np.where(label, 1.5, -1.5)[:, None], 0.5, (samples, 2))
    rows = np.column_stack([points * scale + shift, np.where(label, classes[1], classes[0])])
    return Table("mine", ("a", "b", "y"), rows, classes)


@pytest.mark.parametrize("name", TABLES)
def test_the_program_of_a_built_in_table_binds_all_its_columns(name):
    table = TABLES[name].table()
    program = parse(starter(table))
    assert program.samples.table.columns == table.columns
    assert None not in program.samples.nodes
    assert program.predicted.target == program.samples.nodes[-1]
    assert len(program.predicted.nodes) == (3 if len(table.classes) == 3 else 1)
    assert not program.unused


def test_what_is_learnt_decides_the_loss():
    assert "tanh(mlp([a, b]))\nloss = mse(o, y)" in starter(clouds())
    chance = starter(clouds(classes=(0.0, 1.0)))
    assert "p = sigmoid(mlp([a, b]))\nloss = binary_cross_entropy(p, y)" in chance
    three = starter(read_csv("x,kind\n1,a\n-1,b\n0,c").table)
    assert "MLP(1, [8, 3]" in three
    assert "cross_entropy(logits, kind)" in three


def test_a_column_that_is_far_off_is_brought_near_by_a_line_of_its_own():
    table = read_csv("size,far,y\n0.5,1000,-1\n-0.5,3000,1").table
    assert starter(table).splitlines()[:3] == [
        'size, far, y = data("mine")',
        "far_ = (far - 2000)/1000",
        "mlp = MLP(2, [8, 1], activation=tanh, seed=1)",
    ]
    below = starter(read_csv("far,y\n-1000,-1\n-3000,1").table)
    assert "far_ = (far + 2000)/1000" in below


def test_a_column_without_spread_is_no_division_by_zero(kernels):
    table = read_csv("same,x,y\n7,0,-1\n7,1,1\n7,0.1,-1\n7,0.9,1").table
    assert "same_ = (same - 7)/1" in starter(table)
    assert trained(table, kernels).accuracy == 1


def test_names_that_the_columns_have_are_not_taken_again():
    program = parse(
        starter(table := read_csv("mlp,o,loss,far\n1,2,3,400\n3,1,2,900").table), mine=table
    )
    assert program.samples.table.columns == ("mlp", "o", "loss", "far")
    assert None not in program.samples.nodes


@pytest.mark.parametrize("header", ["relu,tanh,y", "data,MLP,e", "class,lambda,hinge"])
def test_any_names_make_a_program_that_is_read(header):
    table = read_csv(f"{header}\n100,2,-1\n300,1,1\n").table
    assert parse(starter(table), mine=table).samples.table is table


@pytest.mark.parametrize(
    "table",
    [clouds(), clouds(classes=(0.0, 1.0)), clouds(share=0.05), clouds(scale=(1e4, 1e-4)),
     clouds(shift=(1e5, -300.0)), clouds(scale=(1e6, 1.0), shift=(1e9, 0), share=0.1)],
    ids=["plain", "zero and one", "unbalanced", "scaled", "shifted", "all of it"],
)  # fmt: skip
def test_two_clouds_are_parted_wherever_they_lie(table, kernels):
    assert trained(table, kernels).accuracy >= 0.99


@pytest.mark.parametrize(
    ("name", "accuracy"),
    [("moons", 0.99), ("circles", 0.99), ("xor", 0.99), ("gaussians", 0.95), ("blobs", 0.98),
     ("yinyang", 0.9), ("spiral", 0.7)],
)  # fmt: skip
def test_built_in_classes_are_learnt(name, accuracy, kernels):
    assert trained(TABLES[name].table(), kernels).accuracy >= accuracy


def test_a_number_far_from_0_is_predicted_in_its_own_units(kernels):
    random = np.random.default_rng(3)
    size = random.uniform(20, 200, 300)
    price = 3_000 * size + 50_000 + random.normal(0, 5_000, 300)
    table = Table("mine", ("size", "price"), np.column_stack([size, price]))
    found = trained(table, kernels)
    assert found.loss * price.std() ** 2 < 1.2 * 5_000**2
    assert parse(starter(table), mine=table).predicted is not None
