"""Keeps the page reader out of private networks, also against names that change their address.

The host is resolved here, every address it has is checked, and the connection goes to exactly
a checked address; redirects pass through the same door.
"""

import asyncio
import socket
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ssl import SSLContext

import httpx

from trialogue.tools.page import PageRefused

PORTS = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")
# Public by number, but answered inside a cloud: metadata and platform services.
INTERNAL = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))


def is_public(address: str) -> bool:
    """Whether an IP address, or the IPv4 address embedded in it, belongs to the open internet."""
    ip = _embedded(ip_address(address))
    refused = ip.is_multicast or ip.is_reserved or getattr(ip, "is_site_local", False)
    return ip.is_global and not refused and not any(ip in network for network in INTERNAL)


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 address; others as they are."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]) or ip


async def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The host's IP addresses; PageRefused if there is none or any of them is not public."""
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PageRefused(f"{host}: the host name has no address") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    private = [] if allow_private else [item for item in addresses if not is_public(item)]
    if private:
        raise PageRefused(f"{host}: {private[0]} is not a public address")
    return addresses


class CheckedTransport(httpx.AsyncHTTPTransport):
    """Connects to the checked IP address, with Host header and TLS name of the request."""

    def __init__(self, *, allow_private: bool) -> None:
        # No connection is kept: two hosts behind one address must not share a TLS session.
        once = httpx.Limits(max_keepalive_connections=0)
        super().__init__(verify=_tls(), trust_env=False, limits=once)
        self._allow_private = allow_private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request to the first checked address that accepts a connection."""
        url = request.url
        if url.scheme not in PORTS or not url.host or url.userinfo:
            raise PageRefused("only plain http and https addresses are read")
        host, port = url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]
        addresses = await resolve(host, port, allow_private=self._allow_private)
        for address in addresses[:-1]:
            try:
                return await super().handle_async_request(_pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await super().handle_async_request(_pinned(request, host, addresses[-1]))


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )


@cache
def _tls() -> SSLContext:
    return httpx.create_ssl_context()
