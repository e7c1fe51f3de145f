"""Signing up with a code that is mailed."""

import email
import email.policy
import pathlib
import re
import sys
import time

from intellimaint import http
from intellimaint.terminal import Failure


def texts_in_folder(folder, address, since):
    """What was mailed to `address`, newest first, from `.eml` files."""
    for path in sorted(folder.glob("*.eml"), reverse=True):
        if path.stat().st_mtime < since:
            continue
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if address in str(message["To"]):
            yield message.get_body(("plain",)).get_content()


def texts_at_emulator(url, address):
    """The same from where an emulator shows the mail that its SES was given."""
    messages = http.send("GET", url, timeout=10).parsed()["messages"]
    if isinstance(messages, dict):  # ministack: a list for each sender
        found = [(message["To"], message["BodyText"]) for mailbox in messages.values() for message in mailbox]
    else:  # LocalStack
        found = [(message["Destination"]["ToAddresses"], message["Body"]["text_part"]) for message in messages]
    yield from (text for to, text in reversed(found) if address in to)


def code_from_mail(mail, address, since):
    """The newest code mailed to `address`, or what a person types where the mail went elsewhere."""
    at_emulator = mail.startswith(("http://", "https://"))
    if at_emulator or pathlib.Path(mail).is_dir():
        for _ in range(50):
            found = (
                texts_at_emulator(mail, address) if at_emulator else texts_in_folder(pathlib.Path(mail), address, since)
            )
            for text in found:
                if code := re.search(r"\b(\d{6})\b", text):
                    return code.group(1)
            time.sleep(0.1)
    if not sys.stdin.isatty():
        raise Failure(f"no mail to {address} in {mail}")
    return input(f"The code that was mailed to {address}: ").strip()


def sign_up(gateway, address, password, mail):
    since = time.time() - 1
    person = {"firstName": "Demo", "lastName": "Technician", "company": "", "role": "civilian"}
    account = {"email": address, "password": password, "confirmPassword": password}
    answer = gateway.call("POST", "/api/v1/auth/register", {**person, **account}, accept=(409,))
    if answer["statusCode"] != 409:
        code = code_from_mail(mail, address, since)
        gateway.call("POST", "/api/v1/auth/verify-otp", {"email": address, "otp": code})
