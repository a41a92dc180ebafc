"""By e-mail, over TLS, through the door outwards."""

import os
import smtplib
import socket
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from tongxin.lib import outgoing
from tongxin.notices.adapters import Message, NotSent

FROM_START, LATER, NONE = "from_start", "starttls", "none"
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
PERMANENT = 500


def send(*, to: str, message: Message, setting: Mapping[str, Any]) -> None:
    """Nothing, once the server has taken it."""
    try:
        with _server(setting, seconds=message.seconds) as server:
            if setting.get("login"):
                server.login(str(setting["login"]), str(setting.get("password", "")))
            server.send_message(_written(to, message, setting))
    except smtplib.SMTPAuthenticationError:
        raise NotSent("login") from None
    except smtplib.SMTPRecipientsRefused as refused:
        code = max(code for code, _ in refused.recipients.values())
        raise NotSent("address", is_final=code >= PERMANENT) from None
    except ssl.SSLError:
        raise NotSent("tls") from None
    except outgoing.Refused:
        raise NotSent("refused_door", is_final=True) from None
    except smtplib.SMTPResponseException:
        raise NotSent("refused") from None
    except (smtplib.SMTPException, OSError):
        raise NotSent("unreachable") from None


def _written(to: str, message: Message, setting: Mapping[str, Any]) -> EmailMessage:
    mail = EmailMessage()
    sender = str(setting["sender"])
    mail["From"], mail["To"], mail["Subject"] = sender, to, message.subject
    # The same at each try: whoever receives it twice knows it again.
    mail["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2] or 'tongxin'}>"
    mail["Date"] = format_datetime(message.at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


def _server(setting: Mapping[str, Any], *, seconds: float) -> smtplib.SMTP:
    host, port = str(setting["host"]).lower(), int(setting["port"])
    way = setting.get("tls") or FROM_START
    if way not in (FROM_START, LATER, NONE) or (way == NONE and host not in HERE):
        raise NotSent("tls", is_final=True)
    context = _trusting()

    class Through(smtplib.SMTP):
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            made = outgoing.connect(host, port, seconds=timeout, trusted=[host])
            return context.wrap_socket(made, server_hostname=host) if way == FROM_START else made

    server = Through(host, port, local_hostname="tongxin", timeout=seconds)
    if way == LATER:
        try:
            server.starttls(context=context)
        except smtplib.SMTPException:
            server.close()
            raise NotSent("tls") from None
    return server


def _trusting() -> ssl.SSLContext:
    """What proves a server to be itself; reading the country's roots takes longer than sending a mail."""
    path = os.environ.get("REQUESTS_CA_BUNDLE") or ""
    return _read(path, Path(path).stat().st_mtime_ns if path else 0)


@lru_cache(maxsize=2)
def _read(path: str, written: int) -> ssl.SSLContext:
    """The roots of a file as it was written then, or the system's."""
    del written
    return ssl.create_default_context(cafile=path or None)
