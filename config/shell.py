"""The page shell: what Unfold shows around every page, and each role's navigation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
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


@dataclass(frozen=True)
class Entry:
    """A line of the navigation: where it leads, and who sees it."""

    title: Any
    icon: str
    page: str
    allowed: Allowed

    @cached_property
    def link(self) -> str:
        return reverse(self.page)


@dataclass(frozen=True)
class Group:
    title: Any
    entries: list[Entry]
    is_collapsible: bool = False


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person sees, in Unfold's terms, the nearest entry marked."""
    here = nearest_link(request.path)
    return [
        {
            "title": group.title,
            "collapsible": group.is_collapsible,
            "items": [
                {
                    "title": entry.title,
                    "icon": entry.icon,
                    "link": entry.link,
                    "active": entry.link == here,
                }
                for entry in group.entries
                if entry.allowed(request)
            ],
        }
        for group in NAVIGATION
    ]


def nearest_link(path: str) -> str:
    """The link of the navigation that leads nearest to the page."""
    links = [entry.link for group in NAVIGATION for entry in group.entries]
    above = [link for link in links if link != "/" and path.startswith(link)]
    return max(above, key=len) if above else path


NAVIGATION = [
    Group(
        _("Calls"),
        [
            Entry(_("My desk"), "headset_mic", "desk:mine", for_roles(*CENTRE)),
            Entry(
                _("Customers"),
                "person_search",
                "desk:search",
                for_roles(*CENTRE, *KEEPERS),
            ),
            Entry(_("Found twice"), "join", "desk:duplicates", for_roles(*CENTRE)),
            Entry(_("Follow-ups"), "call", "followups:tasks", for_roles(*CENTRE)),
        ],
    ),
    Group(
        _("Daily files"),
        [
            Entry(
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
            Entry(
                _("Hand-in board"),
                "calendar_month",
                "crm:daily",
                for_roles(
                    *KEEPERS,
                    Role.TEAM_LEADER,
                    Role.OPERATIONS_MANAGER,
                    Role.ADMINISTRATOR,
                ),
            ),
        ],
    ),
    Group(
        _("Standards"),
        [
            Entry(
                _("Boards"),
                "monitoring",
                "desk:boards",
                for_roles(*CENTRE, Role.REGIONAL_MANAGER, Role.BRANCH_REVIEWER),
            ),
        ],
    ),
    Group(
        _("Complaints"),
        [
            Entry(
                _("Cases"),
                "assignment",
                "complaints:cases",
                for_roles(*CENTRE, *OVERSEERS),
            ),
            Entry(_("Cases for us"), "inbox", "complaints:inbox", for_roles(*HANDLERS)),
        ],
    ),
    Group(
        _("Knowledge"),
        [
            Entry(_("Articles"), "menu_book", "knowledge:articles", for_roles(*Role)),
        ],
    ),
    Group(
        _("Administration"),
        is_collapsible=True,
        entries=[
            Entry(title, icon, f"admin:{page}_changelist", enters_admin)
            for title, icon, page in (
                (_("Users"), "group", "accounts_user"),
                (_("Organisations"), "account_tree", "accounts_organisation"),
                (_("Standards"), "timer", "standards_standard"),
                (_("Procedures"), "checklist", "standards_procedure"),
                (_("Work calendars"), "calendar_month", "standards_workcalendar"),
                (_("Holidays"), "event_busy", "standards_calendarday"),
                (_("Review rules"), "rule", "crm_reviewrule"),
                (_("Follow-up plans"), "event_repeat", "followups_plan"),
                (_("Questionnaires"), "quiz", "followups_questionnaire"),
                (_("Business log"), "history", "accounts_logentry"),
            )
        ]
        + [
            Entry(
                title, icon, f"admin:{page}_changelist", for_roles(Role.ADMINISTRATOR)
            )
            for title, icon, page in (
                (_("Failed log-ins"), "lock", "axes_accessattempt"),
                (_("Failed background work"), "error", "django_q_failure"),
            )
        ],
    ),
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
    "SCRIPTS": [lambda request: static("app.js")],
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
        "navigation": navigation,
    },
}
