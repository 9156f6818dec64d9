"""Is the Chinese translation whole? Run as `python -m tests.translations`.

Where gettext is installed (CI installs it) the source is read again, so that a new
string without an entry is found too; elsewhere the entries alone are checked.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

PO = Path("locale/zh_Hans/LC_MESSAGES/django.po")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def read() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def texts(message: Message) -> list[str]:
    both = message.string
    return [both] if isinstance(both, str) else list(both)


def faults(catalog: Catalog) -> list[str]:
    found = []
    for message in catalog:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        if message.fuzzy:
            found.append(f"fuzzy: {source}")
        elif not all(texts(message)):
            found.append(f"untranslated: {source}")
        elif any(
            set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(source))
            for text in texts(message)
        ):
            found.append(f"other placeholders: {source}")
    return found


def missing_from_file() -> list[str]:
    """Strings in the source that the file does not have. Leaves the file as it was."""
    if not shutil.which("xgettext"):
        print("skipped: gettext is not installed, the source was not read again")
        return []
    before, known = PO.read_bytes(), {str(message.id) for message in read()}
    try:
        command = ["make", "--silent", "messages"]
        subprocess.run(command, check=True, capture_output=True)
        return [f"missing: {m.id}" for m in read() if str(m.id) not in known]
    finally:
        PO.write_bytes(before)


def main() -> int:
    problems = [*faults(read()), *missing_from_file()]
    print(*problems, f"{len(problems)} faults in {PO}", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
