import pytest

from complaints.levels import propose_level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("行驶中刹车失灵", "major"),
        ("再不处理就打12315", "major"),
        ("车辆停放时自燃", "major"),
        ("安全气囊没有弹出", "major"),
        ("我要找媒体曝光", "major"),
        ("The BRAKES failed on the motorway", "major"),
        ("Smoke from the engine", "major"),
        ("The salesman was fired", "general"),
        ("A crack in the social circle", "general"),
        ("空调有异味", "general"),
        ("", "general"),
    ],
)
def test_grave_words_propose_a_major_case(text, level):
    assert propose_level(text).level == level


def test_the_proposal_says_why():
    reasons = propose_level("有人受伤,要求媒体曝光").reasons
    assert reasons == [
        "“受伤”: somebody may be hurt",
        "“媒体”: the press or social media",
    ]


def test_the_third_case_is_proposed_as_escalated():
    assert propose_level("异响", earlier=1).level == "general"
    third = propose_level("异响", earlier=2)
    assert third.level == "escalated"
    assert third.reasons == ["2 cases about this customer or car before this one"]
