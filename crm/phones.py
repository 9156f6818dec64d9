"""Telephone numbers as people write them, kept in one way: E.164.

A number is refused only when it cannot be one. Operators open new ranges every
year, so any eleven digits from 13 to 19 are a mobile number.
"""

import re
import unicodedata

HOME = "+86"

# Between two numbers in one cell.
_SEPARATORS = re.compile(r"[/\\、,;|\n\r]+|或|和")
_LABEL = re.compile(
    r"^(?:tel|phone|mobile|cell|手机号?|电话|联系电话|座机)[:.\s]*", re.I
)
# Between a switchboard's number and the extension behind it.
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)[:\s]*\d{1,6}$", re.I)
_HYPHENED_EXTENSION = re.compile(r"^(0\d{2,3}-\d{7,8})-\d{1,6}$")
_PUNCTUATION = re.compile(r"[\s\-().‐‑–—_·]+")
_NOTE = re.compile(r"[\u3400-\u9fff()]+")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(?:10|2\d)[2-9]\d{7}|[3-9]\d{2}[2-9]\d{6,7}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_FOREIGN = re.compile(r"[1-9]\d{6,14}", re.ASCII)
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_AS_FLOAT = re.compile(r"(\d+)\.0+", re.ASCII)
_INVISIBLE = {
    ord(c): None
    for c in "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e"
}


class PhoneError(ValueError):
    """`code` is one of: missing, malformed, no_area_code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(text: str) -> list[str]:
    """The numbers in `text` in E.164, first one first; extensions are left out."""
    if len(text) == 11 and _MOBILE.fullmatch(text):
        return [HOME + text]
    plain = _plain(text)
    if not plain:
        raise PhoneError("missing")
    found: dict[str, None] = {}
    for part in _SEPARATORS.split(plain):
        for number in _numbers_in(part.strip()):
            found[number] = None
    if not found:
        raise PhoneError("malformed")
    return list(found)


def digits(text: str) -> str:
    """Only the digits, full-width ones too."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if "0" <= c <= "9")


def visible(text: str) -> str:
    """In one width, without the marks that come along when a number is copied."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def display(number: str) -> str:
    """An E.164 number as people read it: 138 0013 8000, 0755-85816511."""
    if not number.startswith(HOME):
        return number
    national = number[len(HOME) :]
    if _MOBILE.fullmatch(national):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    if _SERVICE.fullmatch(national):
        return f"{national[:3]}-{national[3:6]}-{national[6:]}"
    area = 2 if national[:1] in {"1", "2"} else 3
    return f"0{national[:area]}-{national[area:]}"


def masked(number: str) -> str:
    """The number with its middle hidden, for those who need not know it."""
    shown = display(number).replace(" ", "")
    if len(shown) < 8:
        return "*" * len(shown)
    return f"{shown[:3]}{'*' * (len(shown) - 7)}{shown[-4:]}"


def _plain(text: str) -> str:
    return _LABEL.sub("", visible(text)).strip(" '\"`:")


def _numbers_in(part: str) -> list[str]:
    """One number, or several with only spaces between them.

    Words beside a number ("13800138000 李先生") are notes; a broken number is an error.
    """
    whole = _one_number(part)
    if whole:
        return [whole]
    found: list[str] = []
    pending = ""
    for word in _NOTE.sub(" ", part).split():
        if not any("0" <= c <= "9" for c in word):
            continue
        pending += word
        if number := _one_number(pending):
            found.append(number)
            pending = ""
    if pending:
        local = _LOCAL.fullmatch(_PUNCTUATION.sub("", pending))
        raise PhoneError("no_area_code" if local else "malformed")
    return found


def _one_number(part: str) -> str | None:
    part = _EXTENSION.sub("", part).strip()
    part = _HYPHENED_EXTENSION.sub(r"\1", part)
    if as_float := _AS_FLOAT.fullmatch(part):
        part = as_float[1]
    compact = _PUNCTUATION.sub("", part)
    if compact.startswith("+"):
        return _international(compact[1:])
    if compact.startswith("00"):
        return _international(compact[2:])
    return _national(compact) or (
        _national(compact[2:]) if compact.startswith("86") else None
    )


def _international(compact: str) -> str | None:
    if compact.startswith("86"):
        rest = compact[2:]
        return _national(rest) or _national(f"0{rest}")
    return f"+{compact}" if _FOREIGN.fullmatch(compact) else None


def _national(compact: str) -> str | None:
    if _MOBILE.fullmatch(compact) or _SERVICE.fullmatch(compact):
        return HOME + compact
    if compact.startswith("0"):
        rest = compact[1:]
        if _MOBILE.fullmatch(rest) or _LANDLINE.fullmatch(rest):
            return HOME + rest
    return None
