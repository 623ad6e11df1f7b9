# SPDX-License-Identifier: Apache-2.0
"""Says of every packet on every interface of the network namespace that it runs in, loopback too,
what it was: one JSON line each, for tests of what a program sends and to whom. Prints "ready" first;
at the end of standard input its last line is {"seen": n, "lost": n}."""
import json
import os
import select
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET, PACKET_STATISTICS = 263, 6
BUFFER_BYTES = 64 << 20
HEADERS_BYTES = 256
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
TCP, UDP, ICMP6, HOP_BY_HOP = 6, 17, 58, 0


def ports(kind, rest):
    if kind in (TCP, UDP) and len(rest) >= 4:
        source, target = struct.unpack("!HH", rest[:4])
        return {"source_port": source, "target_port": target}
    return {}


def describe(protocol, packet):
    """`packet` begins behind the link layer's header."""
    if protocol == ARP:
        return {"kind": "arp", "source": socket.inet_ntoa(packet[14:18]),
                "target": socket.inet_ntoa(packet[24:28])}
    if protocol == IPV4:
        kind, rest = packet[9], packet[(packet[0] & 15) * 4:]
        return {"kind": {TCP: "tcp", UDP: "udp"}.get(kind, "ip-%d" % kind),
                "source": socket.inet_ntoa(packet[12:16]),
                "target": socket.inet_ntoa(packet[16:20]), **ports(kind, rest)}
    if protocol == IPV6:
        kind, rest = packet[6], packet[40:]
        if kind == HOP_BY_HOP:
            kind, rest = rest[0], rest[(rest[1] + 1) * 8:]
        out = {"kind": {TCP: "tcp", UDP: "udp", ICMP6: "icmp6"}.get(kind, "ip6-%d" % kind),
               "source": socket.inet_ntop(socket.AF_INET6, packet[8:24]),
               "target": socket.inet_ntop(socket.AF_INET6, packet[24:40]), **ports(kind, rest)}
        return {**out, "type": rest[0]} if kind == ICMP6 else out
    return {"kind": "ethernet-%04x" % protocol}


def main():
    # A datagram socket gives packets without the link layer's header, which differs by interface.
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    sniffer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    print("ready", flush=True)
    seen, ended = 0, False
    while True:
        readable, _, _ = select.select([sniffer, sys.stdin], [], [], 0 if ended else None)
        if sniffer in readable:
            packet, address = sniffer.recvfrom(HEADERS_BYTES)
            seen += 1
            print(json.dumps({"interface": address[0], "outgoing": address[2] == 4,
                              **describe(address[1], packet)}), flush=True)
        elif ended:
            break
        elif sys.stdin in readable and not os.read(0, 1):
            ended = True  # what came until now is still told
    _, lost = struct.unpack("II", sniffer.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    print(json.dumps({"seen": seen, "lost": lost}), flush=True)


if __name__ == "__main__":
    main()
