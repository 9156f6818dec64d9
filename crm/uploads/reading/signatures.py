"""Which format a file has, by its first bytes and never by its name."""

HEAD = 4096
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOT_TABLES = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b",
    b"BZh", b"MZ", b"\x7fELF", b"{\\rtf", b"II*\x00", b"MM\x00*", b"ID3", b"OggS",
)  # fmt: skip
BARE_XLS = {b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00"}


def format_of(head: bytes) -> str:
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "empty"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(OLE2):
        return "ole2"
    if head.startswith(NOT_TABLES):
        return "other"
    if head[:4] in BARE_XLS:
        return "bare_xls"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "html"
    if start.startswith((b"<?xml", b"mime-version")):
        return "html" if b"<html" in start else "xml"
    return "text"
