import secrets
from pathlib import Path


def kept_secret(path: Path) -> Path:
    """Make a random secret the first time, for its owner only; return `path`."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path
