"""Families `rag`, `extract`, `batches`, `asr` and `vision`."""

from intellimaint.end_to_end.suite import equal, eventually


def search(suite):
    """the manuals are searched, and only one's own"""
    query = {"query": "pump flange bolt torque", "topK": 3}
    found = suite.ada.post("/api/v1/rag/search", query).json()["documents"]
    assert found and "49 Nm" in str(found), found
    equal(suite.bob.post("/api/v1/rag/search", query).json()["documents"], [])
    equal(suite.ada.post("/api/v1/rag/search", {"query": ""}).code(400), "validation_failed")


def embed(suite):
    """texts become embeddings"""
    found = suite.ada.post("/api/v1/rag/embed", {"texts": ["relief valve", "Überdruckventil"]}).json()
    equal((found["dimensions"], [len(each) for each in found["embeddings"]]), (384, [384, 384]))
    equal(suite.ada.post("/api/v1/rag/embed", {"texts": ["x"] * 65}).code(400), "validation_failed")


def extract(suite):
    """the text of a PDF is extracted as a job"""
    job = suite.ada.send_file("/api/v1/extract/extract/full", "manual.pdf", suite.manual.read_bytes()).json()["job_id"]

    def text():
        answer = suite.ada.get(f"/api/v1/extract/extract/progress/{job}")
        ended = answer.status == 200 and answer.header("Content-Type").startswith("text/plain")
        return answer.body.decode() if ended else None

    assert "Working pressure: 160 bar" in eventually("the text is there", text, pause=1)
    equal(suite.bob.get(f"/api/v1/extract/extract/progress/{job}").body, b"", "another user's job")
    refused = suite.ada.send_file("/api/v1/extract/extract/full", "manual.pdf", b"no PDF")
    equal(refused.code(400), "not_a_pdf")


def batches(suite):
    """files are checked as a batch, which is told of until it is cancelled"""
    manual, path = suite.manual.read_bytes(), "/api/v1/batches/upload-pdfs"
    # The page says with every file who sends it, which counts for nothing.
    claim = ("userId", None, b"somebody")
    batch = suite.ada.send_parts(path, [("files", "a.pdf", manual), claim, ("files", "b.pdf", manual), claim]).json()
    equal([(job["fileName"], job["status"]) for job in batch["jobs"]], [("a.pdf", "queued"), ("b.pdf", "queued")])
    events, cancel = f"/api/v1/batches/events/{batch['batchId']}", f"/api/v1/batches/{batch['batchId']}/cancel"
    for asked in (f"{events}?userId=somebody", events):
        told = suite.ada.get(asked)
        assert "event: batch_update" in told.body.decode(), told.body
        (jobs,) = told.events()
        equal([(job["status"], job["progress"], job["error"]) for job in jobs], [("completed", 100, "")] * 2)
    equal(suite.ada.get(events, headers={"Last-Event-ID": "last"}).status, 204, "who was told")
    equal(suite.bob.get(events).code(404), "not_found", "another user's batch")
    equal(suite.bob.delete(cancel).code(404), "not_found", "another user's batch")
    for _ in range(2):
        equal(suite.ada.delete(cancel).json()["status"], "cancelled")
    equal(suite.ada.get(events).status, 204, "a cancelled batch")
    refused = suite.ada.send_parts(path, [("files", "a.pdf", manual), ("files", "b.pdf", b"no PDF")])
    equal(refused.code(400), "not_a_pdf")
    equal(refused.json(400)["message"], "b.pdf: This file is not a PDF.")
    origin = {"Origin": suite.origin, "Access-Control-Request-Method": "DELETE"}
    allowed = suite.visitor().send("OPTIONS", cancel, headers=origin)
    equal(allowed.header("Access-Control-Allow-Origin"), suite.origin, "a page that cancels")


def speech(suite):
    """a text is spoken, and the sound understood"""
    spoken = suite.ada.post("/api/v1/asr/synthesize", {"text": "Tighten to **49 Nm** [1]."}).or_not_set_up()
    spoken.expect(200)
    assert spoken.body.startswith(b"RIFF"), f"no WAV file came through: {spoken.body[:20]!r}"
    equal(suite.ada.post("/api/v1/asr/synthesize", {"text": ""}).code(400), "validation_failed")
    heard = suite.ada.send_file("/api/v1/asr/transcribe", "sound.wav", spoken.body).or_not_set_up().json()
    assert heard["data"], "nothing was understood"
    equal(suite.ada.send_file("/api/v1/asr/transcribe", "sound.wav", b"").code(400), "audio_empty")


def pictures(suite):
    """the text on a picture is read, and leads to its manual"""
    read = suite.ada.send_file("/api/v1/vision/ocr", "plate.png", suite.plate.read_bytes()).or_not_set_up().json()
    assert "HP-40" in read["text"], read
    explained = suite.ada.send_file(
        "/api/v1/vision/explain", "plate.png", suite.plate.read_bytes(), {"question": "What is it?"}
    ).json()
    assert explained["citations"], explained
    equal(suite.ada.send_file("/api/v1/vision/ocr", "plate.png", b"no picture").code(415), "unsupported_picture_type")


def detection(suite):
    """objects are looked for, where there is a model"""
    answer = suite.ada.send_file("/api/v1/vision/detect", "plate.png", suite.plate.read_bytes()).or_not_set_up()
    assert isinstance(answer.json()["objects"], list)


CHECKS = [search, embed, extract, batches, speech, pictures, detection]
