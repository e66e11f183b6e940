"""What a container leaves of the memory, from files as the kernel writes them."""

import pytest

from explorer.engine import devices
from explorer.engine.container import container_memory
from explorer.engine.devices import available_memory
from tests.engine.small import CPU

MIB = 2**20
NO_LIMIT = "9223372036854771712"  # how version 1 says it


@pytest.fixture
def machine(tmp_path):
    """Writes a machine: the lines of its mounts and of this process's groups, and the groups' files."""

    def write(mounts, groups, **files):
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/mountinfo").write_text("".join(f"{line}\n" for line in mounts))
        (tmp_path / "proc/self/cgroup").write_text("".join(f"{line}\n" for line in groups))
        return tmp_path

    return write


def group(folder, limit, used, cache=0, version=2):
    folder.mkdir(parents=True, exist_ok=True)
    names = (
        ("memory.max", "memory.current", "inactive_file")
        if version == 2
        else ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    )
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {cache}\nunevictable 0\n")


V2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
V1 = "35 31 0:32 {} /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory"
V1_CPU = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu"


def test_version_two_its_own_group(machine):
    root = machine([V2], ["0::/"])
    group(root / "sys/fs/cgroup", 1000 * MIB, 300 * MIB, cache=100 * MIB)
    assert container_memory(root) == 800 * MIB


def test_the_narrowest_of_the_groups_around_it(machine):
    root = machine([V2], ["0::/user.slice/app.slice"])
    group(root / "sys/fs/cgroup/user.slice/app.slice", "max", 100 * MIB)
    group(root / "sys/fs/cgroup/user.slice", 500 * MIB, 450 * MIB)
    assert container_memory(root) == 50 * MIB


def test_version_one_seen_from_inside_a_container(machine):
    root = machine([V1_CPU, V1.format("/docker/abc")], ["1:cpu:/docker/abc", "4:memory:/docker/abc", "0::/docker/abc"])
    group(root / "sys/fs/cgroup/memory", 1000 * MIB, 300 * MIB, version=1)
    assert container_memory(root) == 700 * MIB


def test_version_one_seen_from_outside(machine):
    root = machine([V1_CPU, V1.format("/")], ["4:memory:/api/abc"])
    group(root / "sys/fs/cgroup/memory/api/abc", 900 * MIB, 1000 * MIB, version=1)
    group(root / "sys/fs/cgroup/memory/api", NO_LIMIT, 1000 * MIB, version=1)
    assert container_memory(root) == 0


@pytest.mark.parametrize("mounts", [[], [V1_CPU], [V2]])
def test_without_a_limit_there_is_none(machine, mounts):
    root = machine(mounts, ["0::/"])
    group(root / "sys/fs/cgroup", "max", 300 * MIB)
    assert container_memory(root) is None


def test_elsewhere_there_is_none(tmp_path):
    assert container_memory(tmp_path) is None


def test_it_counts_as_available_memory(monkeypatch):
    monkeypatch.setattr(devices, "container_memory", lambda: 7)
    assert available_memory(CPU) == 7
