"""Family `repository`, and with it the ingest."""

from intellimaint.client import Client
from intellimaint.end_to_end.suite import download, equal, eventually
from intellimaint.manual import upload as upload_by_demo


def upload(suite):
    """a file goes up by presigned address, is read, and can be read back"""
    ada = suite.ada
    uploader = Client(ada.gateway)
    uploader.token = ada.token
    suite.document = upload_by_demo(uploader, suite.manual)
    found = eventually("the document is ready", lambda: ready(ada, suite.document))
    equal((found["fileName"], found["fileSize"]), (suite.manual.name, suite.manual.stat().st_size))
    listed = ada.get("/api/v1/repository/documents?page=1&limit=10").data()
    assert suite.document in str(listed), listed
    page = ada.get(f"/api/v1/repository/documents/{suite.document}/pages/3").data()
    assert "Working pressure" in page["text"], page
    equal(ada.get(f"/api/v1/repository/documents/{suite.document}/pages/999").code(404), "not_found")
    assert any("Working pressure" in str(block) and block["box"]["page"] == 3 for block in page["blocks"]), page
    image = ada.get(f"/api/v1/repository/documents/{suite.document}/pages/3/image?width=600&mark=100,200,300,20")
    image.expect(200)
    assert image.header("Content-Type") == "image/webp" and image.body[8:12] == b"WEBP", image.body[:20]
    file = ada.get(f"/api/v1/repository/documents/{suite.document}/file")
    file.expect(302)
    equal(download(file.header("Location")).body, suite.manual.read_bytes(), "the file")


def ready(person, document):
    found = person.get(f"/api/v1/repository/documents/{document}").data()
    assert found["status"] != "failed", found
    return found if found["status"] == "ready" else None


def strangers(suite):
    """another user's document is nowhere to be found"""
    paths = [("GET", path) for path in ("", "/file", "/pages/1", "/pages/1/image")]
    for method, path in (*paths, ("DELETE", ""), ("POST", "/reprocess")):
        answer = suite.bob.send(method, f"/api/v1/repository/documents/{suite.document}{path}")
        equal(answer.code(404), "not_found", path)
    equal(suite.bob.get("/api/v1/repository/documents").data()["pagination"]["total"], 0)


def again(suite):
    """a document is read again on request"""
    suite.ada.post(f"/api/v1/repository/documents/{suite.document}/reprocess").expect(200)
    eventually("it is ready again", lambda: ready(suite.ada, suite.document))


def refused(suite):
    """what is no PDF, too large, or at a private address is refused"""
    ada = suite.ada
    wish = {"fileName": "manual.pdf", "fileSize": 1000, "contentType": "application/pdf"}
    equal(
        ada.post("/api/v1/repository/uploads", {**wish, "contentType": "text/html"}).code(415),
        "unsupported_document_type",
    )
    assert ada.post("/api/v1/repository/uploads", {**wish, "fileSize": 10**12}).status in (400, 413)
    equal(ada.get("/api/v1/repository/documents?page=0").code(400), "validation_failed")


def broken(suite):
    """a file that is no PDF ends as a document that says so, and can be deleted"""
    ada = suite.ada
    uploader = Client(ada.gateway)
    uploader.token = ada.token
    file = suite.manual.with_name("no-manual.pdf")
    file.write_bytes(b"this is no PDF file\n" * 10)
    document = upload_by_demo(uploader, file)

    def failed():
        found = ada.get(f"/api/v1/repository/documents/{document}").data()
        return found if found["status"] == "failed" else None

    equal(eventually("it has failed", failed)["error"]["code"], "not_a_pdf")
    ada.delete(f"/api/v1/repository/documents/{document}").expect(200)
    equal(ada.get(f"/api/v1/repository/documents/{document}").code(404), "not_found")


CHECKS = [upload, strangers, again, refused, broken]
