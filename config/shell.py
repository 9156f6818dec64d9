"""The page shell: what Unfold shows around every page, and each role's navigation."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.roles import CENTRE, KEEPERS, Role
from complaints.roles import HANDLERS, OVERSEERS

Allowed = Callable[[HttpRequest], bool]


def for_roles(*roles: Role) -> Allowed:
    return lambda request: (
        request.user.is_authenticated and request.user.has_role(*roles)
    )


def enters_admin(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.enters_admin


def item(title: Any, icon: str, url: str, allowed: Allowed) -> dict[str, Any]:
    link = reverse_lazy(url)
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "permission": allowed,
        "active": lambda request: str(link) == nearest_link(request.path),
    }


def nearest_link(path: str) -> str:
    """The link of the navigation that leads nearest to the page."""
    links = [str(entry["link"]) for group in NAVIGATION for entry in group["items"]]
    above = [link for link in links if link != "/" and path.startswith(link)]
    return max(above, key=len) if above else path


NAVIGATION: list[dict[str, Any]] = [
    {
        "title": _("Calls"),
        "items": [
            item(_("My desk"), "headset_mic", "desk:mine", for_roles(*CENTRE)),
            item(
                _("Customers"),
                "person_search",
                "desk:search",
                for_roles(*CENTRE, *KEEPERS),
            ),
            item(_("Follow-ups"), "call", "followups:tasks", for_roles(*CENTRE)),
        ],
    },
    {
        "title": _("Daily files"),
        "items": [
            item(
                _("Files handed in"),
                "upload_file",
                "crm:uploads",
                for_roles(
                    *CENTRE,
                    Role.DEALER_CLERK,
                    Role.STATION_CLERK,
                    Role.BRANCH_REVIEWER,
                    Role.REGIONAL_MANAGER,
                ),
            ),
        ],
    },
    {
        "title": _("Standards"),
        "items": [
            item(
                _("Boards"),
                "monitoring",
                "desk:boards",
                for_roles(*CENTRE, Role.REGIONAL_MANAGER, Role.BRANCH_REVIEWER),
            ),
        ],
    },
    {
        "title": _("Complaints"),
        "items": [
            item(
                _("Cases"),
                "assignment",
                "complaints:cases",
                for_roles(*CENTRE, *OVERSEERS),
            ),
            item(_("Cases for us"), "inbox", "complaints:inbox", for_roles(*HANDLERS)),
        ],
    },
    {
        "title": _("Knowledge"),
        "items": [
            item(_("Articles"), "menu_book", "knowledge:articles", for_roles(*Role)),
        ],
    },
    {
        "title": _("Administration"),
        "collapsible": True,
        "items": [
            item(title, icon, f"admin:{page}_changelist", enters_admin)
            for title, icon, page in (
                (_("Users"), "group", "accounts_user"),
                (_("Organisations"), "account_tree", "accounts_organisation"),
                (_("Standards"), "timer", "standards_standard"),
                (_("Procedures"), "checklist", "standards_procedure"),
                (_("Work calendars"), "calendar_month", "standards_workcalendar"),
                (_("Follow-up plans"), "event_repeat", "followups_plan"),
                (_("Questionnaires"), "quiz", "followups_questionnaire"),
                (_("Business log"), "history", "accounts_logentry"),
            )
        ]
        + [
            item(title, icon, f"admin:{page}_changelist", for_roles(Role.ADMINISTRATOR))
            for title, icon, page in (
                (_("Failed log-ins"), "lock", "axes_accessattempt"),
                (_("Failed background work"), "error", "django_q_failure"),
            )
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Customer centre"),
    "SITE_HEADER": _("Customer centre"),
    "SITE_SYMBOL": "support_agent",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("favicon.svg"),
        }
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("app.css")],
    "SCRIPTS": [],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        }
    },
    "SIDEBAR": {
        "show_search": lambda request: request.user.is_staff,
        "command_search": True,
        "navigation": NAVIGATION,
    },
}
