def snippet(body: str, words: list[str], width: int = 120) -> str:
    """The part of `body` around the first of `words` in it, on one line."""
    flat = " ".join(body.split())
    folded = flat.casefold()
    places = [at for word in words if (at := folded.find(word.casefold())) >= 0]
    starts = max(min(places, default=0) - width // 4, 0)
    part = flat[starts : starts + width]
    before = "…" if starts else ""
    after = "…" if starts + width < len(flat) else ""
    return f"{before}{part}{after}"
