# SPDX-License-Identifier: Apache-2.0
"""What was put away can be tried again with the reader of today."""
import hashlib
import json

from kit import ministry
from kit.run import check, main, same, step


def put_away(home, ident, data, url="http://town.example/1.html", content_type="text/html"):
    """An entry as an agent makes it."""
    folder = home.dir / "state" / "quarantine" / ident
    folder.mkdir(parents=True)
    (folder / "bytes").write_bytes(data)
    (folder / "meta.json").write_text(json.dumps({
        "id": ident, "reason": "reader_crash", "detail": "it died", "url": url, "source": "town", "content_type": content_type,
        "when": "2026-11-22T04:12:00.123Z", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}))


def test_replay(home):
    """A page that can be read now, one that still cannot, a frame, and nothing at all."""
    page, junk, frame = (f"20261122T04120012{i}Z-0a1b2c3d" for i in range(3))
    put_away(home, page, ministry.article(7))
    put_away(home, junk, bytes(2000))
    put_away(home, frame, b"frame", url="")

    def replay(ident, expect):
        return home.govwire("quarantine", "replay", "--dir", home.dir, ident, expect=expect)

    with step("a page that is read now: its document, and the entry stays"):
        document = json.loads(replay(page, 0).out())
        same(document["title"], ministry.title(7), "the title")
        same(document["url"], "http://town.example/1.html", "the url")
        check(page in home.govwire("quarantine", "list", "--dir", home.dir).out(), "the entry is gone")
    with step("one that still is not, with the reason"):
        check("govwire:" in replay(junk, 3).err(), "no reason was given")
    with step("a frame is no page"):
        check("quarantine bytes" in replay(frame, 1).err(), "it does not say what to do")
    with step("nothing of that name"):
        replay("20261122T041200123Z-ffffffff", 1)


main(__name__)
