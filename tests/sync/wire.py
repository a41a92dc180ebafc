"""Requests as a bad network carries them: cut before, within or after, sent twice, or never answered."""

import http.client
import json
import socket
from typing import Any

Json = dict[str, Any]
WHOLE, CUT_BEFORE, CUT_WITHIN, CUT_AFTER = "whole", "cut_before", "cut_within", "cut_after"
# Somebody between answers instead of the server, which may have been asked or not: a portal's page, a proxy's error.
PORTAL, NOT_FOUND, BAD_GATEWAY, BROKEN = "portal_200", "proxy_404", "proxy_502", "proxy_500"
FROM_OTHERS = {PORTAL: False, NOT_FOUND: False, BAD_GATEWAY: True, BROKEN: True}
# A server under load takes its time; a phone that gives up sooner only asks again.
PATIENCE = 60
LOST = (OSError, http.client.HTTPException, ValueError)


def ask(port: int, path: str, body: Json, *, token: str = "", fault: str = WHOLE) -> tuple[int, Json] | None:
    """Status and answer; None where the network gave none, or one that is nobody's of ours."""
    if FROM_OTHERS.get(fault) is False:
        return None
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
            if fault == CUT_BEFORE:
                return None
            if fault == CUT_WITHIN:
                line.sendall(head + content[: len(content) // 2])
                return None
            line.sendall(head + content)
            if fault == CUT_AFTER:
                return None
            heard = _heard(line)
            return None if fault in FROM_OTHERS else heard
    except LOST:
        return None


def _heard(line: socket.socket) -> tuple[int, Json] | None:
    answer = http.client.HTTPResponse(line, method="POST")
    answer.begin()
    text = answer.read()
    if answer.headers.get("X-Tongxin-Field") != "1":
        return answer.status, {}
    found: Json = json.loads(text)
    return answer.status, found
