"""What stands in the QR codes on the labels of devices."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.qr.records import at_leisure
from webapp.protocols.label import LONGEST, Label, parse
from webapp.simulator import profiles

WHOLE = Label("456654855", "ABCDEF", "CS-C3-21PPFR")
LINES = ("www.xxx.com", "456654855", "ABCDEF", "CS-C3-21PPFR")


@pytest.mark.parametrize("divider", ["\n", "\r", "\r\n", "\n\r"])
def test_the_lines_of_a_label(divider):
    assert parse(divider.join(LINES)) == parse(divider.join(LINES) + divider) == WHOLE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("www.ys7.com 096823495 ABCDEF CS-T1-A/12M TOO1", Label("096823495", "ABCDEF", "CS-T1-A/12M")),
        (
            "https://www.hik-connect.com/\nK41882307\nQWERTY\nDS-2CD2146G2-ISU",
            Label("K41882307", "QWERTY", "DS-2CD2146G2-ISU"),
        ),
        ("www.xxx.com\r456654855\r\r", Label("456654855")),
        ("www.xxx.com\r456654855\rDS-7608NI-E2/8P", Label("456654855", "", "DS-7608NI-E2/8P")),
        ("456654855\nABCDEF", Label("456654855", "ABCDEF")),
        ("456654855", Label("456654855")),
        ("  K41882307\n", Label("K41882307")),
    ],
)
def test_labels_of_several_shapes(text, label):
    assert parse(text) == label


def test_a_link_that_carries_the_lines():
    packed = base64.b64encode("jd$$${}\r\n456654855\r\nABCDEF\r\nCS-C3-21PPFR".format("www.xxx.com").encode()).decode()
    assert parse(f"http://smart.example.com/x?f={packed.replace('+', '%2B')}") == WHOLE


@pytest.mark.parametrize(
    ("profile", "serial", "model"),
    [
        (profiles.CAMERA, "K41882307", "DS-2CD2146G2-ISU"),
        (profiles.NVR, "L20417786", ""),  # the number of channels stands between model and date
        (profiles.DVR, "F73310942", ""),
        (profiles.PANEL, "Q13378520", "DS-PWA96-M-WE"),
    ],
)
def test_the_long_serial_number(profile, serial, model):
    assert parse(profile.serial) == Label(serial, "", model)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "12345678",  # a digit less
        "1234567890",
        "١٢٣٤٥٦٧٨٩",
        "abcdef",
        "456654855 is the number of my aunt <b>",
        "www.xxx.com",
        "www.xxx.com\nABCDEF\n456654855",
        "456654855\n" * 9,
        "456654855\nABCDEF\n<script>alert(1)</script>",
        "https://www.example.com/?sn=456654855",
        "https://www.example.com/?f=%%%",
        "https://www.example.com/?f=456654855",
        "http://[::1/?f=x",
        "SH1:AAADQ2PXCWMA",
        "DS-2CD2146G2-ISU",
        "DS-" + "1" * LONGEST,
    ],
)
def test_what_is_no_label(text):
    assert parse(text) is None


@at_leisure
@given(st.text(max_size=200) | st.lists(st.sampled_from([*LINES, "", "$$$", "?f=", "\x00"])).map("\n".join))
def test_whatever_is_read_is_of_the_known_shape(text):
    label = parse(text)
    assert label is None or (
        len(label.serial) == 9 and label.serial.isascii() and len(label.verification_code) in {0, 6}
    )
