"""In which encoding a text file was written."""

import codecs
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from crm.uploads.reading.errors import UnreadableError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1024 * 1024
# By how common its characters are, Chinese is told from what only looks like it. As
# much of the file is looked at as makes that sure.
SAMPLE = 256 * 1024
COMMON_ENOUGH = 0.6
CHINESE = ("gb18030", "cp950", "big5hkscs")


def encoding_of(file: BinaryIO) -> str:
    """The encoding that all of the file fits, or UnreadableError."""
    file.seek(0)
    head = file.read(SAMPLE)
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head and (wide := _utf16(head)):
        return wide
    wrong_at = _wrong_at(file, "utf-8")
    if wrong_at is None:
        return "utf-8"
    # UTF-8 with one wrong byte may be good GB18030, though nothing anyone would write.
    best, commonness = None, 0.0
    for encoding in CHINESE:
        found = _commonness(head, encoding)
        if found > commonness and _wrong_at(file, encoding) is None:
            best, commonness = encoding, found
    if best and commonness >= COMMON_ENOUGH:
        return best
    if _is_western(head):
        return "cp1252"
    if best and not _holds_utf8(head[:wrong_at]):
        return best
    raise _broken(file, wrong_at)


def _utf16(head: bytes) -> str | None:
    """Every second byte of what has Latin letters and digits in UTF-16 is zero."""
    head = head[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 8 and min(even, odd) * 8 < max(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    if max(even, odd) > len(head) // 50 + 8:
        raise UnreadableError("not_a_spreadsheet")
    return None


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def _wrong_at(file: BinaryIO, encoding: str) -> int | None:
    """Where the first byte is that the encoding does not know."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    try:
        for chunk in _chunks(file):
            kept = len(decoder.getstate()[0])
            decoder.decode(chunk)
            read += len(chunk)
        kept = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return read - kept + error.start
    return None


def _commonness(sample: bytes, encoding: str) -> float:
    """Which part of the characters beyond ASCII is in daily use."""
    text = sample.decode(encoding, "replace")
    beyond = [character for character in text if character > "\x7f"]
    common = _common()
    return sum(1 for c in beyond if c in common) / len(beyond) if beyond else 0.0


@cache
def _common() -> frozenset[str]:
    """The first levels of GB 2312 and of Big5, and the marks of both."""
    simplified = bytes(
        byte
        for first in (0xA1, 0xA3, *range(0xB0, 0xD8))
        for second in range(0xA1, 0xFF)
        for byte in (first, second)
    )
    traditional = bytes(
        byte
        for first in (0xA1, 0xA2, *range(0xA4, 0xC7))
        for second in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
        for byte in (first, second)
    )
    return frozenset(
        simplified.decode("gb2312", "ignore") + traditional.decode("big5", "ignore")
    ) - {"\ufffd"}


def _is_western(sample: bytes) -> bool:
    """Letters with accents stand alone between others; Chinese bytes come in pairs."""
    high = alone = 0
    sample = b" " + sample + b" "
    for before, byte, after in zip(sample, sample[1:], sample[2:], strict=False):
        if byte > 0x7F:
            high += 1
            alone += before < 0x80 and after < 0x80
    fits = sample.decode("cp1252", "replace").count("\ufffd") == 0
    return fits and 0 < high < len(sample) // 5 and alone * 10 >= high * 8


def _holds_utf8(before: bytes) -> bool:
    """Whether there is so much good UTF-8 that the rest must have been some too."""
    text = before.decode("utf-8", "ignore")
    return sum(1 for character in text if character > "\x7f") >= 6


def _broken(file: BinaryIO, at: int) -> UnreadableError:
    file.seek(0)
    before = file.read(at)
    if sum(1 for byte in before[:4096] if byte < 9) > 8:
        return UnreadableError("not_a_spreadsheet")
    lines = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    return UnreadableError("broken_text", line=lines)
