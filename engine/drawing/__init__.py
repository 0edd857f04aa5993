"""Graph to picture: columns, order, coordinates and wires of a layout. Pure, no web in here."""
