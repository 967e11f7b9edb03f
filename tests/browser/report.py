#!/usr/bin/env python3
"""The page of --report in a real browser: it opens, every picture is there, the slider follows mouse and keys,
the filters filter, nothing is logged as an error, and a hostile caption stays text.

    tests/browser/report.py target/release/longlens [FOLDER FOR SCREENSHOTS]

It needs Chromium and nothing else: the browser is driven through its debugging pipe. It ends with 77 where there
is no Chromium.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOT_HERE = 77
PATIENCE_S = 60
HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'>\" onload=\"window.hit = 3 & é"
HOSTILE_NAME = "<img src=x onerror=alert(1)> '\"#?%41&amp;.jpg"


class Browser:
    """Chromium without a window."""

    def __init__(self, program, profile):
        # It reads commands from its file 3 and writes answers to its file 4.
        commands, self.to = os.pipe()
        self.answers, answers = os.pipe()

        def pipes():
            os.dup2(commands, 30)
            os.dup2(answers, 31)
            os.dup2(30, 3)
            os.dup2(31, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--disable-dev-shm-usage",
                 "--no-first-run", "--disable-extensions", "--hide-scrollbars", f"--user-data-dir={profile}"]
        self.process = subprocess.Popen([program, *flags, "about:blank"], preexec_fn=pipes, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.number, self.read, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")

    def message(self, until):
        while b"\0" not in self.read:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            more = os.read(self.answers, 1 << 20)
            if not more:
                raise EOFError("the browser has ended")
            self.read += more
        message, self.read = self.read.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        order = {"id": self.number, "method": method, "params": params}
        if self.session:
            order["sessionId"] = self.session
        rest = json.dumps(order).encode() + b"\0"
        while rest:
            rest = rest[os.write(self.to, rest):]
        until = time.monotonic() + PATIENCE_S
        while True:
            message = self.message(until)
            if message.get("id") == self.number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def value(self, expression):
        """What an expression is on the page; promises are waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def view(self, width, height, dark=False, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 500)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, page):
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        until = time.monotonic() + PATIENCE_S
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message(until))

    def picture(self, file):
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def faults(self):
        """What the browser has to complain of."""
        faults = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Log.entryAdded" and params["entry"]["level"] in ["error", "warning"]:
                faults.append(params["entry"]["text"] + " " + params["entry"].get("url", ""))
            if method in ["Runtime.exceptionThrown", "Page.javascriptDialogOpening"]:
                faults.append(str(params))
            if method == "Runtime.consoleAPICalled" and params["type"] in ["error", "warning", "assert"]:
                faults.append(str(params))
            if method == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("file:", "data:")):
                faults.append("asked for " + params["request"]["url"])
        return faults

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


SEEN = """(async () => {
  const broken = [];
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const image of document.images) {
    image.scrollIntoView();
    for (let i = 0; i < 100 && !(image.complete && image.naturalWidth); i += 1)
      await new Promise((wake) => setTimeout(wake, 20));
    if (!image.naturalWidth) broken.push(image.src.slice(0, 100));
  }
  for (const details of document.querySelectorAll('details')) details.open = false;
  window.scrollTo(0, 0);
  return broken;
})()"""

UNEVEN = """(() => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const uneven = [];
  for (const pair of document.querySelectorAll('.pair:not(.one)')) {
    const wide = (element) => element.getBoundingClientRect().width;
    for (const image of pair.querySelectorAll('img'))
      if (Math.abs(wide(image) - wide(pair)) > 0.5) uneven.push([image.className, wide(image), wide(pair)]);
  }
  for (const details of document.querySelectorAll('details')) details.open = false;
  return uneven;
})()"""


def developed(longlens, folder, originals, pages):
    """Frames, some with hostile names and captions and one that is damaged, and a page of them for each name."""
    frames = folder / "in"
    frames.mkdir()
    for i, original in enumerate(originals):
        shutil.copy(original, frames / f"{i:03}.jpg")
    shutil.copy(originals[0], frames / HOSTILE_NAME)
    (frames / "torn.jpg").write_bytes(originals[0].read_bytes()[:20000])
    quoted = HOSTILE.replace('"', '""')
    table = f'file,caption\n000.jpg,"{quoted}"\n'
    (frames / "captions.csv").write_text(table)
    for page in pages:
        ran = subprocess.run([longlens, "develop", frames, "-o", folder / "out", "--quiet",
                              "--no-sync", "--set", "city=" + HOSTILE, "--long-edge", "1700", "--report", folder / page])
        assert ran.returncode == 1, "one frame is damaged"


