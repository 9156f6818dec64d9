import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.phones import PhoneError, digits, display, masked, parse

MOBILE = "+8613800138000"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("13800138000", [MOBILE]),
        ("138 0013 8000", [MOBILE]),
        ("138-0013-8000", [MOBILE]),
        ("+86-13800138000", [MOBILE]),
        ("+86 138 0013 8000", [MOBILE]),
        ("0086 13800138000", [MOBILE]),
        ("8613800138000", [MOBILE]),
        ("013800138000", [MOBILE]),
        ("１３８００１３８０００", [MOBILE]),
        ("\ufeff13800138000\xa0", [MOBILE]),
        ("13800138000.0", [MOBILE]),
        ("手机:13800138000", [MOBILE]),
        ("13800138000 李先生", [MOBILE]),
        ("13800138000(本人)", [MOBILE]),
        ("16214056335", ["+8616214056335"]),
        ("19991829101", ["+8619991829101"]),
        ("0755-85816511", ["+8675585816511"]),
        ("(0755)85816511", ["+8675585816511"]),
        ("（010）85816511", ["+861085816511"]),
        ("0755 8581 6511", ["+8675585816511"]),
        ("0755-85816511-8001", ["+8675585816511"]),
        ("0755-85816511转8001", ["+8675585816511"]),
        ("+86 755 85816511", ["+8675585816511"]),
        ("0571-6234567", ["+865716234567"]),
        ("400-820-8820", ["+864008208820"]),
        ("8008208820", ["+868008208820"]),
        ("+852 2345 6789", ["+85223456789"]),
        ("0044 20 7946 0958", ["+442079460958"]),
        ("13795532685/18878928122", ["+8613795532685", "+8618878928122"]),
        ("13795532685、18878928122", ["+8613795532685", "+8618878928122"]),
        ("13795532685,18878928122;13795532685", ["+8613795532685", "+8618878928122"]),
        ("13795532685 18878928122", ["+8613795532685", "+8618878928122"]),
        ("0755-85816511 13800138000", ["+8675585816511", MOBILE]),
    ],
)
def test_a_number_is_read_however_it_is_written(text, numbers):
    assert parse(text) == numbers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("  \xa0", "missing"),
        ("1567649186", "malformed"),
        ("同上", "malformed"),
        ("138001380001", "malformed"),
        ("12800138000", "malformed"),
        ("13800138000/1380013", "malformed"),
        ("85816511", "no_area_code"),
        ("1.58E+10", "malformed"),
    ],
)
def test_what_cannot_be_a_number_is_refused(text, code):
    with pytest.raises(PhoneError) as refused:
        parse(text)
    assert refused.value.code == code


@given(st.text(max_size=40))
def test_any_text_is_numbers_or_refused(text):
    try:
        numbers = parse(text)
    except PhoneError:
        return
    assert numbers
    for number in numbers:
        assert number.startswith("+")
        assert number[1:].isdecimal()
        assert len(number) <= 16


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from([" ", "-"]))
def test_every_mobile_number_comes_back_as_it_was(number, mark):
    assert parse(number) == [f"+86{number}"]
    assert parse(f"+86 {mark.join((number[:3], number[3:7], number[7:]))}") == [
        f"+86{number}"
    ]
    assert digits(display(f"+86{number}")) == number


def test_numbers_are_shown_as_people_read_them():
    assert display("+8613800138000") == "138 0013 8000"
    assert display("+8675585816511") == "0755-85816511"
    assert display("+861085816511") == "010-85816511"
    assert display("+864008208820") == "400-820-8820"
    assert display("+85223456789") == "+85223456789"
    assert masked("+8613800138000") == "138****8000"
