"""The code keeps to ARCHITECTURE.md: who may import whom, and every library has its reason."""

import ast
import re
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("engine", "app")
    for path in sorted((ROOT / package).rglob("*.py"))
}


def fenced(name):
    """Return the words of each line of a fenced table of ARCHITECTURE.md."""
    block = re.search(rf"^```{name}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert block, f"ARCHITECTURE.md has no table fenced as {name}"
    return [line.split() for line in block[1].splitlines()]


LINES = {room: number for number, line in enumerate(fenced("order")) for room in line}
LIMITS = {line[0]: set(line[1:]) for line in fenced("limits")}


def imports(module):
    """Return the names of the modules that a module imports, its own package's or others'."""
    found = set()
    for node in without_type_checking(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by dots; write the whole name"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found - {module}


def without_type_checking(tree):
    """Walk a syntax tree, leaving out the bodies of `if TYPE_CHECKING`."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield from without_type_checking(child)


def room(module):
    """Return the name under which the order lists a module: its own, or its package's star."""
    star = module.rpartition(".")[0] + ".*"
    return module if module in LINES else star if star in LINES else None


def inside(module, package):
    return module == package or module.startswith(package + ".")


@pytest.mark.parametrize("module", MODULES)
def test_each_module_has_its_place_and_looks_only_up(module):
    here = room(module)
    assert here, f"{module} has no line in the order of ARCHITECTURE.md"
    for name in imports(module) & set(MODULES):
        there = room(name)
        assert there, f"{name} has no line in the order of ARCHITECTURE.md"
        assert LINES[there] <= LINES[here], f"{module} may not import {name}, which is below it"
        assert not (here == there and here.endswith("*")), f"{module} may not import {name}"


def test_no_imports_go_in_a_circle():
    graph = {module: imports(module) & set(MODULES) for module in MODULES}
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("package", LIMITS)
def test_each_package_uses_only_what_it_may(package):
    for module in (m for m in MODULES if inside(m, package)):
        for name in imports(module):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or inside(name, package):
                continue
            allowed = any(inside(name, each) for each in LIMITS[package])
            assert allowed, f"{module} may not import {name}: see the limits in ARCHITECTURE.md"


def test_every_line_of_the_order_stands_for_a_module():
    lost = [each for each in LINES if each not in MODULES and not each.endswith(".*")]
    assert not lost, "rooms that ARCHITECTURE.md lists and nobody built"


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    choices = DOCUMENT.partition("## Choices")[2]
    for requirement in [*project["dependencies"], *extras]:
        name = re.match(r"[\w-]+", requirement)[0]
        assert re.search(rf"^\|.*`{name}`.*\|", choices, re.MULTILINE), f"why {name}?"
