"""Pictures of a mail as a browser shows it: a browser is what most mail programs show HTML with."""

import base64
import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)

FRAME = """<!doctype html><body style="margin:0">
<iframe id="mail" style="width:{width}px;height:{height}px;border:0;display:block"></iframe><script>
const mail = document.getElementById("mail");
mail.addEventListener("load", () => {{
  const root = mail.contentDocument.documentElement;
  document.body.dataset.size = root.scrollWidth + " " + root.scrollHeight;
}});
mail.srcdoc = new TextDecoder().decode(Uint8Array.from(atob({html}), (c) => c.charCodeAt(0)));
</script></body>"""
"""A window of a browser is never narrower than 500 pixels, but a frame in it may be."""


def browser() -> str:
    """The browser that is at hand; without one the test is skipped."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium to look at the mail with: apt install chromium")
    return found


def picture(html: str, folder: Path, *, width: int, height: int = 2400, dark: bool = False) -> Image.Image:
    """The mail in a frame of this width."""
    shot = folder / "shot.png"
    run(html, folder, width, height, f"--screenshot={shot}", dark=dark)
    return Image.open(BytesIO(shot.read_bytes())).convert("RGB").crop((0, 0, width, height))


def size(html: str, folder: Path, *, width: int) -> tuple[int, int]:
    """How wide and high the mail is in a frame of this width: wider, and somebody has to scroll."""
    dom = run(html, folder, width, 800, "--dump-dom", "--virtual-time-budget=5000")
    wide, high = dom.split('data-size="')[1].split('"')[0].split()
    return int(wide), int(high)


def run(html: str, folder: Path, width: int, height: int, *flags: str, dark: bool = False) -> str:
    """Run the browser on a page with the mail in it; return what it prints."""
    page = folder / "frame.html"
    encoded = json.dumps(base64.b64encode(html.encode()).decode())
    page.write_text(FRAME.format(width=width, height=height, html=encoded), encoding="utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    return subprocess.run(
        [
            *(browser(), *FLAGS, *scheme, *flags),
            *(f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500)},{height}"),
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
