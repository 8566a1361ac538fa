# SPDX-License-Identifier: Apache-2.0
"""A site on loopback that misbehaves on request. Each path is one habit; the log says who asked for what, and when."""
import functools
import gzip
import hashlib
import http.server
import socket
import socketserver
import threading
import time
import zlib


def article(title, text, date="2024-03-04 09:18", extra=""):
    paragraphs = "".join("<p>%s</p>" % line for line in text.split("\n"))
    return ("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%s</h1>"
            "<div class=\"info\">Source: Town Hall  Time: %s</div><div id=\"zoom\">%s</div>%s</body></html>"
            % (title, title, date, paragraphs, extra))


def news_list(rows, extra=""):
    items = "".join("<li><a href=\"%s\" title=\"%s\">%s</a><span>%s</span></li>" % (url, title, title, date)
                    for url, title, date in rows)
    return ("<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>News</title></head><body>"
            "<div class=\"nav\"><a href=\"/\">Home</a><a href=\"/about\">About</a></div><ul class=\"list\">%s</ul>%s</body></html>"
            % (items, extra))


LONG = ("The town council has approved the plan for the renewal of the market square after a public hearing on Monday. "
        "Work begins in spring and is expected to take two years, the mayor said in a statement to the press.\n"
        "Residents may comment on the drawings until the end of the month at the office of public works, which will "
        "publish all answers. The cost of 3 million euros is shared between the town and the region.\n"
        "The next meeting of the council takes place in the old town hall and is open to everybody.")


@functools.lru_cache(None)
def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = packer.compress(article("Bomb", LONG).encode())
    piece = b" " * (1 << 20)
    for _ in range(200):
        data += packer.compress(piece)
    return data + packer.flush()


