"""Where the files that are not Python lie: in a checkout and inside an installed wheel."""

from pathlib import Path

_APP = Path(__file__).resolve().parent


def data_folder(name: str) -> Path:
    """Return the folder `templates`, `static` or `examples`.

    A wheel carries them in `app/_data`; a checkout has them beside `app`.
    """
    packaged = _APP / "_data" / name
    return packaged if packaged.is_dir() else _APP.parent / name
