SEPARATORS = str.maketrans("", "", " \t\u3000·•・∙.-")


def clean(text: str) -> str:
    """As plates are kept: capitals, no dot or space (粤A·8xzy3: 粤A8XZY3)."""
    return text.translate(SEPARATORS).upper()
