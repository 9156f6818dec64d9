from tests.access import EVERYBODY, Page

PAGES = [
    Page("accounts:notifications", allowed=EVERYBODY),
    Page("accounts:mail", allowed=EVERYBODY, method="post"),
    Page("accounts:password", allowed=EVERYBODY),
    Page("accounts:password_done", allowed=EVERYBODY),
]
