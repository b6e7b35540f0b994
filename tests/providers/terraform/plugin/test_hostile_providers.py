"""Providers that do not behave: real processes, and the rest of the scan is complete."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drift.model.resource import Found, LiveReading, NotRead, NotReadReason
from providers.terraform.live_config import TerraformProviders
from tests.providers.terraform.plugin.toys import (
    ToyCloud,
    a_declared,
    install,
    is_running,
    python_program,
    read,
    settings,
)

ROOT = Path(__file__).resolve().parents[4]
LISTENING = "print('1|6|unix|' + os.environ['TMPDIR'] + '/s|grpc')"


def errors(readings: list[LiveReading]) -> dict[str, str]:
    return {one.address.partition(".")[2]: one.error for one in readings if isinstance(one, NotRead)}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sys.exit('no such region')", "ended before it listened: no such region"),
        ("sys.stderr.write('panic: nil map\\n\\ngoroutine 1\\n'); sys.exit(2)", "panic: nil map"),
        ("print('hello'); time.sleep(600)", "its first line is not that of a Terraform provider"),
        ("print('x' * 10**6); time.sleep(600)", "its first line is not that of a Terraform provider"),
        ("print('1|4|unix|/tmp/s|grpc'); time.sleep(600)", "it speaks version 4 of the protocol over grpc"),
        ("print('1|5|unix|/tmp/s|netrpc'); time.sleep(600)", "version 5 of the protocol over netrpc"),
        ("print('1|5|tcp|127.0.0.1:1|grpc'); time.sleep(600)", "it listens on tcp"),
        ("print('1|5|unix|/tmp/s|grpc'); time.sleep(600)", "outside of the folder"),
        (f"{LISTENING[:-1]} + '|no!'); time.sleep(600)", "its certificate cannot be read"),
        (f"{LISTENING}; time.sleep(600)", "broke off the connection"),
        ("while True: sys.stderr.write('x' * 65536)", "it wrote more than 64 MB of errors"),
    ],
)
def test_a_provider_that_cannot_be_talked_to_is_named_with_the_reason(
    cloud: ToyCloud, mirror: Path, body: str, reason: str
) -> None:
    """
    The other provider of the same scan reads all the same.
    """
    cloud.put("fine")
    odd_mirror = mirror / "odd"
    install(odd_mirror, python_program(body), source="example/odd")
    live = TerraformProviders(settings(cloud, mirror, folders=(str(mirror), str(odd_mirror))))
    odd = {"provider": "example/odd", "configuration": 'provider["registry.example.com/example/odd"]'}

    first, fine, second = read(live, a_declared("x", **odd), a_declared("fine"), a_declared("y", **odd))

    assert isinstance(fine, Found)
    for reading in (first, second):
        assert isinstance(reading, NotRead)
        assert reading.reason is NotReadReason.UNREADABLE
        assert reason in reading.error


def test_a_provider_that_does_not_start_is_tried_twice_however_much_it_should_read(
    cloud: ToyCloud, tmp_path: Path
) -> None:
    log = tmp_path / "starts"
    install(tmp_path / "mirror", python_program(f"open({str(log)!r}, 'a').write('x'); sys.exit(1)"))
    live = TerraformProviders(settings(cloud, tmp_path / "mirror", concurrency=8))

    readings = read(live, *(a_declared(f"t{number}") for number in range(40)))

    assert len(errors(readings)) == 40
    assert log.read_text() in ("xx", "xxx")  # a thread may come late


def test_a_provider_that_answers_garbage_is_named(cloud: ToyCloud, tmp_path: Path) -> None:
    listens = """
import socket
server = socket.socket(socket.AF_UNIX)
server.bind(os.environ['TMPDIR'] + '/s')
server.listen()
print('1|6|unix|' + os.environ['TMPDIR'] + '/s|grpc')
while True:
    server.accept()[0].sendall(b'HTTP/1.1 200 OK\\r\\n\\r\\nhello' * 100)
