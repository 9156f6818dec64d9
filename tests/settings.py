"""The real settings, with what tests must not wait for taken out."""

from config.settings import *  # noqa: F403
from config.settings import AUTHENTICATION_BACKENDS, DATABASES, Q_CLUSTER, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests lose nothing when the server dies, so they do not wait for the disk.
DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
AUTHENTICATION_BACKENDS = [b for b in AUTHENTICATION_BACKENDS if "axes" not in b]
AXES_ENABLED = False
Q_CLUSTER = {**Q_CLUSTER, "sync": True}
MEDIA_ROOT = VAR_DIR / "test-files"
SECURE_SSL_REDIRECT = False
# Each test client would look through all static files anew.
WHITENOISE_USE_FINDERS = False
