#!/usr/bin/env python
import os
import sys

from opsplan.commandline import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
    sys.exit(main(sys.argv))
