"""Writers of the export formats that need torch or a run; `runs/formats.py` lists the formats."""
