"""Pictures outside the app: an SVG, a PNG, an HTML document that steps, a notebook's cell."""