def tried(browser, page, frames):
    browser.view(1200, 900)
    browser.open(page)
    broken = browser.value(SEEN)
    assert not broken, f"pictures that are not shown: {broken}"
    assert browser.value("document.querySelectorAll('#frames > article').length") == frames
    assert browser.value("document.querySelectorAll('.failures li').length") == 1

    # Mouse and keys.
    at = browser.value("""(async () => {
      const slider = document.querySelector('.pair input');
      slider.scrollIntoView({ block: 'center' });
      for (let i = 0; i < 5; i += 1) await new Promise(requestAnimationFrame);
      const r = slider.getBoundingClientRect();
      return [r.x, r.y, r.width, r.height];
    })()""")
    x, y = at[0] + at[2] * 0.25, at[1] + at[3] * 0.5
    for kind in ["mousePressed", "mouseReleased"]:
        browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    before = "document.querySelector('.pair .before')"
    share = "parseFloat(document.querySelector('.pair').style.getPropertyValue('--x'))"
    moved = browser.value(share)
    assert moved is not None and abs(moved - 25) <= 3, f"the slider is at {moved}"
    clip = browser.value(f"getComputedStyle({before}).clipPath")
    assert clip == f"inset(0px {100 - moved:g}% 0px 0px)" or f"{100 - moved:g}%" in clip, clip
    for kind in ["keyDown", "keyUp"]:
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    assert browser.value(share) == moved + 1, "the arrow key moves it on"

    # What came from files is text.
    assert browser.value("window.hit === undefined && document.scripts.length === 1")
    captions = browser.value("Array.from(document.querySelectorAll('blockquote'), (c) => c.textContent)")
    assert HOSTILE in captions, captions
    assert browser.value("document.querySelectorAll('blockquote *').length") == 0
    names = browser.value("Array.from(document.querySelectorAll('h3'), (n) => n.textContent)")
    assert any(name.endswith(HOSTILE_NAME) for name in names), names
    link = browser.value(f"Array.from(document.querySelectorAll('h3 a')).find((a) => a.textContent.includes('onerror')).href")
    assert link.startswith("file:") and "onerror" in link, link

    # Filters.
    count = "Array.from(document.querySelectorAll('#frames > article')).filter((a) => !a.hidden).length"

    def only(name, text):
        browser.value(f"(() => {{ const f = document.getElementById('filters').elements[{json.dumps(name)}];"
                      f"f.value = {json.dumps(text)}; f.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()")
        return browser.value(count)

    assert only("find", "onerror=alert") == 1
    only("find", "")
    assert only("show", "failed") == 1
    only("show", "")
    assert only("from", "101") == 0
    assert only("from", "") == frames
    assert browser.value("document.documentElement.scrollWidth") <= 1200

    faults = browser.faults()
    assert not faults, faults
    for width in [400, 500, 1200]:
        browser.view(width, 800)
        assert browser.value("document.documentElement.scrollWidth") <= width, f"it is wider than {width} px"
        # The line of the slider is where the clipped picture ends.
        uneven = browser.value(UNEVEN)
        assert not uneven, f"at {width} px: {uneven}"
        tops = browser.value("['from', 'to'].map((n) => document.getElementById('filters').elements[n].getBoundingClientRect().y)")
        assert tops[0] == tops[1], "the two ends of a range are on one line"
    # The way back from the last frame.
    browser.view(400, 800)
    shown = "getComputedStyle(document.getElementById('back')).display !== 'none'"
    settle = "new Promise((wake) => setTimeout(wake, 200))"
    browser.value("document.getElementById('filters').scrollIntoView()")
    browser.value(settle)
    assert not browser.value(shown)
    browser.value("window.scrollTo(0, document.documentElement.scrollHeight)")
    browser.value(settle)
    assert browser.value(shown)
    browser.value("document.getElementById('back').click()")
    browser.value(settle)
    assert browser.value("Math.abs(document.getElementById('filters').getBoundingClientRect().y) < 50")
    # A finger that scrolls the page gets past a picture, and one that goes sideways moves its slider.
    browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
    slider = "document.querySelector('.pair input')"

    def swiped(dx, dy):
        """How far the page went, and where the slider is."""
        x, y, top = browser.value(f"""(() => {{
          window.scrollTo(0, {slider}.getBoundingClientRect().y + window.scrollY - 200);
          const r = {slider}.getBoundingClientRect();
          return [r.x + r.width * 0.8, r.y + r.height * 0.6, window.scrollY];
        }})()""")
        for kind, step in [("touchStart", 0), *(("touchMove", step) for step in range(1, 15))]:
            at = {"x": x + dx * step, "y": y + dy * step}
            browser.call("Input.dispatchTouchEvent", type=kind, touchPoints=[at])
            time.sleep(0.02)
        browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        browser.value(settle)
        return browser.value("window.scrollY") - top, int(browser.value(slider + ".value"))

    went, at = swiped(-15, 0)
    assert went == 0 and at < 50, f"swiped to the left: the page went {went} px, the slider is at {at}"
    went, after = swiped(0, -10)
    assert went > 50 and after == at, f"swiped up: the page went {went} px, the slider from {at} to {after}"
    browser.call("Emulation.setTouchEmulationEnabled", enabled=False)


def pictured(browser, page, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, view in [("light", (1280, 1000)), ("dark", (1280, 1000, True)), ("phone", (400, 900, False, 2)),
                       ("phone-dark", (400, 900, True, 2))]:
        browser.view(*view)
        browser.open(page)
        browser.value(SEEN)
        time.sleep(0.3)
        browser.picture(folder / f"{page.stem}-{name}.png")


def main():
    longlens = Path(sys.argv[1]).resolve()
    names = ["chromium", "chromium-browser", "google-chrome"]
    program = next((found for found in map(shutil.which, names) if found), None)
    if not program:
        print("there is no Chromium")
        return NOT_HERE
    samples = sorted((Path(__file__).parents[2] / "samples/frames").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        few, many = folder / "few", folder / "many"
        few.mkdir()
        many.mkdir()
        developed(longlens, few, samples[:2], ["report.html"])
        # More than the page holds itself.
        developed(longlens, many, samples * 12, ["report.html"])
        assert not (few / "report_files").exists() and (many / "report_files").is_dir()
        browser = Browser(program, folder / "profile")
        try:
            tried(browser, few / "report.html", 4)
            tried(browser, many / "report.html", len(samples) * 12 + 2)
            if len(sys.argv) > 2:
                pictured(browser, few / "report.html", Path(sys.argv[2]))
        finally:
            browser.end()
    print("the page works in " + program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
