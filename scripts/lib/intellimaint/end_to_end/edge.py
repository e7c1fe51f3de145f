"""What holds for all families."""

from intellimaint.end_to_end.suite import equal


def health(suite):
    """both backends are healthy and describe themselves"""
    visitor = suite.visitor()
    for base, service in ((visitor.gateway, "gateway"), (visitor.services, "services")):
        for path in ("/", "/health"):
            found = visitor.get(path, at=base).json()
            assert found["status"] == "ok", found
        described = visitor.get("/api/v1/openapi.json", at=base).json()
        assert described["paths"], "an empty description"
        page = visitor.get("/api/v1/docs", at=base)
        page.expect(200)
        assert page.header("Content-Type").startswith("text/html"), f"{service}: {page.header('Content-Type')}"


def origins(suite):
    """the frontend's page may call, another may not"""
    visitor = suite.visitor()
    for path in ("/api/v1/auth/login", "/api/v1/chat/sessions", "/api/v1/rag/search", "/api/v1/billing/plans"):
        asked = {
            "Origin": suite.origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        allowed = visitor.send("OPTIONS", path, headers=asked)
        equal(allowed.header("Access-Control-Allow-Origin"), suite.origin, path)
        equal(allowed.header("Access-Control-Allow-Credentials"), "true", path)
        refused = visitor.send("OPTIONS", path, headers={**asked, "Origin": "https://elsewhere.example"})
        equal(refused.header("Access-Control-Allow-Origin"), "", path)
    error = visitor.get("/api/v1/user/profile", headers={"Origin": suite.origin})
    equal(error.header("Access-Control-Allow-Origin"), suite.origin, "an error")


def paths(suite):
    """an unknown path, a wrong method and another backend's family say so"""
    visitor = suite.visitor()
    equal(visitor.get("/api/v1/nothing").code(404), "no_such_path")
    gateway, services = "auth user chat repository billing admin", "rag extract batches asr vision"
    for family in f"{gateway} {services}".split():
        equal(visitor.get(f"/api/v1/{family}/nothing/here").code(404), "no_such_path", family)
    wrong = visitor.get("/api/v1/auth/login")
    equal(wrong.code(405), "method_not_allowed")
    assert "POST" in wrong.header("Allow"), wrong.header("Allow")


def who_asks(suite):
    """without a sign-in everything of a user's is 401"""
    visitor = suite.visitor()
    for path in (
        "/api/v1/user/profile",
        "/api/v1/chat/sessions",
        "/api/v1/repository/documents",
        "/api/v1/billing/subscription",
        "/api/v1/admin/users",
    ):
        equal(visitor.get(path).code(401), "not_signed_in", path)
    for path in ("/api/v1/rag/search", "/api/v1/vision/ocr"):
        equal(visitor.post(path, {"query": "oil"}).code(401), "not_signed_in", path)
    visitor.token = "not.a.token"
    assert visitor.get("/api/v1/user/profile").code(401) in ("not_signed_in", "sign_in_expired")


def bad_bodies(suite):
    """malformed bodies are refused with a sentence"""
    visitor = suite.visitor()
    equal(visitor.post("/api/v1/auth/login", b"{").code(400), "malformed_json")
    equal(
        visitor.post("/api/v1/auth/login", b"a=b", headers={"Content-Type": "text/csv"}).code(415),
        "unsupported_media_type",
    )
    refused = visitor.post("/api/v1/auth/register", {"email": "nonsense"})
    equal(refused.code(400), "validation_failed")
    assert len(refused.json(400)["data"]) > 1, "only one field is named"
    large = {"email": "a" * 1_100_000, "password": "x"}
    equal(visitor.post("/api/v1/auth/login", large).code(413), "payload_too_large")


def request_ids(suite):
    """a request keeps the id that its client gives it"""
    visitor = suite.visitor()
    answer = visitor.get("/api/v1/user/profile", headers={"X-Request-Id": "end-to-end-1"})
    equal(answer.header("X-Request-Id"), "end-to-end-1")
    equal(answer.json(401)["requestId"], "end-to-end-1")


CHECKS = [health, origins, paths, who_asks, bad_bodies, request_ids]
