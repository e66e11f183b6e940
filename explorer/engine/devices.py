"""Devices: the list of them, the choice of `auto`, free memory, fast arithmetic. No Qt."""

import ctypes
import os
import platform
import re
import shutil
from pathlib import Path

import torch

from explorer.engine.container import container_memory
from explorer.runs.events import Device
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import refuse

_OLDEST, _LAST_FOR_OLD_CARDS = (7, 5), "cu126"  # later builds of torch leave out cards before capability 7.5
_HOPPER = (9, 10)  # and Blackwell, of data centres: major numbers of their capability
_FAST_BF16 = {"avx512_bf16", "amx_bf16"}  # without one of these a processor is 8 times slower than in fp32


def list_devices() -> tuple[Device, ...]:
    """Return every device, fastest first; an NVIDIA card that this torch cannot use has the reason in its `note`."""
    return (*_cuda_cards(), *_apple_chip(), Device("cpu", _processor_name(), _total_memory()))


def _cuda_cards() -> tuple[Device, ...]:
    if torch.cuda.is_available():
        cards = map(torch.cuda.get_device_properties, range(torch.cuda.device_count()))
        return tuple(
            Device(f"cuda:{i}", card.name, card.total_memory, _lack_of_code((card.major, card.minor)))
            for i, card in enumerate(cards)
        )
    if not (Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")):
        return ()
    if torch.version.cuda:
        note = translatable("torch {torch} needs CUDA {cuda}, which the installed driver does not support")
    else:
        note = translatable("torch {torch} was built without CUDA")
    return (Device("cuda", "NVIDIA", 0, Sentence(note, {"torch": torch.__version__, "cuda": torch.version.cuda})),)


def _lack_of_code(capability: tuple[int, int]) -> Sentence:
    """Return why this torch cannot compute on a card of that capability, and the remedy; empty if it can.

    Code for sm_75 runs on cards of the same major and no smaller minor number, that for compute_75 on all later ones
    (CUDA C++ programming guide, "Application compatibility").
    """
    built_for = re.findall(r"(sm|compute)_(\d+)(\d)", " ".join(torch.cuda.get_arch_list()))
    if any(
        capability >= (int(major), int(minor)) and (kind == "compute" or capability[0] == int(major))
        for kind, major, minor in built_for
    ):
        return NOTHING
    what = translatable(
        "torch {torch} has no code for cards of compute capability {capability}; a build that has it may be installed "
        "by: uv pip install --reinstall torch torchvision --torch-backend {backend}"
    )
    backend = _LAST_FOR_OLD_CARDS if capability < _OLDEST else "auto"
    values = {"torch": torch.__version__, "capability": "{}.{}".format(*capability), "backend": backend}
    return Sentence(what, values)


def _apple_chip() -> tuple[Device, ...]:
    return (Device("mps", _processor_name(), _total_memory()),) if torch.backends.mps.is_available() else ()


def choose_device(name: str) -> torch.device:
    """Return the device called `name`; `auto` prefers cuda, then mps, then cpu. Raises Refused."""
    usable = [each for each in list_devices() if not each.note]
    if name == "auto":
        return torch.device(usable[0].id)
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in [each.id for each in usable]:
        unusable = next((each.note for each in list_devices() if each.note and name.startswith("cuda")), None)
        others = Sentence(translatable("available: {names}"), {"names": ", ".join(each.id for each in usable)})
        what = translatable("{name!r} is not available; {rest}")
        raise refuse("device", what, name=name, rest=unusable or others)
    return torch.device(wanted)


def available_memory(device: torch.device) -> int | None:
    """Return the bytes of memory that are still free on `device`; None where the system does not say.

    Main memory is what the machine has left, or the container if that is less.
    """
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    _give_back_unused()
    try:
        kilobytes = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return None
    found = [int(kilobytes[1]) * 1024 if kilobytes else None, container_memory()]
    return min((free for free in found if free is not None), default=None)


def library_bytes(device: torch.device) -> int:
    """Return the bytes of a card that cuBLAS and cuBLASLt keep for a stream that they are used on.

    torch gives them more on a Hopper card; its 65 MiB were measured on one, the others follow torch's defaults.
    """
    if device.type != "cuda":
        return 0
    return (65 if torch.cuda.get_device_capability(device)[0] in _HOPPER else 10) * 2**20


def _give_back_unused() -> None:
    """Return freed memory to the system: glibc, as `runs/launch.py` sets it, keeps all that the last run had."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


def _total_memory() -> int:
    """Return the bytes of main memory, 0 where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


def _processor_name() -> str:
    try:
        model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        model = None
    return model[1] if model else platform.processor() or platform.machine()


def multiplies_bf16_fast(device: torch.device) -> bool:
    """Return whether the hardware of `device` has bf16 arithmetic."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "mps":
        return False
    try:
        flags = re.search(r"^flags\s*:(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        return False
    return flags is not None and not _FAST_BF16.isdisjoint(flags[1].split())
