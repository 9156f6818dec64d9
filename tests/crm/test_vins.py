import pytest

from crm.vins import VinError, check_digit_ok, clean


@pytest.mark.parametrize(
    "text",
    [
        "1M8GDM9AXKP042788",
        "  1m8gdm9axkp042788 ",
        "１Ｍ８ＧＤＭ９ＡＸＫＰ０４２７８８",
        "1M8GDM9A-XKP-042788",
        "\ufeff1M8GDM9AXKP042788",
    ],
)
def test_a_vin_is_read_however_it_is_written(text):
    assert clean(text) == "1M8GDM9AXKP042788"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("1M8GDM9AXKP04278", "vin_length"),
        ("1M8GDM9AXKPO42788", "vin_letters"),
        ("1M8GDM9AXKP0427Q8", "vin_letters"),
        ("1M8GDM9AXKP04278中", "vin_characters"),
    ],
)
def test_what_cannot_be_a_vin_is_refused(text, code):
    with pytest.raises(VinError) as refused:
        clean(text)
    assert refused.value.code == code


def test_the_check_digit_is_checked():
    assert check_digit_ok("1M8GDM9AXKP042788")
    assert check_digit_ok("11111111111111111")
    assert not check_digit_ok("1M8GDM9A1KP042788")
