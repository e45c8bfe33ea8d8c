"""The shop's own settings; only the URLs have one more line: hello, to compare with."""

from opsplan.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
