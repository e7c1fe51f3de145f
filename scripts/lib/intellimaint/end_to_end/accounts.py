"""Families `auth` and `user`."""

import time

from intellimaint.account import code_from_mail
from intellimaint.end_to_end.suite import equal


def sign_up(suite):
    """signing up needs the mailed code, and it works once"""
    ada = suite.ada = suite.visitor()
    since = time.time() - 1
    ada.post("/api/v1/auth/register", ada.registration()).data(201)
    credentials = {"email": ada.email, "password": ada.password}
    equal(ada.post("/api/v1/auth/login", credentials).code(400), "email_not_verified")
    code = code_from_mail(suite.options.mail, ada.email, since)
    wrong = {"email": ada.email, "otp": "000000" if code != "000000" else "000001"}
    equal(ada.post("/api/v1/auth/verify-otp", wrong).code(400), "otp_invalid")
    ada.post("/api/v1/auth/verify-otp", {"email": ada.email, "otp": code}).data(200)
    equal(ada.post("/api/v1/auth/verify-otp", {"email": ada.email, "otp": code}).code(400), "otp_invalid")
    equal(ada.post("/api/v1/auth/register", ada.registration()).code(409), "email_taken")


def cookies(suite):
    """signing in sets its cookies, and they sign requests in"""
    ada = suite.ada
    signed_in = ada.sign_in()
    names = {line.partition("=")[0] for line in signed_in.all("Set-Cookie")}
    assert {"access_token", "refresh_token", "local_access", "has_local_accessToken"} <= names, f"only {names}"
    assert all("Path=/" in line for line in signed_in.all("Set-Cookie")), signed_in.all("Set-Cookie")
    equal(ada.get("/api/v1/user/profile", by="cookies").data()["email"], ada.email)
    foreign = ada.put(
        "/api/v1/user/profile", {"firstName": "Eve"}, by="cookies", headers={"Origin": "https://elsewhere.example"}
    )
    equal(foreign.code(403), "foreign_origin")
    wrong = {"email": ada.email, "password": "not the password"}
    equal(suite.visitor().post("/api/v1/auth/login", wrong).code(400), "invalid_credentials")


def refresh(suite):
    """tokens are renewed, also twice at the same time"""
    ada = suite.ada
    old = ada.cookies["refresh_token"]
    renewed = ada.post("/api/v1/auth/refresh", by="cookies").data()
    assert ada.cookies["refresh_token"] != old, "the refresh token was not replaced"
    again = suite.visitor().post("/api/v1/auth/refresh", {"refreshToken": old})
    again.expect(200)
    ada.token = renewed["accessToken"]
    equal(suite.visitor().post("/api/v1/auth/refresh", {"refreshToken": "nonsense"}).status, 401)


def sign_ins(suite):
    """sign-ins are listed and can be ended"""
    ada = suite.ada
    other = suite.visitor()
    other.email, other.password = ada.email, ada.password
    other.sign_in()
    listed = other.get("/api/v1/auth/sessions").data()["sessions"]
    assert len(listed) >= 2, listed
    mine = next(found["id"] for found in listed if found["current"])
    ada.delete(f"/api/v1/auth/sessions/{mine}").expect(200)
    equal(other.get("/api/v1/user/profile").code(401), "sign_in_expired")
    other.sign_in()
    left = other.post("/api/v1/auth/logout", by="cookies")
    assert sum("Max-Age=0" in line for line in left.all("Set-Cookie")) >= 3, left.all("Set-Cookie")
    equal(other.get("/api/v1/user/profile").code(401), "sign_in_expired")


def codes(suite):
    """nobody learns whether an address has an account, and a wrong code resets nothing"""
    visitor = suite.visitor()
    answers = [
        visitor.post("/api/v1/auth/forgot-password", {"email": email}).json()
        for email in (suite.ada.email, visitor.email)
    ]
    equal(answers[0], answers[1])
    reset = {
        "email": suite.ada.email,
        "otp": "123456",
        "password": "a new password",
        "confirmPassword": "a new password",
    }
    assert visitor.post("/api/v1/auth/reset-password", reset).status == 400
    suite.ada.sign_in()


def profile(suite):
    """profile and settings are kept"""
    ada = suite.ada
    equal(ada.put("/api/v1/user/profile", {"firstName": "Adä", "company": "Moss & Söhne"}).data()["firstName"], "Adä")
    equal(ada.get("/api/v1/user/profile").data()["company"], "Moss & Söhne")
    settings = ada.get("/api/v1/user/settings").data()
    equal(ada.put("/api/v1/user/settings", settings).data(), settings)
    equal(ada.put("/api/v1/user/profile", {"firstName": "x" * 1000}).code(400), "validation_failed")


def export(suite):
    """everything of a user is handed out, and nothing of another's"""
    ada = suite.ada
    text = ada.get("/api/v1/user/export")
    text.expect(200)
    assert ada.email.encode() in text.body and suite.bob.email.encode() not in text.body, text.body[:300]
    assert ada.password.encode() not in text.body


def second_user(suite):
    """another user signs up"""
    suite.bob = suite.visitor()
    suite.bob.sign_up(suite.options.mail)


def new_password(suite):
    """a new password ends all other sign-ins"""
    ada, other = suite.ada, suite.visitor()
    other.email, other.password = ada.email, ada.password
    other.sign_in()
    change = {"currentPassword": "not the password", "newPassword": "a longer password"}
    equal(ada.put("/api/v1/user/password", change).code(400), "wrong_password")
    ada.put("/api/v1/user/password", {**change, "currentPassword": ada.password}).expect(200)
    ada.password = "a longer password"
    equal(other.get("/api/v1/user/profile").code(401), "sign_in_expired")
    ada.get("/api/v1/user/profile").data()


def deletion(suite):
    """an account goes with everything in it"""
    ada = suite.ada
    equal(ada.delete("/api/v1/user/account", {"password": "not the password"}).code(400), "wrong_password")
    ada.delete("/api/v1/user/account", {"password": ada.password}).expect(200)
    equal(ada.get("/api/v1/user/profile").code(401), "sign_in_expired")
    equal(
        ada.post("/api/v1/auth/login", {"email": ada.email, "password": ada.password}).code(400), "invalid_credentials"
    )
    suite.bob.get("/api/v1/user/profile").data()


CHECKS = [sign_up, cookies, refresh, sign_ins, codes, profile, second_user]
LAST = [export, new_password, deletion]