class Site:
    """with Site() as site: site.url("/article") … site.log is a list of (seconds, path, headers)."""

    def __init__(self, tls=None):
        """tls: an ssl.SSLContext to serve https with."""
        self.log = []
        self.scheme = "https" if tls else "http"
        self.pages = {}         # path -> (content type, bytes): added by tests
        self.zipped = {}        # path -> gzipped HTML, with an ETag
        self.robots = None      # text of /robots.txt; None: 404
        self.robots_status = None
        self.lock = threading.Lock()
        self.stop = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def do_GET(self):
                site.answer(self, b"")

            def do_POST(self):
                site.answer(self, self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def finish_request(self, request, client_address):
                if tls:  # here, on the connection's own thread: a silent client holds up nobody else
                    request = tls.wrap_socket(request, server_side=True)
                super().finish_request(request, client_address)
                if tls:
                    request.close()

            def handle_error(self, request, client_address):
                pass  # a client that leaves is no news

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path, host="127.0.0.1"):
        return "%s://%s:%d%s" % (self.scheme, host, self.port, path)

    def asked(self, path):
        with self.lock:
            return [entry for entry in self.log if entry[1] == path]

    # ---- habits

    def answer(self, request, body):
        path = request.path
        with self.lock:
            self.log.append((time.monotonic(), path, dict(request.headers), body))
        name = path.split("?")[0].strip("/").split("/")[0].replace("-", "_").replace(".", "_")
        if path in self.pages:
            content_type, page = self.pages[path]
            return self.send(request, page, content_type)
        if path in self.zipped:
            return self.send_zipped(request, path)
        habit = getattr(self, "on_" + name, None)
        if habit:
            return habit(request, path)
        return self.send(request, b"<h1>Not found</h1>", status=404)

    def send(self, request, page, content_type="text/html; charset=utf-8", status=200, headers=()):
        if isinstance(page, str):
            page = page.encode()
        request.send_response(status)
        if content_type:
            request.send_header("Content-Type", content_type)
        for key, value in headers:
            request.send_header(key, value)
        request.send_header("Content-Length", str(len(page)))
        request.end_headers()
        request.wfile.write(page)

    def send_zipped(self, request, path):
        page = self.zipped[path]
        etag = '"%x"' % zlib.crc32(page)
        if request.headers.get("If-None-Match") == etag:
            return self.send(request, b"", None, 304)
        return self.send(request, page, headers=[("Content-Encoding", "gzip"), ("ETag", etag)])

    def on_robots_txt(self, request, path):
        if self.robots_status:
            return self.send(request, b"", status=self.robots_status)
        if self.robots is None:
            return self.send(request, b"none", status=404)
        return self.send(request, self.robots, "text/plain")

    def on_article(self, request, path):
        self.send(request, article("Market square to be renewed", LONG))

    def on_slow(self, request, path):
        """Half of the page, then the other half after /slow/SECONDS."""
        page = article("Slow but honest", LONG).encode()
        request.send_response(200)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(page)))
        request.end_headers()
        request.wfile.write(page[:500])
        request.wfile.flush()
        self.stop.wait(float(path.split("/")[2]))
        request.wfile.write(page[500:])

    def on_drip(self, request, path):
        """A small piece each 20 ms, /drip/SECONDS long; the last piece says when the server sent it."""
        request.send_response(200)
        request.send_header("Content-Type", "text/plain")
        request.send_header("Connection", "close")
        request.end_headers()
        until = time.monotonic() + float(path.split("/")[2])
        while time.monotonic() < until and not self.stop.is_set():
            request.wfile.write(b"a little more text of this page\n")
            request.wfile.flush()
            self.stop.wait(0.02)
        request.close_connection = True

    def on_cut(self, request, path):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(article("Cut", LONG).encode()[:700])
        request.close_connection = True

    def on_same(self, request, path):
        page = article("Nothing new", LONG)
        etag = '"%s"' % hashlib.sha256(page.encode()).hexdigest()[:16]
        if request.headers.get("If-None-Match") == etag:
            return self.send(request, b"", None, 304)
        return self.send(request, page, headers=[("ETag", etag), ("Last-Modified", "Mon, 04 Mar 2024 01:18:27 GMT")])

    def on_counter(self, request, path):
        """The same article with another visit counter each time, without validators."""
        extra = "<!-- generated %f --><script>var visits = %d;</script>" % (time.time(), len(self.log))
        self.send(request, article("Counted", LONG, extra=extra))

    def on_loop(self, request, path):
        other = "/loop/b" if path.endswith("a") else "/loop/a"
        self.send(request, b"", status=302, headers=[("Location", other)])

    def on_hop(self, request, path):
        """/hop/N/rest: N redirects, then /rest."""
        _, _, left, rest = path.split("/", 3)
        target = "/hop/%d/%s" % (int(left) - 1, rest) if int(left) > 1 else "/" + rest
        self.send(request, b"", status=301, headers=[("Location", target)])

    def on_to(self, request, path):
        """/to/HOST/rest: a redirect to the same port under another name."""
        _, _, host, rest = path.split("/", 3)
        self.send(request, b"", status=302, headers=[("Location", "http://%s:%d/%s" % (host, self.port, rest))])

    def on_metadata(self, request, path):
        self.send(request, b"", status=302, headers=[("Location", "http://169.254.169.254/latest/meta-data/")])

    def on_gbk(self, request, path):
        """Says UTF-8, is GBK."""
        page = article("关于印发通知的公告", "各区县人民政府、市政府各部门：现将有关事项公告如下，请遵照执行。" * 6)
        self.send(request, page.replace("utf-8", "gb2312").encode("gbk"), "text/html; charset=utf-8")

    def on_endless(self, request, path):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(article("Endless", LONG)[:-14].encode())
        piece = b"<p>and on and on it goes without an end in sight</p>" * 1000
        while not self.stop.is_set():
            request.wfile.write(piece)

    def on_bomb(self, request, path):
        """200 MiB of blanks in 200 KB."""
        self.send(request, bomb(), headers=[("Content-Encoding", "gzip")])

    def on_zipped(self, request, path):
        self.send(request, gzip.compress(article("Zipped", LONG).encode()), headers=[("Content-Encoding", "gzip")])

    def on_deep(self, request, path):
        self.send(request, "<html><body>" + "<div>" * 200000 + LONG + "</body></html>")

    def on_tags(self, request, path):
        """2 MB that cost a tree builder far more than a page may cost: formatting elements that are opened again and again."""
        self.send(request, "<html><body><p>" + "<b><i><u><font color=%d>" * 400 % tuple(range(400))
                  + "<p>x" * 200000 + "</body></html>")

    def on_pdf(self, request, path):
        self.send(request, b"%PDF-1.7\n" + b"\0" * 4000, "text/html")

    def on_wall(self, request, path):
        self.send(request, "<html><script>document.cookie='c=1';location.reload()</script></html>",
                  headers=[("Set-Cookie", "__jsl=1")])

    def on_status(self, request, path):
        status = int(path.split("/")[2])
        headers = [("Retry-After", "120")] if status in (429, 503) else []
        self.send(request, b"<h1>no</h1>", status=status, headers=headers)

    def on_paged(self, request, path):
        """An article of three pages."""
        number = int(path.split("/")[2])
        links = " ".join("<a href=\"/paged/%d\">%d</a>" % (n, n) for n in (1, 2, 3))
        following = "<a href=\"/paged/%d\">Next page</a>" % (number + 1) if number < 3 else ""
        text = "\n".join("Page %d, paragraph %d. %s" % (number, i, LONG.split("\n")[0]) for i in range(4))
        self.send(request, article("In three parts", text, extra="<div class=\"pages\">%s %s</div>" % (links, following)))

    def on_list(self, request, path):
        """/list/N: page N of three, five rows each; page 4 is missing."""
        number = int(path.split("/")[2])
        if number > 3:
            return self.send(request, b"gone fishing", status=404)
        rows = [("/article/%d" % (number * 10 + i), "The council has decided matter number %d" % (number * 10 + i),
                 "2024-03-%02d" % (28 - number * 5 - i)) for i in range(5)]
        following = "<div class=\"page\"><a href=\"/list/%d\">Next page</a></div>" % (number + 1)
        return self.send(request, news_list(rows, following))
