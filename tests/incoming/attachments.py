"""Prints, for each message named on standard input, the SHA-256 of its attachments by Python's `email`, as JSON lines."""

import email
import email.policy
import hashlib
import json
import sys


def attachments(raw):
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    found = []
    walk(message, found)
    return found


def walk(part, found):
    if part.get_content_type() in ("message/rfc822", "message/global") and part.is_multipart():
        return
    if part.is_multipart():
        for child in part.get_payload():
            walk(child, found)
        return
    is_text = part.get_content_type() in ("text/plain", "text/html")
    is_file = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    if not is_text or is_file:
        payload = part.get_payload(decode=True) or b""
        found.append(hashlib.sha256(payload).hexdigest())


for path in sys.stdin.read().split("\n"):
    if path:
        try:
            with open(path, "rb") as file:
                print(json.dumps({"path": path, "attachments": attachments(file.read())}))
        except Exception as error:  # A reader that fails on a message says so; the table counts it.
            print(json.dumps({"path": path, "error": type(error).__name__}))
