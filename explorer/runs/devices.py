"""Devices that a recipe may mean on a machine, of those that its workers have told. No torch, no Qt."""

from explorer.runs.events import Hello


def candidates(device: str, hello: Hello | None) -> list[str]:
    """Return the devices that a recipe's `device` may mean here: auto is any NVIDIA card, else the fastest device."""
    if device != "auto":
        return [{"cuda": "cuda:0"}.get(device, device)]
    usable = [known.id for known in (hello.devices if hello else ()) if not known.note]
    return [name for name in usable if name.startswith("cuda")] or usable[:1] or [device]
