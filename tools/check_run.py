"""Runs every test that tools/check has built, two at a time, counts, and prints `N passed, N failed` last.
What a test printed is kept in build/check/; that of a failed one is shown."""

import concurrent.futures
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

LOGS = "build/check"
FUZZ_S = 10  # of each target, after its seeds

# Not worth a second run under the sanitizers: long ones that come by no other code, and one about the sandbox, which is
# wider there.
NOT_ASAN = ("clocks_replay.test.mjs", "notices.test.mjs", "isolation.test.mjs")


class Test:
    """NAME, the command, and how its output tells the number of tests: a list of (passed, failed) expressions."""

    def __init__(self, name, command, passed=None, failed=None, env=None, timeout=300):
        self.name, self.command, self.env, self.timeout = name, command, env or {}, timeout
        self.passed, self.failed = passed, failed

    def run(self):
        """(passed, failed, seconds, output)"""
        begun = time.monotonic()
        try:
            r = subprocess.run(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                               timeout=self.timeout, env={**os.environ, **self.env}, check=False)
            output, code = r.stdout.decode("utf-8", "replace"), r.returncode
        except subprocess.TimeoutExpired as e:
            output, code = (e.stdout or b"").decode("utf-8", "replace") + f"\nended after {self.timeout} s\n", -1
        passed, failed = self.count(self.passed, output), self.count(self.failed, output)
        if code == 0 and passed == 0 and self.passed is None:
            passed = 1
        if (code != 0 and failed == 0) or (code == 0 and self.passed is not None and passed == 0 and "not run:" not in output):
            failed += 1
        return passed, failed, time.monotonic() - begun, output

    @staticmethod
    def count(pattern, output):
        return sum(int(n) for n in re.findall(pattern, output, re.M)) if pattern else 0


def node(name, files, **kw):
    return Test(name, ["node", "--test", "--test-reporter=tap", *files], r"^# pass (\d+)", r"^# (?:fail|cancelled) (\d+)", **kw)


def unit_tests():
    for variant in ("test", "clang", "asan"):
        for source in sorted(glob.glob("tests/unit/test_*.c")):
            name = os.path.basename(source)[:-2]
            yield Test(f"unit {variant} {name}", [f"build/{variant}/unit/{name}"],
                       r"^\[  PASSED  \] (\d+) test", r"^\[  FAILED  \] (\d+) test", timeout=600 if variant == "asan" else 300)
    for script in sorted(glob.glob("tests/unit-*.sh")):
        yield Test(f"unit {os.path.basename(script)}", ["sh", script], r"^\S+: (\d+) passed", r" (\d+) failed$")


def running_tests():
    for path in sorted(glob.glob("tests/e2e/*.test.mjs")):
        name = os.path.basename(path)
        yield node(f"e2e {name}", [path], env={"V": "test", "VDPD_BIN": "build/test/bin/vdpd"}, timeout=600)
        if name not in NOT_ASAN:
            yield node(f"e2e asan {name}", [path], env={"V": "asan", "VDPD_BIN": "build/asan/bin/vdpd"}, timeout=900)
    for script in sorted(glob.glob("tests/e2e/*.sh")):
        yield Test(f"e2e {os.path.basename(script)}", ["bash", script, "build/test"])
    for folder in ("instances", "install"):
        for path in sorted(glob.glob(f"tests/{folder}/*.test.mjs")):
            yield node(f"{folder} {os.path.basename(path)}", [path], env={"V": "test"}, timeout=900)
    for path in sorted(glob.glob("tests/fault/*.test.mjs")):
        yield node(f"fault {os.path.basename(path)}", [path], env={"V": "test"}, timeout=900)
    for path in sorted(glob.glob("tests/browser/*.test.mjs")):
        yield node(f"browser {os.path.basename(path)}", [path], env={"V": "test", "LOOKBOOK": "build/lookbook"}, timeout=600)


def fuzz_tests():
    for source in sorted(glob.glob("fuzz/fuzz_*.c")):
        target = os.path.basename(source)[5:-2]
        program, seeds = f"build/fuzz/fuzz/fuzz_{target}", f"fuzz/seeds/{target}"
        if not os.path.isdir(seeds):
            yield Test(f"fuzz {target}", ["sh", "-c", f"echo {seeds}: no seeds; exit 1"])
            continue
        corpus = f"build/fuzz/corpus-{target}"
        shutil.rmtree(corpus, ignore_errors=True)
        os.makedirs(corpus)
        yield Test(f"fuzz {target}: seeds", [program, "-runs=0", f"-artifact_prefix={corpus}/", seeds])
        yield Test(f"fuzz {target}: {FUZZ_S} s", [program, f"-max_total_time={FUZZ_S}", "-rss_limit_mb=3000",
                                                   f"-artifact_prefix={corpus}-", corpus, seeds])


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    wanted = sys.argv[1:]
    shutil.rmtree(LOGS, ignore_errors=True)
    os.makedirs(LOGS)
    tests = [Test("lint", ["tools/lint"]), *running_tests(), *unit_tests(), *fuzz_tests()]
    tests = [t for t in tests if not wanted or any(w in t.name for w in wanted)]
    passed = failed = 0
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        running = {pool.submit(t.run): t for t in tests}
        for done in concurrent.futures.as_completed(running):
            t, (p, f, s, output) = running[done], done.result()
            passed, failed = passed + p, failed + f
            with open(os.path.join(LOGS, re.sub(r"[^\w.-]+", "_", t.name) + ".log"), "w", encoding="utf-8") as log:
                log.write(output)
            print(f"{'ok    ' if f == 0 else 'FAILED'} {t.name}  {p} passed{f', {f} failed' if f else ''}  {s:.1f} s", flush=True)
            for line in re.findall(r"^.*not run:.*$", output, re.M):
                print("       " + line.strip(" #"), flush=True)
            if f:
                print("\n".join("    | " + line for line in output.splitlines()[-150:]), flush=True)
    # Copies of the programs for a user who may not look into this checkout: tests/e2e/lib.mjs.
    for copy in glob.glob(os.path.join(tempfile.gettempdir(), f"vdpd-programs-{hashlib.sha256(os.getcwd().encode()).hexdigest()[:12]}-*")):
        shutil.rmtree(copy, ignore_errors=True)
    print(f"== {time.monotonic() - begun:.0f} s; logs are in {LOGS}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or passed == 0 else 0)


main()
