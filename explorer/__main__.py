"""`python -m explorer`: the same commands as `main.py`."""

import sys

from explorer.cli import main

if __name__ == "__main__":
    sys.exit(main())
