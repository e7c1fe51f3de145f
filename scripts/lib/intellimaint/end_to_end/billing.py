"""Family `billing`."""

from intellimaint.end_to_end.suite import equal


def plans(suite):
    """plans are shown to everybody, use to its user"""
    listed = suite.visitor().get("/api/v1/billing/plans").data()
    assert "free" in str(listed), listed
    used = suite.ada.get("/api/v1/billing/subscription").data()["usage"]
    assert used["documents"]["used"] == 1 and used["messagesPerMonth"]["used"] >= 4, used
    # Bob asks once, over Socket.IO.
    asked = 1 if suite.socket else 0
    equal(suite.bob.get("/api/v1/billing/subscription").data()["usage"]["messagesPerMonth"]["used"], asked)
    equal(suite.ada.get("/api/v1/billing/invoices").data(), [])


def paying(suite):
    """an unknown plan cannot be subscribed to, nor an event be made up"""
    assert suite.ada.post("/api/v1/billing/subscribe", {"planId": "no-such-plan"}).status in (400, 404, 503)
    assert suite.visitor().post("/api/v1/billing/webhook", {"type": "invoice.paid"}).status in (400, 503)


CHECKS = [plans, paying]
