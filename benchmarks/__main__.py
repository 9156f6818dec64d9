"""Run the benchmarks, each in a database of its own: `make bench`, or name some.

    python -m benchmarks [upload ...]

Each prints one JSON line.
"""

import importlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.db import connection

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if not path.stem.startswith("_")
)


def run(name: str) -> dict[str, Any]:
    """The benchmark's figures; its database is made before and dropped after."""
    connection.settings_dict["TEST"]["NAME"] = f"benchmark_{name}"
    plain_name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return importlib.import_module(f"benchmarks.{name}").run()
    finally:
        connection.creation.destroy_test_db(plain_name, verbosity=0)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    logging.disable(logging.INFO)
    for name in sys.argv[1:] or NAMES:
        print(json.dumps({"benchmark": name, **run(name)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
