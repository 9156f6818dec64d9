"""Vehicle identification numbers (GB 16735, ISO 3779)."""

import re
import unicodedata
from operator import mul

_WELL_FORMED = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_NOISE = re.compile(r"[\s\-*'\"\ufeff\u200b]+")
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_LETTER_VALUES = (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9)
# bytes.translate turns a VIN into its values at once; a hundred thousand are checked
# with each large file.
_VALUES = bytes.maketrans(
    (_LETTERS + "0123456789").encode(), bytes([*_LETTER_VALUES, *range(10)])
)


class VinError(ValueError):
    """`code` is one of: missing, vin_length, vin_letters (I, O, Q), vin_characters."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean(text: str) -> str:
    """The VIN in capitals without spaces, or VinError."""
    if _WELL_FORMED.fullmatch(text):
        return text
    vin = _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not vin:
        raise VinError("missing")
    if len(vin) != 17:
        raise VinError("vin_length")
    if _WELL_FORMED.fullmatch(vin):
        return vin
    raise VinError("vin_letters" if set(vin) & set("IOQ") else "vin_characters")


def check_digit_ok(vin: str) -> bool:
    """Whether the ninth character is what the others add up to."""
    remainder = sum(map(mul, vin.encode().translate(_VALUES), _WEIGHTS)) % 11
    return vin[8] == "0123456789X"[remainder]
