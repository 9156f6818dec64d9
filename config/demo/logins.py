"""Who can log in to the demo, as `make run` prints it."""

PASSWORD = "demo-2026"  # noqa: S105 - printed on purpose, for a demo on this machine

# Username, what the person is.
LOGINS = [
    ("agent", "Agent"),
    ("leader", "Team leader"),
    ("manager", "Operations manager"),
    ("dealer", "Dealer clerk (dealer GZ01)"),
    ("station", "Station clerk (station GZ51)"),
    ("reviewer", "Branch reviewer (Guangzhou branch)"),
    ("region", "Regional manager (South)"),
    ("quality", "Department handler (Quality)"),
    ("editor", "Knowledge editor"),
    ("admin", "Administrator"),
]