"""
    install(tmp_path / "mirror", python_program(listens))
    live = TerraformProviders(settings(cloud, tmp_path / "mirror", timeout_seconds=2))

    (reading,) = read(live, a_declared("x"))

    assert isinstance(reading, NotRead)
    assert reading.reason is NotReadReason.UNREADABLE


def test_a_read_that_ends_its_provider_is_named_and_the_others_are_read(
    cloud: ToyCloud, mirror: Path
) -> None:
    names = [f"t{number}" for number in range(12)]
    for name in names:
        cloud.put(name)
    cloud.put("t5", on_read="exit")

    readings = read(TerraformProviders(settings(cloud, mirror)), *map(a_declared, names))

    assert [isinstance(one, Found) for one in readings] == [name != "t5" for name in names]
    panic = "panic: runtime error: index out of range [3] with length 0"
    assert errors(readings) == {"t5": f"terraform-provider-toy_v1.0.0 ended: {panic}"}


def test_a_type_that_ends_its_provider_again_and_again_is_left_alone(cloud: ToyCloud, mirror: Path) -> None:
    """
    Else ten thousand of them would mean twenty thousand starts.
    """
    names = [f"t{number}" for number in range(30)]
    for name in names:
        cloud.put(name, on_read="exit")

    readings = read(TerraformProviders(settings(cloud, mirror)), *map(a_declared, names))

    assert len(errors(readings)) == 30
    assert "ended on others of its type" in errors(readings)["t29"]
    assert len(cloud.starts()) < 8


def test_a_read_that_hangs_is_named_and_those_beside_it_are_repeated(cloud: ToyCloud, mirror: Path) -> None:
    names = [f"t{number}" for number in range(6)]
    for name in names:
        cloud.put(name)
    cloud.put("t1", on_read="hang")

    readings = read(TerraformProviders(settings(cloud, mirror, timeout_seconds=6)), *map(a_declared, names))

    assert [isinstance(one, Found) for one in readings] == [name != "t1" for name in names]
    assert "no answer within 6 s" in errors(readings)["t1"]


def test_a_provider_that_always_hangs_is_given_up(cloud: ToyCloud, mirror: Path) -> None:
    names = [f"t{number}" for number in range(20)]
    for name in names:
        cloud.put(name, on_read="hang")
    live = TerraformProviders(settings(cloud, mirror, timeout_seconds=6, concurrency=2))

    readings = read(live, *map(a_declared, names))

    assert len(errors(readings)) == 20
    assert "gave no answer 3 times in a row" in errors(readings)["t19"]


def test_a_defect_in_the_provider_spoils_only_its_own_resource(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a", on_read="raise")
    cloud.put("b")

    one, other = read(TerraformProviders(settings(cloud, mirror)), a_declared("a"), a_declared("b"))

    assert isinstance(one, NotRead)
    assert "a defect" in one.error
    assert isinstance(other, Found)
    assert len(cloud.starts()) == 1


def test_what_is_of_the_wrong_type_is_named_without_its_value(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a", name={"secret": "hunter2"})
    cloud.put("b", rule=[{"port": "many", "cidrs": []}])
    cloud.put("c")

    readings = read(TerraformProviders(settings(cloud, mirror)), *map(a_declared, "abc"))

    assert errors(readings)["a"] == "the provider's answer makes no sense: dict where text belongs"
    assert "makes no sense" in errors(readings)["b"]
    assert "hunter2" not in str(readings)
    assert isinstance(readings[2], Found)


def test_a_provider_that_says_nothing_at_its_start_is_named(cloud: ToyCloud, tmp_path: Path) -> None:
    install(tmp_path / "mirror", python_program("time.sleep(600)"))
    live = TerraformProviders(settings(cloud, tmp_path / "mirror", timeout_seconds=1))

    (reading,) = read(live, a_declared("x"))

    assert isinstance(reading, NotRead)
    assert "did not answer within 1 s of its start" in reading.error


def test_nothing_outlives_the_reader(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")
    live = TerraformProviders(settings(cloud, mirror))

    list(live.read([a_declared("a")]))
    pid = int(cloud.reads()[0][0])
    was_running = is_running(pid)
    live.close()

    assert was_running
    assert not is_running(pid)


def test_nothing_outlives_a_program_that_is_killed(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")
    program = """
import sys, time
from pathlib import Path
from tests.providers.terraform.plugin.toys import *
live = TerraformProviders(settings(ToyCloud(file=Path(sys.argv[1])), Path(sys.argv[2])))
list(live.read([a_declared("a")]))
print("read", flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", program, str(cloud.file), str(mirror)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as reader:
        assert reader.stdout
        reader.stdout.readline()
        pid = int(cloud.reads()[0][0])
        was_running = is_running(pid)
        reader.kill()
    folder = Path(cloud.starts()[0]["TMPDIR"])

    _wait_until(lambda: not is_running(pid) and not folder.exists())

    assert was_running
    assert not is_running(pid)
    assert not folder.exists()


def test_what_a_provider_started_ends_with_it(cloud: ToyCloud, tmp_path: Path) -> None:
    body = f"""
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
print("no handshake")
time.sleep(600)
"""
    install(tmp_path / "mirror", python_program(body))

    read(TerraformProviders(settings(cloud, tmp_path / "mirror")), a_declared("x"))
    pid = int((tmp_path / "child").read_text())
    _wait_until(lambda: not is_running(pid))

    assert not is_running(pid)


def test_a_provider_that_was_ended_meanwhile_is_started_anew(cloud: ToyCloud, mirror: Path) -> None:
    cloud.put("a")
    live = TerraformProviders(settings(cloud, mirror))
    list(live.read([a_declared("a")]))
    pid = int(cloud.reads()[0][0])

    os.kill(pid, signal.SIGKILL)
    _wait_until(lambda: not is_running(pid))
    (reading,) = read(live, a_declared("a"))

    assert isinstance(reading, Found)
    assert len(cloud.starts()) == 2


def _wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, but not for ever."""
    for _ in range(200):
        if is_so():
            return
        time.sleep(0.05)
