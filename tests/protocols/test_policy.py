"""Which addresses and ports may be dialled."""

import socket

import pytest

from webapp.protocols.dial import Policy
from webapp.protocols.errors import NotAllowed


def objection(policy, ip, port=80):
    try:
        policy.vet(ip, port)
    except NotAllowed as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "::ffff:8.8.8.8", "2606:4700::1111", "100.128.0.1", "172.32.0.1"])
def test_global_addresses_may_be_dialled(ip):
    assert objection(Policy(), ip) == ""


@pytest.mark.parametrize(
    ("ip", "code"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0", "loopback"),
        ("0.1.2.3", "loopback"),
        ("::", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("10.1.2.3", "local_only"),
        ("172.16.0.1", "local_only"),
        ("192.168.1.1", "local_only"),
        ("::ffff:192.168.1.1", "local_only"),
        ("100.64.0.1", "local_only"),
        ("169.254.1.1", "local_only"),
        ("fe80::1", "local_only"),
        ("fe80::1%1", "local_only"),
        ("fc00::1", "local_only"),
        ("fec0::1", "local_only"),
        ("192.0.0.8", "local_only"),
        ("192.0.2.1", "local_only"),
        ("192.88.99.1", "local_only"),
        ("198.18.0.1", "local_only"),
        ("203.0.113.9", "local_only"),
        ("224.0.0.1", "local_only"),
        ("239.255.255.250", "local_only"),
        ("240.0.0.1", "local_only"),
        ("255.255.255.255", "local_only"),
        ("ff02::1", "local_only"),
        ("2001:db8::1", "local_only"),
        ("3fff::1", "local_only"),
        ("::127.0.0.1", "local_only"),
        ("::8.8.8.8", "local_only"),
        ("64:ff9b::7f00:1", "local_only"),
        ("64:ff9b::808:808", "local_only"),
        ("64:ff9b:1::1", "local_only"),
        ("2002:7f00:1::", "local_only"),
        ("2001:0:7f00:1::", "local_only"),
        ("::ffff:0:7f00:1", "local_only"),
        ("4000::1", "local_only"),
        ("169.254.169.254", "metadata"),
        ("::ffff:169.254.169.254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("192.0.0.192", "metadata"),
        ("168.63.129.16", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("not an address", "local_only"),
    ],
)
def test_all_else_is_refused_by_default(ip, code):
    assert objection(Policy(), ip) == code


@pytest.mark.parametrize(
    ("listed", "ip", "code"),
    [
        ("10.0.0.0/8", "10.1.2.3", ""),
        ("10.0.0.0/8", "192.168.1.1", "local_only"),
        ("192.168.0.0/16 fd12::/16", "fd12::5", ""),
        ("127.20.0.0/16", "127.20.3.4", ""),
        ("127.20.0.0/16", "::ffff:127.20.3.4", ""),
        ("127.20.0.0/16", "127.0.0.1", "loopback"),
        ("127.0.0.0/8", "127.0.0.1", ""),
        ("0.0.0.0/0,::/0", "127.0.0.1", "loopback"),
        ("0.0.0.0/0,::/0", "::1", "loopback"),
        ("0.0.0.0/0,::/0", "0.0.0.0", "loopback"),
        ("0.0.0.0/0,::/0", "169.254.3.4", "local_only"),
        ("0.0.0.0/0,::/0", "224.0.0.1", "local_only"),
        ("0.0.0.0/0,::/0", "10.1.2.3", ""),
        ("0.0.0.0/0,::/0", "64:ff9b::7f00:1", "local_only"),
        ("64:ff9b::/96", "64:ff9b::7f00:1", "local_only"),
        ("126.0.0.0/7", "127.0.0.1", "loopback"),
        ("::1/128", "::1", ""),
        ("169.254.0.0/16", "169.254.3.4", ""),
        ("169.254.0.0/16", "169.254.169.254", "metadata"),
        ("169.254.169.254/32", "169.254.169.254", ""),
        ("100.64.0.0/10", "100.100.100.200", "metadata"),
        ("168.63.129.0/24", "168.63.129.16", "metadata"),
    ],
)
def test_the_list_opens_what_it_names(listed, ip, code):
    assert objection(Policy.parse(listed), ip) == code


def test_the_database_opens_only_to_its_own_address():
    database = frozenset({Policy.parse("127.20.0.5/32").allowed[0].network_address})
    assert objection(Policy.parse("127.20.0.0/16", database), "127.20.0.5") == "own_address"
    assert objection(Policy.parse("127.20.0.0/16", database), "127.20.0.6") == ""
    assert objection(Policy.parse("127.20.0.5/32", database), "127.20.0.5") == ""


def own_addresses():
    """This machine's addresses beside loopback, as the routing table sees them; nothing is sent."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    return [ip for ip in found if not ip.startswith("127.")]


@pytest.mark.parametrize("ip", own_addresses())
def test_this_machine_is_not_its_own_camera(ip):
    wide = Policy.parse("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10")
    assert objection(wide, ip) == "own_address"
    assert objection(Policy.parse(f"{ip}/32"), ip) == ""


@pytest.mark.parametrize("port", [0, -1, 65536, 22, 23, 25, 53, 445, 3306, 3389, 5432, 6379, 9200, 11211, 27017])
def test_ports_of_other_services_are_refused(port):
    assert objection(Policy(), "8.8.8.8", port) == "port_denied"


@pytest.mark.parametrize("port", [80, 81, 443, 554, 8000, 8080, 8443, 37777, 65535])
def test_ports_that_devices_are_mapped_to_are_not(port):
    assert objection(Policy(), "8.8.8.8", port) == ""


@pytest.mark.parametrize("text", ["", " ", " , ,"])
def test_an_empty_list_allows_nothing_more(text):
    assert Policy.parse(text) == Policy()


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "10.0.0.0/33", "10.0.0.0/8; x"])
def test_a_bad_list_says_which_part(text):
    with pytest.raises(ValueError, match="is not a network such as"):
        Policy.parse(text)
