"""Family `admin`."""

from intellimaint.end_to_end.suite import NotSetUp, equal

LISTS = ("users", "uploads", "sessions")
ROUTES = ("dashboard", "dashboard/trends", *LISTS)


def others(suite):
    """nobody else sees figures and lists of all users"""
    for route in ROUTES:
        equal(suite.ada.get(f"/api/v1/admin/{route}").code(403), "not_an_administrator", route)
        equal(suite.visitor().get(f"/api/v1/admin/{route}").code(401), "not_signed_in", route)
    equal(suite.ada.put("/api/v1/user/profile", {"role": "admin"}).data()["role"], "civilian")


def administrators(suite):
    """an administrator sees them"""
    if not suite.options.admin:
        raise NotSetUp("--admin names no address of ADMIN_EMAILS")
    admin = suite.visitor()
    admin.email = suite.options.admin
    equal(admin.sign_up(suite.options.mail).data()["role"], "admin")
    figures = admin.get("/api/v1/admin/dashboard").data()
    assert figures["analytics"]["totalUsers"] >= 3 and figures["analytics"]["totalSessions"] >= 1, figures
    assert figures["analytics"]["totalUploads"] >= figures["analytics"]["ready"] >= 1, figures
    equal(len(figures["userGrowth"]), 12)
    equal(admin.get("/api/v1/admin/dashboard/trends?year=now").code(400), "validation_failed")
    users, uploads, sessions = (admin.get(f"/api/v1/admin/{name}").data() for name in LISTS)
    assert {suite.ada.email, suite.bob.email, admin.email} <= {user["email"] for user in users}, users
    assert any(user["email"] == suite.ada.email and user["status"] == "active" for user in users), users
    assert all(upload["fileName"] and upload["userName"] for upload in uploads), uploads
    assert all(isinstance(row["totalPrice"], (int, float)) for row in sessions), sessions


CHECKS = [others, administrators]
