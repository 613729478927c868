#!/usr/bin/env python3
"""An independent reader of the mail messages FILE...: their leaf parts and texts by Python's email package, as JSON
{FILE: {parts: [{type, name, size}], subject, text}}, for mail_inspect.test.mjs to compare with."""

import email
import email.header
import email.policy
import json
import os
import sys


def name_of(part):
    try:
        name = part.get_filename()
        if name is not None:
            name = str(email.header.make_header(email.header.decode_header(name)))
    except (LookupError, ValueError):
        name = part.get_filename()
    return name


def text_of(part):
    raw = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "latin-1"
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("latin-1")


def read(path):
    with open(path, "rb") as f:
        message = email.message_from_bytes(f.read(), policy=email.policy.compat32)
    leaves = [p for p in message.walk() if not p.is_multipart()]
    subject = message["subject"]
    try:
        subject = None if subject is None else str(email.header.make_header(email.header.decode_header(subject)))
    except (LookupError, ValueError):
        subject = str(subject)
    return {
        "parts": [{"type": p.get_content_type(), "name": name_of(p), "size": len(p.get_payload(decode=True) or b"")} for p in leaves],
        "subject": subject,
        "text": "\n".join(text_of(p) for p in leaves
                          if p.get_content_type() == "text/plain" and p.get_content_disposition() != "attachment" and not p.get_filename()),
    }


print(json.dumps({os.path.basename(p): read(p) for p in sys.argv[1:]}))
