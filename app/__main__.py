"""`python -m app`; in a wheel also `python -m gradwalk`."""

import sys

from app.cli import main

sys.exit(main())
