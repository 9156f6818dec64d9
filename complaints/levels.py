"""How grave a case is: what the words say, and what comes next."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from complaints.models import Case

Level = Case.Level
ORDER = [Level.GENERAL, Level.ESCALATED, Level.MAJOR, Level.CRISIS]

# Opening the same thing for the third time is a strong protest.
REPEATS = 3


@dataclass(frozen=True)
class Danger:
    """A reason for the level "major", and the words that speak of it."""

    reason: Any
    words: tuple[str, ...]


DANGERS = [
    Danger(
        _("somebody may be hurt"),
        ("受伤", "伤亡", "死亡", "骨折", "injury", "injured", "injuries", "hurt"),
    ),
    Danger(
        _("fire"),
        ("起火", "自燃", "着火", "冒烟", "爆炸", "fire", "smoke", "explosion"),
    ),
    Danger(_("airbag"), ("气囊", "airbag", "airbags")),
    Danger(
        _("brakes"),
        ("刹车失灵", "刹不住", "制动失效", "刹车失效", "brake", "brakes", "braking"),
    ),
    Danger(
        _("steering"),
        ("转向失灵", "方向失灵", "方向盘锁死", "转向失效", "steering"),
    ),
    Danger(
        _("the press or social media"),
        ("媒体", "曝光", "记者", "微博", "抖音", "media", "journalist", "newspaper"),
    ),
    Danger(
        _("an authority or the courts"),
        ("12315", "工商", "市场监管", "消协", "起诉", "regulator", "lawsuit", "court"),
    ),
]


@dataclass(frozen=True)
class Proposal:
    level: str
    reasons: list[str]


def propose_level(text: str, *, earlier: int = 0) -> Proposal:
    """The level the words and the number of earlier cases speak for, and why.

    It proposes only: the agent, who has heard the customer, decides.
    """
    reasons = [
        _("“%(word)s”: %(reason)s") % {"word": word, "reason": danger.reason}
        for danger in DANGERS
        if (word := _first_found(danger.words, text))
    ]
    if reasons:
        return Proposal(Level.MAJOR, reasons)
    if earlier + 1 >= REPEATS:
        reason = _("%(count)s cases about this customer or car before this one")
        return Proposal(Level.ESCALATED, [reason % {"count": earlier}])
    return Proposal(Level.GENERAL, [])


def next_level(level: str) -> str:
    """One level higher; a crisis stays a crisis."""
    return ORDER[min(ORDER.index(Level(level)) + 1, len(ORDER) - 1)]


def is_higher(level: str, than: str) -> bool:
    return ORDER.index(Level(level)) > ORDER.index(Level(than))


def _first_found(words: tuple[str, ...], text: str) -> str:
    """The first of the words in the text; English ones only as whole words."""
    for word in words:
        pattern = rf"\b{word}\b" if word.isascii() else word
        if found := re.search(pattern, text, re.IGNORECASE | re.ASCII):
            return found.group()
    return ""
