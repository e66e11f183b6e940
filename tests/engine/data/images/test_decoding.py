"""Decoding: what an image of each kind looks like to a network, and files that are none."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from explorer.engine.data.images.decoding import decode, fit_image, flatten, open_image
from explorer.validation import Refused

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # pytest turns on what decoding has turned off
RED, BLUE = (255, 0, 0), (0, 0, 255)
BACKGROUNDS = {"white": 255, "grey": 128, "black": 0}


@pytest.fixture
def photo() -> Image.Image:
    """A smooth picture of 300×200 in colour."""
    down, right = np.mgrid[0:1:200j, 0:1:300j]
    return Image.fromarray((np.stack((right, down, 1 - right), axis=2) * 255).astype(np.uint8))


def drawing(mode: str = "RGBA", ink: object = (0, 0, 0, 255), hidden: object = (0, 0, 0, 0)) -> Image.Image:
    """The left half is drawn in `ink`; the right one is transparent, and under it lies the `hidden` colour."""
    image = Image.new(mode, (8, 8), hidden)
    image.paste(ink, (0, 0, 4, 8))
    return image


def transparent_palette() -> Image.Image:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, *RED])
    image.paste(0, (0, 0, 4, 8))
    image.info["transparency"] = 1  # hides red
    return image


TRANSPARENT = {
    "rgba.png": drawing(),
    "la.png": drawing("LA", (0, 255), (0, 0)),
    "palette.png": transparent_palette(),
    "palette.gif": transparent_palette(),
    "rgba.webp": drawing(hidden=(*RED, 0)),
    "rgba.tiff": drawing(hidden=(*RED, 0)),
}


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", TRANSPARENT)
def test_what_is_transparent_shows_the_background(tmp_path, name, channels, background):
    path = tmp_path / name
    options = {"transparency": 1} if name.startswith("palette") else {}
    TRANSPARENT[name].save(path, **({"lossless": True} if name.endswith("webp") else options))
    pixels = decode(path, (channels, 8, 8), background)
    assert np.unique(pixels[:, :4]).tolist() == [0]
    assert np.unique(pixels[:, 4:]).tolist() == [BACKGROUNDS[background]]


def test_a_palette_with_alpha_and_half_transparent_pixels_are_mixed_with_the_background():
    half = Image.new("RGBA", (1, 1), (0, 0, 0, 128))
    assert fit_image(half, (1, 1, 1)).item() in (127, 128)
    assert fit_image(half.convert("PA"), (1, 1, 1)).item() in (127, 128)
    assert fit_image(half.convert("RGBa"), (1, 1, 1)).item() in (127, 128)


DEEP = [(1000, 4), (40_000, 156), (65_535, 255)]


@pytest.mark.parametrize(("value", "expected"), DEEP)
@pytest.mark.parametrize(("name", "kind"), [
    *(("flat.png", np.uint16), ("flat.tiff", np.uint16), ("flat.pgm", np.uint16)),
    *(("flat.tiff", np.int32), ("flat.pgm", np.int32), ("flat.tiff", np.float32)),
])  # fmt: skip
def test_deep_images_are_scaled_by_the_range_of_their_type(tmp_path, value, expected, name, kind):
    Image.fromarray(np.full((8, 8), value, kind)).save(tmp_path / name)
    for channels in (1, 3):
        assert np.unique(decode(tmp_path / name, (channels, 8, 8))).tolist() == [expected]


@pytest.mark.parametrize(("values", "expected"), [
    ([0.0, 0.5, 1.0], [0, 128, 255]),
    ([0.0, 100.0, 200.0], [0, 100, 200]),
    ([-3.0, float("nan"), 0.5], [0, 0, 128]),
    ([0.0, float("inf"), 0.2], [0, 0, 51]),
    ([1e9, 0.0, 65_535.0], [255, 0, 255]),
])  # fmt: skip
def test_floats_are_taken_as_they_are_from_0_to_1(values, expected):
    image = Image.fromarray(np.array([values], np.float32))
    assert np.asarray(flatten(image, 1))[0].tolist() == expected


def test_the_transparent_value_of_a_deep_image_shows_the_background(tmp_path):
    deep = np.full((8, 8), 1000, np.uint16)
    deep[:, 4:] = 7
    Image.fromarray(deep).save(tmp_path / "deep.png", transparency=7)
    pixels = decode(tmp_path / "deep.png", (1, 8, 8))
    assert np.unique(pixels[:, :4]).tolist() == [4]
    assert np.unique(pixels[:, 4:]).tolist() == [255]


@pytest.mark.parametrize("name", ["cmyk.jpg", "cmyk.tiff"])
def test_cmyk_has_its_colours(tmp_path, name):
    """JPEGs in CMYK are stored inverted, as Adobe does it."""
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / name)
    assert np.abs(decode(tmp_path / name, (3, 8, 8)).astype(int) - RED).max() < 4


def test_bilevel_and_palette_images_become_what_the_design_takes(tmp_path):
    Image.new("RGB", (8, 8), RED).convert("P").save(tmp_path / "palette.gif")
    assert decode(tmp_path / "palette.gif", (3, 8, 8))[0, 0].tolist() == list(RED)
    Image.new("1", (8, 8), 1).save(tmp_path / "fax.tiff", compression="group4")
    assert np.unique(decode(tmp_path / "fax.tiff", (3, 8, 8))).tolist() == [255]


@pytest.mark.parametrize("name", ["x.gif", "x.webp", "x.png", "x.tiff"])
def test_of_an_animation_it_is_the_first_frame(tmp_path, name):
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    options = {"lossless": True} if name.endswith("webp") else {}
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
    assert decode(tmp_path / name, (3, 8, 8))[0, 0].tolist() == list(RED)


def test_of_a_photo_with_a_second_one_inside_it_is_the_first(tmp_path, photo):
    photo.save(tmp_path / "x.mpo", save_all=True, append_images=[photo.rotate(180)])
    assert np.array_equal(decode(tmp_path / "x.mpo", (3, 16, 16)), saved(photo, "JPEG", (3, 16, 16)))


def saved(image: Image.Image, kind: str, shape: tuple[int, int, int]) -> np.ndarray:
    stream = io.BytesIO()
    image.save(stream, kind)
    whole = Image.open(stream)
    whole.draft(None, shape[:0:-1])
    return fit_image(whole, shape)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "PPM", "TGA", "JPEG2000", "AVIF", "ICO", "JPEG"])
def test_what_pillow_opens_is_read_whatever_it_is_called(tmp_path, photo, kind):
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    square = photo.resize((64, 64))
    square.save(tmp_path / "picture", kind)
    found = decode(tmp_path / "picture", (3, 16, 16)).astype(int)
    assert np.abs(found - fit_image(square, (3, 16, 16))).max() < 16


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(30, 20), (300, 200)])
def test_an_image_is_turned_upright(tmp_path, photo, orientation, size):
    """Each way of lying, also where the JPEG is decoded at a fraction of its size."""
    turns = {
        **{2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM},
        **{5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE},
        8: Image.Transpose.ROTATE_270,
    }
    upright = photo.resize(size)
    lying = upright.transpose(turns[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying.save(tmp_path / "lying.jpg", exif=exif, quality=95)
    opened = open_image(tmp_path / "lying.jpg")
    assert opened.turned == (orientation > 1)
    assert opened.size == opened.upright.size == size
    for shape in ((3, 20, 20), (3, 20, 10), (3, 10, 20)):
        difference = decode(tmp_path / "lying.jpg", shape).astype(int) - fit_image(upright, shape)
        assert np.abs(difference).max() < 16
        assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("exif", [b"Exif\0\0rubbish", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"])
def test_damaged_exif_data_leave_the_image_as_it_lies(tmp_path, photo, exif):
    photo.save(tmp_path / "x.jpg", exif=exif)
    assert open_image(tmp_path / "x.jpg").turned is False


def test_a_large_jpeg_is_decoded_no_smaller_than_needed(tmp_path, photo):
    photo.resize((1200, 800)).save(tmp_path / "x.jpg")
    sizes = [open_image(tmp_path / "x.jpg", smallest).upright.size for smallest in [(150, 100), (151, 100), (600, 399)]]
    assert sizes == [(150, 100), (300, 200), (600, 400)]
    assert open_image(tmp_path / "x.jpg", (150, 100)).size == (1200, 800)


def test_a_wide_image_is_cropped_in_the_middle(tmp_path):
    image = Image.new("L", (30, 10), 0)
    image.paste(200, (10, 0, 20, 10))
    image.save(tmp_path / "wide.png")
    assert np.unique(decode(tmp_path / "wide.png", (1, 10, 10))).tolist() == [200]


# What is no image


def noise(path, kind: str, **options) -> bytes:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(path, kind, **options)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_a_file_that_was_cut_is_refused_wherever_the_cut_is(tmp_path, kind):
    path = tmp_path / "x"
    whole = noise(path, kind)
    for cut in (12, len(whole) // 2, len(whole) * 9 // 10):
        path.write_bytes(whole[:cut])
        with pytest.raises(Refused, match=r"unknown format|cut off or damaged"):
            decode(path, (3, 8, 8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "JPEG2000", "ICO", "PCX", "TGA", "DDS"])
def test_damage_of_any_kind_is_refused_in_plain_words(tmp_path, kind):
    path, random, said = tmp_path / "x", np.random.default_rng(1), set()
    whole = np.frombuffer(noise(path, kind), np.uint8)
    for _ in range(40):
        damaged = whole.copy()
        places = random.integers(0, min(len(whole), random.choice([40, 400, len(whole)])), 8)
        damaged[places] = random.integers(0, 256, 8)
        path.write_bytes(damaged.tobytes())
        said.add(refusal(path))
    assert said <= {"", "unknown format", "cut off or damaged", "far more pixels than a photo has"}


def refusal(path: Path) -> str:
    """Return for which reason a file is refused, empty if it is not."""
    try:
        decode(path, (3, 8, 8))
    except Refused as refused:
        return str(refused).rsplit(": ", 1)[1]
    return ""


def test_other_files_are_refused_with_what_they_are(tmp_path):
    for content, words in ((b"", "empty"), (b"hello", "unknown format"), (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unknown")):
        (tmp_path / "x.jpg").write_bytes(content)
        with pytest.raises(Refused, match=words):
            open_image(tmp_path / "x.jpg")
    with pytest.raises(Refused, match="No such file"):
        open_image(tmp_path / "missing.jpg")
    with pytest.raises(Refused, match=r"Is a directory|not a regular file"):
        open_image(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_blocks_nobody(tmp_path):
    os.mkfifo(tmp_path / "x.jpg")
    with pytest.raises(Refused, match="not a regular file"):
        decode(tmp_path / "x.jpg", (3, 8, 8))


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(Refused, match="far more pixels"):
        decode(tmp_path / "bomb.png", (3, 8, 8))


def test_nothing_is_written_to_stderr(tmp_path):
    """Pillow warns of large images and odd metadata, libtiff of what is damaged: neither belongs into the log."""
    Image.new("1", (10_000, 10_000)).save(tmp_path / "large.png")  # Pillow warns of so many pixels
    for number, compression in enumerate(("tiff_lzw", "jpeg", "tiff_deflate", "packbits")):
        whole = noise(tmp_path / f"{number}.tiff", "TIFF", compression=compression)
        (tmp_path / f"{number}.tiff").write_bytes(whole[: len(whole) // 2] + b"\xff" * 300)
        cut = bytearray(whole)
        cut[len(whole) // 2 :: 7] = bytes(len(cut[len(whole) // 2 :: 7]))
        (tmp_path / f"damaged{number}.tiff").write_bytes(cut)
    program = (
        "import sys; from pathlib import Path; from explorer.engine.data.images.decoding import decode, Refused\n"
        "for path in Path(sys.argv[1]).iterdir():\n"
        "    try: decode(path, (3, 8, 8))\n"
        "    except Refused: print('refused')\n"
    ).replace("decode, Refused", "decode; from explorer.validation import Refused")
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0
    assert "refused" in done.stdout
    assert done.stderr == ""
