"""What the documentation is built with beside Sphinx: pictures, formulas, tables of the code."""
