"""An SMTP server that is not ours (aiosmtpd): keeps what it receives, and misbehaves as the file `mode` says.

Arguments: port, folder and, where it is not in clear, `starttls` or `tls` with certificate and key."""

import ssl
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
WAY = sys.argv[3] if len(sys.argv) > 3 else "plain"


def mode():
    path = FOLDER / "mode"
    return path.read_text().strip() if path.exists() else "good"


def note(line):
    with open(FOLDER / "log", "a", encoding="utf-8") as log:
        log.write(line + "\n")


class Keeper:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        note(f"RCPT {mode()}")
        if mode() == "busy":
            return "451 4.3.0 try again later"
        if mode() == "unknown":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode() == "refuse":
            return "554 5.7.1 message refused"
        Keeper.count += 1
        (FOLDER / f"{Keeper.count:03}.eml").write_bytes(envelope.original_content)
        (FOLDER / f"{Keeper.count:03}.rcpt").write_text("\n".join(envelope.rcpt_tos))
        if mode() == "drop":
            note("DROP")
            server.transport.close()
        return "250 OK"


def login(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"portale", b"segreta")
    return AuthResult(success=good, handled=False)


def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    return context


settings = {"authenticator": login, "auth_required": True, "auth_require_tls": False}
if WAY == "starttls":
    settings |= {"tls_context": tls(), "require_starttls": True, "auth_require_tls": True}
elif WAY == "tls":
    settings |= {"ssl_context": tls()}
Controller(Keeper(), hostname="127.0.0.1", port=PORT, **settings).start()
print("ready", flush=True)
sys.stdin.read()
