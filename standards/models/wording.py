from django.utils import translation


def in_reader_language(row: object, field: str) -> str:
    """The row's `field` in the reader's language; English when there is no other."""
    language = translation.get_language() or "en"
    suffix = "zh" if language.startswith("zh") else "en"
    text: str = getattr(row, f"{field}_{suffix}") or getattr(row, f"{field}_en")
    return text
