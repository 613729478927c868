# A mail relay for the tests: aiosmtpd, a real SMTP server, which turns away what it is told to. Usage:
#   notices_relay.py [--cert FILE --key FILE] [--login USER:PASSWORD] REPLY…
# REPLY is the answer to one message's RCPT after the other: "451 later", "250 OK"; the last one is for all that
# follow. Prints {"port": N}, then a line of JSON for each attempt ("rcpt") and each message taken ("mail").
import argparse
import asyncio
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

# Clients that hang up are what the tests are about.
logging.disable(logging.CRITICAL)
warnings.simplefilter('ignore')

options = argparse.ArgumentParser()
options.add_argument('--cert')
options.add_argument('--key')
options.add_argument('--login')
options.add_argument('replies', nargs='+')
options = options.parse_args()


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self):
        self.replies = list(options.replies)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        say(rcpt=address, reply=reply)
        if reply.startswith('250'):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        say(mail=envelope.content.decode('utf-8'), to=envelope.rcpt_tos, sender=envelope.mail_from,
            helo=session.host_name, tls=session.ssl is not None, login=session.auth_data)
        return '250 taken'


def authenticate(server, session, envelope, mechanism, data):
    user, password = options.login.split(':', 1)
    good = isinstance(data, LoginPassword) and data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=good, handled=good, auth_data=user)


extra = {}
if options.cert:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.cert, options.key)
    extra.update(tls_context=context, require_starttls=True)
if options.login:
    extra.update(authenticator=authenticate, auth_required=True)


async def main():
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname='relay.test', loop=loop, **extra), '127.0.0.1', 0)
    say(port=server.sockets[0].getsockname()[1])
    # Ends with the test, which holds the other end of stdin.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
