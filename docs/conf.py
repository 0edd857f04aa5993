"""How the documentation is built: `make docs`. Nothing is fetched, warnings are errors."""  # noqa: INP001  no package

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import __version__ as release  # noqa: E402  found where the line above looks

project = "gradwalk"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "tools.site.learned",
    "tools.site.pictures",
    "tools.site.reference",
]

myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# A member called bytes would be what the type bytes links to.
autodoc_default_options = {"members": True, "exclude-members": "bytes"}
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Source", "notes_style")]
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!(engine|app)\.).*"),  # Python's and NumPy's: elsewhere, and nothing is fetched
    ("py:.*", r"engine\.(drawing|moments|typeset)\..*"),  # inner rooms, which have no page
]

html_theme = "furo"
html_title = f"gradwalk {release}"
html_static_path = ["_static", "../engine/drawing/assets/fonts"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {
        "font-stack": "Inter, system-ui, sans-serif",
        "font-stack--monospace": "'JetBrains Mono', ui-monospace, monospace",
        "color-brand-primary": "#4f46c8",
        "color-brand-content": "#4f46c8",
        "color-background-primary": "#ffffff",
        "color-background-secondary": "#f7f7f4",
        "color-foreground-primary": "#1d2126",
        "class-0": "#b84f06",
        "class-1": "#0b67c2",
        "class-2": "#0f766e",
    },
    "dark_css_variables": {
        "color-brand-primary": "#a5a0ff",
        "color-brand-content": "#a5a0ff",
        "color-background-primary": "#101214",
        "color-background-secondary": "#16191c",
        "color-foreground-primary": "#e9e9e5",
        "class-0": "#ffa057",
        "class-1": "#6db3ff",
        "class-2": "#4fd1c1",
    },
}
