"""No way into private networks: by number, by name, by redirect, by a name that changes."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from http_loopback import LoopbackServer, Reply
from hypothesis import given
from hypothesis import strategies as st

from trialogue.tools import public_addresses
from trialogue.tools.public_addresses import is_public
from trialogue.tools.reader import PageRefused, read_page

Serve = Callable[..., LoopbackServer]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)
def test_open_addresses_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_as_itself(address: IPv4Address) -> None:
    mapped = IPv6Address((0xFFFF << 32) + int(address))
    translated = IPv6Address((0x64FF9B << 96) + int(address))
    assert is_public(str(mapped)) == is_public(str(translated)) == is_public(str(address))


@given(st.sampled_from(["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7"]), st.data())
def test_no_address_of_a_private_network_is_public(network: str, data: st.DataObject) -> None:
    assert not is_public(str(data.draw(st.ip_addresses(network=network))))


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://127.1:{port}/",
        "http://0:{port}/",
        "http://127.0.0.1:{port}/",
        "http://LOCALHOST.:{port}/",
        "https://127.0.0.1:{port}/",
    ],
)
async def test_no_spelling_of_loopback_is_connected_to(serve: Serve, address: str) -> None:
    server = serve(Reply(b"secret", kind="text/plain"))
    with pytest.raises(PageRefused, match=r"not a public address|no address"):
        await read_page(address.format(port=server.port))
    assert server.requests == []


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://1.1.1.1/", "http://a:b@1.1.1.1/", "1.1.1.1", "", "//"]
)
async def test_only_plain_http_addresses_are_read(address: str) -> None:
    with pytest.raises(PageRefused, match="only plain http and https"):
        await read_page(address)


@pytest.mark.parametrize("address", ["http://[::1", "http://a\nb/", "http://x:y/", "http://①②/"])
async def test_garbage_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(PageRefused) as caught:
        await read_page(address)
    assert "\n" not in str(caught.value)


@pytest.fixture
def outer_host(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of this machine that counts as public; all other loopback stays private."""
    host = "127.0.0.2"
    monkeypatch.setattr(public_addresses, "is_public", lambda address: address == host)
    return host


async def test_a_redirect_to_loopback_is_refused(serve: Serve, outer_host: str) -> None:
    inner = serve(Reply(b"secret", kind="text/plain"))
    outer = serve(Reply(status=302, headers={"Location": f"{inner.address}/x"}), outer_host)
    with pytest.raises(PageRefused, match=r"127\.0\.0\.1 is not a public address"):
        await read_page(outer.address)
    assert len(outer.requests) == 1
    assert inner.requests == []


def resolver(addresses: list[list[str]]) -> Callable[..., Any]:
    """A name server that gives the next list of addresses at each question."""
    answers = iter(addresses)

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in next(answers)]

    return getaddrinfo


async def test_a_name_that_changes_its_address_is_asked_once(
    serve: Serve, outer_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Reply(b"public", kind="text/plain"), outer_host)
    monkeypatch.setattr(socket, "getaddrinfo", resolver([[outer_host], ["127.0.0.1"]]))
    page = await read_page(f"http://rebind.example:{server.port}/")
    assert page.text == "public"
    assert page.address == f"http://rebind.example:{server.port}/"
    assert server.requests == [("/", f"rebind.example:{server.port}")]


async def test_one_private_address_among_several_is_enough(
    serve: Serve, outer_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Reply(b"public", kind="text/plain"), outer_host)
    monkeypatch.setattr(socket, "getaddrinfo", resolver([[outer_host, "127.0.0.1"]]))
    with pytest.raises(PageRefused, match="not a public address"):
        await read_page(f"http://mixed.example:{server.port}/")
    assert server.requests == []


async def test_the_next_address_is_tried(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(Reply(b"second", kind="text/plain"), "127.0.0.2")
    monkeypatch.setattr(socket, "getaddrinfo", resolver([["127.0.0.3", "127.0.0.2"]]))
    page = await read_page(f"http://two.example:{server.port}/", allow_private=True)
    assert page.text == "second"
