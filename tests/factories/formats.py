"""Workbooks in formats nothing here writes but these few lines of bytes."""

import base64
import io
import struct
import zipfile
from collections.abc import Sequence
from html import escape

Rows = Sequence[Sequence[str | float]]
SECTOR = 512
END_OF_CHAIN, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xls(rows: Rows, *, is_1904: bool = False, is_encrypted: bool = False) -> bytes:
    """BIFF8 in an OLE2 file; numbers are dates when they have a decimal .0."""
    return ole2(b"Workbook", biff(rows, is_1904=is_1904, is_encrypted=is_encrypted))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _bof(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0x41, 6))


def biff(rows: Rows, *, is_1904: bool, is_encrypted: bool) -> bytes:
    head = _bof(5)
    if is_encrypted:
        head += _record(0x2F, struct.pack("<HHH", 0, 1, 2))
    head += _record(0x42, struct.pack("<H", 1200))
    head += _record(0x22, struct.pack("<H", is_1904))
    for number_format in (0, 14):
        head += _record(0xE0, struct.pack("<HH", 0, number_format) + bytes(16))
    name = "日报".encode("utf-16-le")
    about = struct.pack("<BBBB", 0, 0, 2, 1) + name
    end = _record(0x0A)
    start = len(head) + 4 + 4 + len(about) + len(end)
    head += _record(0x85, struct.pack("<I", start) + about) + end
    sheet = _bof(0x10)
    width = max(map(len, rows))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            sheet += _cell(y, x, value)
    return head + sheet + end


def _cell(y: int, x: int, value: str | float) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        about = struct.pack("<HHHHB", y, x, 0, len(text) // 2, 1)
        return _record(0x204, about + text)
    is_date = isinstance(value, float)
    return _record(0x203, struct.pack("<HHHd", y, x, is_date, value))


def ole2(name: bytes, stream: bytes) -> bytes:
    """One stream, of more than the 4096 bytes below which it would lie elsewhere."""
    stream = stream.ljust(4096, b"\x00")
    sectors = -(-len(stream) // SECTOR)
    fat = [FAT, END_OF_CHAIN, *range(3, sectors + 2), END_OF_CHAIN]
    fat += [FREE] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack(
        "<IIIIIIIII", 0, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0
    )
    header += struct.pack("<109I", 0, *[FREE] * 108)
    folder = _entry(b"Root Entry", 5, 1, END_OF_CHAIN, 0)
    folder += _entry(name, 2, FREE, 2, len(stream))
    folder += bytes(128) * 2
    return header + struct.pack("<128I", *fat) + folder + stream.ljust(sectors * SECTOR)


def _entry(name: bytes, kind: int, child: int, start: int, size: int) -> bytes:
    wide = name.decode().encode("utf-16-le") + b"\x00\x00"
    return (
        wide.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(wide), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def ods(rows: Rows, *, after: str = "", is_encrypted: bool = False) -> bytes:
    body = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string"><text:p>'
            f"{escape(str(cell))}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        mark = "<encryption-data/>" if is_encrypted else ""
        archive.writestr("META-INF/manifest.xml", f"<manifest>{mark}</manifest>")
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="日报">{body}{after}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


def html(rows: Rows, *, charset: str = "utf-8") -> bytes:
    lines = "\n".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return (
        f'<html><head><meta charset="{charset}"></head><body><table><tr>'
        f'<td colspan="{len(rows[0])}">日报表</td></tr>{lines}</table></body></html>'
    ).encode(charset)


def mhtml(rows: Rows) -> bytes:
    head = (
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/related; boundary="X"\n\n--X\n'
        'Content-Type: text/html; charset="utf-8"\n'
        "Content-Transfer-Encoding: base64\n"
        "Content-Location: file:///C:/sheet001.htm\n\n"
    )
    return head.encode() + base64.encodebytes(html(rows)) + b"\n--X--\n"


def spreadsheetml(rows: Rows, *, hidden: Rows = (), before: str = "") -> bytes:
    def sheet(name: str, rows: Rows, options: str) -> str:
        lines = "".join(
            "<Row>"
            + "".join(
                f'<Cell><Data ss:Type="String">{escape(str(cell))}</Data></Cell>'
                for cell in row
            )
            + "</Row>"
            for row in rows
        )
        return (
            f'<Worksheet ss:Name="{name}"><Table>{before}{lines}</Table>'
            f'<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">'
            f"{options}</WorksheetOptions></Worksheet>"
        )

    sheets = sheet("日报", rows, "")
    if hidden:
        sheets = sheet("旧", hidden, "<Visible>SheetHidden</Visible>") + sheets
    schema = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{schema}" xmlns:ss="{schema}">{sheets}</Workbook>'
    ).encode()
