"""CardMeter: how busy, full and warm an NVIDIA card is, as its driver says. No Qt."""

import pynvml
import torch

from explorer.runs.events import Card


class CardMeter:
    """Readings of one card through NVML, which is found by its UUID: the numbers of torch and NVML may differ."""

    def __init__(self, device: torch.device) -> None:
        self._handle = _handle_of(device)

    def read(self) -> Card | None:
        """Return the present state of the card; None if the driver does not say, as for a part of a card (MIG)."""
        if self._handle is None:
            return None
        try:
            memory = pynvml.nvmlDeviceGetMemoryInfo(self._handle)
            return Card(
                utilisation=pynvml.nvmlDeviceGetUtilizationRates(self._handle).gpu / 100,
                used_bytes=int(memory.used),
                memory_bytes=int(memory.total),
                celsius=pynvml.nvmlDeviceGetTemperature(self._handle, pynvml.NVML_TEMPERATURE_GPU),
            )
        except pynvml.NVMLError:
            return None


def _handle_of(device: torch.device) -> object:
    """Return NVML's handle of a card of torch's, or None."""
    if device.type != "cuda":
        return None
    try:
        pynvml.nvmlInit()
        return pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{torch.cuda.get_device_properties(device).uuid}")
    except pynvml.NVMLError:
        return None
