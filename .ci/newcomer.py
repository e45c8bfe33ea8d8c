"""The first quarter of an hour of somebody who clones the project: `make run` as an ordinary user with an empty HOME.

    python3 .ci/newcomer.py [folder]      needs git, make and python3 only; as root it becomes somebody else

Clones HEAD, starts, logs in with the demo login shown, asks the command line for a figure, stops, starts again, and
looks for anything written outside the clone. Prints the times; exit code 1 when something is not as promised.
"""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED_ON = re.compile(r"PIP_|SSL_|REQUESTS_|CURL_|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy|LANG$")
STRANGER = 64123  # a user nobody else uses, so that every file of it is the newcomer's
ELSEWHERE = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/home", "/var/lib", "/var/cache"]


class Newcomer:
    def __init__(self, base: Path) -> None:
        self.base, self.clone, self.home, self.out = base, base / "opsplan", base / "home", base / "terminal.txt"
        self.uid = STRANGER if os.geteuid() == 0 else os.geteuid()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if PASSED_ON.match(key)}
        self.env = {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), "PORT": str(self.port)}
        self.began = time.time()

    def become(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell starts what stays behind deaf to Ctrl-C
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(self.uid)
            os.setuid(self.uid)

    def settle(self) -> None:
        """A clone and an empty HOME that belong to the newcomer."""
        self.base.chmod(0o755)
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(self.clone)], check=True)
        self.home.mkdir()
        for path in [self.clone, self.home, *self.clone.rglob("*")]:
            os.chown(path, self.uid, -1, follow_symlinks=False)

    def start(self) -> "subprocess.Popen[bytes]":
        with self.out.open("wb") as out:
            return subprocess.Popen(
                ["make", "run"],
                cwd=self.clone,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=self.become,
            )

    def text(self) -> str:
        return self.out.read_text(errors="replace")

    def wait_ready(self, process: "subprocess.Popen[bytes]", seconds: float) -> float:
        """Seconds until the shop said that it is ready and its health is good."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if process.poll() is not None:
                raise SystemExit(f"make run ended with {process.returncode}:\n{self.text()}")
            if "opsplan is ready" in self.text():
                return time.monotonic() - started
            time.sleep(0.1)
        raise SystemExit(f"not ready within {seconds:.0f} s:\n{self.text()}")

    def healthy(self, seconds: float) -> dict[str, object]:
        """What /healthz says once it is content; a start needs a moment until the first tick."""
        deadline, answer = time.monotonic() + seconds, {}
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as page:
                    return dict(json.load(page))
            except urllib.error.HTTPError as page:
                answer = json.load(page)
            except OSError:
                pass
            time.sleep(0.3)
        raise SystemExit(f"/healthz is not content: {answer}\n{self.text()}")

    def log_in(self) -> str:
        """Log in with the first demo login of the terminal; the address of the page that follows."""
        shown = re.search(r"Demo logins:\n\s+(\S+)\s+(\S+)", self.text())
        if shown is None:
            raise SystemExit(f"no demo login was shown:\n{self.text()}")
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        address = f"http://127.0.0.1:{self.port}/"
        with browser.open(address, timeout=30) as page:
            form, where = page.read().decode(), page.url
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        if token is None:
            raise SystemExit(f"no login form at {where}")
        fields = {"username": shown[1], "password": shown[2], "csrfmiddlewaretoken": token[1]}
        request = urllib.request.Request(where, urllib.parse.urlencode(fields).encode(), {"Referer": where})
        with browser.open(request, timeout=60) as page:
            if "/s/" not in page.url:
                raise SystemExit(f"the demo login leads to {page.url}")
            return str(page.url)

    def stop(self, process: "subprocess.Popen[bytes]") -> float:
        """Ctrl-C, as a terminal sends it: to the whole foreground group."""
        started = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
        return time.monotonic() - started

    def left_over(self) -> list[str]:
        """Processes of the clone that are still there, and files written where none should be."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.clone).encode() in (folder / "cmdline").read_bytes() and int(folder.name) != os.getpid():
                    found.append(f"process {folder.name}: {(folder / 'cmdline').read_bytes()[:80]!r}")
            except OSError:
                continue
        cache = self.home / ".cache" / "pip"
        found += [str(x) for x in self.home.rglob("*") if x.is_file() and cache not in x.parents]
        status = subprocess.run(
            ["git", "-c", f"safe.directory={self.clone}", "status", "--porcelain", "--ignored"],
            cwd=self.clone,
            capture_output=True,
            text=True,
            check=True,
        )
        found += [x for x in status.stdout.splitlines() if x not in ("!! .venv/", "!! var/")]
        if os.geteuid() == 0:
            places = [x for x in ELSEWHERE if Path(x).is_dir()]
            command = ["find", *places, "-xdev", "-path", str(self.base), "-prune", "-o"]
            command += ["-uid", str(self.uid), "-newermt", f"@{self.began:.0f}", "-print"]
            found += subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
        return found

    def figure(self) -> str:
        """The same database, by the command line: what the first demo shop was paid in a month that is over."""
        python = self.clone / ".venv" / "bin" / "python"
        year = time.gmtime().tm_year - 1
        words = ["kpi", "chenlu", "pay_amt", "--from", f"{year}-06-01", "--to", f"{year}-06-30", "--json"]
        done = subprocess.run(
            [str(python), "-B", "manage.py", *words],
            cwd=self.clone,
            env=self.env,
            capture_output=True,
            text=True,
            preexec_fn=self.become,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"manage.py kpi: {done.stderr}")
        return str(json.loads(done.stdout)["values"]["pay_amt"]["value"])


def main() -> int:
    base = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="opsplan-newcomer-"))
    base.mkdir(exist_ok=True)
    newcomer = Newcomer(base)
    process = None
    try:
        newcomer.settle()
        process = newcomer.start()
        print(f"first start: {newcomer.wait_ready(process, 600):.1f} s", flush=True)
        loaded = re.search(r"^(?:Loaded in|载入用时) .*", newcomer.text(), re.M)
        print(f"demo: {loaded[0] if loaded else 'none'}", flush=True)
        print(f"health: {newcomer.healthy(60)}", flush=True)
        print(f"logged in: {newcomer.log_in()}", flush=True)
        print(f"a June by the command line: {newcomer.figure()}", flush=True)
        print(f"stopped in {newcomer.stop(process):.1f} s", flush=True)
        process = newcomer.start()
        second = newcomer.wait_ready(process, 60)
        newcomer.healthy(60)
        print(f"second start: {second:.1f} s", flush=True)
        newcomer.stop(process)
        left = newcomer.left_over()
        print("\n".join(left) or "nothing was written elsewhere, nothing is still running")
        return 1 if left else 0
    finally:
        if process is not None and process.poll() is None:
            newcomer.stop(process)
        if len(sys.argv) < 2:
            shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
