"""Which format a file has, by its first bytes and never by its name."""

import codecs
import re

HEAD = 4096
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PICTURES = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM",
    b"\x00\x00\x00\x18ftyp", b"\x00\x00\x00\x1cftyp", b"\x00\x00\x00 ftyp",
)  # fmt: skip
ARCHIVES = (
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5/\xfd",
)
OTHERS = (b"MZ", b"\x7fELF", b"{\\rtf", b"ID3", b"OggS", b"SQLite format 3")
BARE_XLS = {b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00"}

_MARKUP = re.compile(r"\s*(?:<!--.*?(?:-->|$)\s*)*<([!?a-z/])", re.DOTALL)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|style|table|center|div)\b")
_SPREADSHEETML = "urn:schemas-microsoft-com:office:spreadsheet"


def format_of(head: bytes) -> str:
    """One of the keys of formats.READERS."""
    if not head.strip(b"\x00 \t\r\n\x1a\xef\xbb\xbf"):
        return "empty"
    if head.startswith(ZIP):
        return "zip"
    if head.startswith(OLE2):
        return "ole2"
    if head[:4] in BARE_XLS:
        return "bare_xls"
    for name, starts in {
        "picture": PICTURES,
        "archive": ARCHIVES,
        "other": OTHERS,
    }.items():
        if head.startswith(starts) and not _is_text(head, name):
            return name
    return _of_text(_as_text(head).lower())


def _is_text(head: bytes, name: str) -> bool:
    """BM and MZ begin words too: a picture or program has a zero byte soon after."""
    return head[:2] in {b"BM", b"MZ", b"ID"} and b"\x00" not in head[:64]


def _as_text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.decode("latin-1").removeprefix("\xef\xbb\xbf")


def _of_text(start: str) -> str:
    if start.lstrip().startswith("mime-version:"):
        return "mhtml"
    if not _MARKUP.match(start):
        return "text"
    if _SPREADSHEETML in start and "<html" not in start:
        return "spreadsheetml"
    if _HTML.search(start):
        return "html"
    return "xml" if start.lstrip().startswith("<?xml") else "text"
